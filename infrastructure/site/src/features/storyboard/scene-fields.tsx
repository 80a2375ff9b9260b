import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import type { UseFormReturn } from "react-hook-form";
import type { UpdateStoryboard } from "@/api/generated/types.gen";
import { zEditedScene } from "@/api/generated/zod.gen";
import { NumberField, TextArea, TextField } from "@/forms/inputs";
import { limits } from "@/forms/limits";

const { shape } = zEditedScene;

interface Props {
  form: UseFormReturn<UpdateStoryboard>;
  at: number;
  count: number;
  onMove: (to: number) => void;
  onRemove: () => void;
}

/** One scene to change. Buttons move it: they serve mouse, touch and keyboard alike. */
export function SceneFields({ form, at, ...actions }: Props) {
  const { t } = useLingui();
  const number = at + 1;
  return (
    <li className="grid gap-4 rounded-2xl border border-line bg-surface p-4">
      <div className="flex items-center justify-between gap-2">
        <h2 className="text-lg font-semibold">
          <Trans>Scene {number}</Trans>
        </h2>
        <SceneActions at={at} {...actions} />
      </div>
      <TextField form={form} name={`scenes.${at}.title`} label={t`Title`} />
      <TextArea
        form={form}
        name={`scenes.${at}.description`}
        limits={limits(shape.description)}
        label={t`What is to be seen`}
      />
      <div className="grid gap-4 sm:grid-cols-[3fr_1fr]">
        <TextField form={form} name={`scenes.${at}.camera`} label={t`Camera`} />
        <NumberField
          form={form}
          name={`scenes.${at}.seconds`}
          limits={limits(shape.seconds)}
          step="any"
          label={t`Seconds`}
        />
      </div>
    </li>
  );
}

function SceneActions({ at, count, onMove, onRemove }: Omit<Props, "form">) {
  const { t } = useLingui();
  const number = at + 1;
  return (
    <div className="flex">
      <IconButton
        label={t`Move scene ${number} up`}
        disabled={at === 0}
        onClick={() => onMove(at - 1)}
      >
        <ArrowUp aria-hidden className="size-5" />
      </IconButton>
      <IconButton
        label={t`Move scene ${number} down`}
        disabled={at === count - 1}
        onClick={() => onMove(at + 1)}
      >
        <ArrowDown aria-hidden className="size-5" />
      </IconButton>
      <IconButton label={t`Remove scene ${number}`} disabled={count === 1} onClick={onRemove}>
        <Trash2 aria-hidden className="size-5" />
      </IconButton>
    </div>
  );
}

interface IconButtonProps {
  label: string;
  disabled: boolean;
  onClick: () => void;
  children: ReactNode;
}

function IconButton({ label, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      className="grid size-11 place-items-center rounded-lg hover:bg-raised disabled:opacity-40"
      {...rest}
    >
      {children}
    </button>
  );
}
