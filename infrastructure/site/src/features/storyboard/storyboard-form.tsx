import { Trans, useLingui } from "@lingui/react/macro";
import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { type UseFormReturn, useFieldArray, useForm } from "react-hook-form";
import { isStatus } from "@/api/api-error";
import { Failure } from "@/api/failure";
import type { Storyboard, UpdateStoryboard } from "@/api/generated/types.gen";
import { zUpdateStoryboard } from "@/api/generated/zod.gen";
import { applyServerErrors } from "@/forms/apply-server-errors";
import { TextArea } from "@/forms/inputs";
import { limits } from "@/forms/limits";
import { rulesOf } from "@/forms/resolver";
import { announce } from "@/lib/announce";
import { dollars } from "@/lib/format";
import { Button } from "@/ui/button";
import { SceneFields } from "./scene-fields";
import { useApprove, useSave, useStoryboard } from "./storyboard-queries";
import { editOf, fieldsOf, keptEdit, MOST_SCENES, NEW_SCENE } from "./storyboard-view";

interface Props {
  id: string;
  storyboard: Storyboard;
}

type Form = UseFormReturn<UpdateStoryboard>;

/** A storyboard to change: saved first, which prices it anew, then approved. */
export function StoryboardForm({ id, storyboard }: Props) {
  const form = useEdit(id, storyboard);
  const save = useSave(id);
  const submit = form.handleSubmit((body) =>
    save.mutate(
      { path: { id }, body },
      { onError: (error) => applyServerErrors(form, fieldsOf(body), error) },
    ),
  );
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <SceneList form={form} />
      <Music form={form} />
      {save.error ? <SaveFailure id={id} form={form} error={save.error} /> : null}
      <div className="sticky bottom-16 flex flex-wrap items-center gap-3 border-t border-line bg-canvas py-3 sm:bottom-0">
        {form.formState.isDirty ? (
          <>
            <Button type="submit" look="primary" busy={save.isPending}>
              <Trans>Save and see the price</Trans>
            </Button>
            <Button onClick={() => form.reset(editOf(storyboard))}>
              <Trans>Undo all changes</Trans>
            </Button>
          </>
        ) : (
          <Approve id={id} storyboard={storyboard} />
        )}
      </div>
    </form>
  );
}

/** The form, with what was changed and not saved before a reload. */
function useEdit(id: string, storyboard: Storyboard): Form {
  const [kept] = useState(() => keptEdit(id, storyboard));
  const [unsaved] = useState(() => kept.read());
  const form = useForm<UpdateStoryboard>({
    defaultValues: editOf(storyboard),
    values: unsaved,
    resetOptions: { keepDefaultValues: true },
    resolver: rulesOf(zUpdateStoryboard),
  });
  useEffect(
    () =>
      form.subscribe({ formState: { values: true }, callback: ({ values }) => kept.write(values) }),
    [form, kept],
  );
  return form;
}

function SceneList({ form }: { form: Form }) {
  const { t } = useLingui();
  const { fields, move, remove, append } = useFieldArray({ control: form.control, name: "scenes" });
  const moveTo = (from: number, to: number) => {
    move(from, to);
    announce(t`Scene ${from + 1} is now scene ${to + 1} of ${fields.length}`);
  };
  return (
    <>
      <ol className="grid gap-4">
        {fields.map((field, at) => (
          <SceneFields
            key={field.id}
            form={form}
            at={at}
            count={fields.length}
            onMove={(to) => moveTo(at, to)}
            onRemove={() => remove(at)}
          />
        ))}
      </ol>
      <div>
        <Button disabled={fields.length >= MOST_SCENES} onClick={() => append(NEW_SCENE)}>
          <Plus aria-hidden className="size-5" />
          <Trans>Add a scene</Trans>
        </Button>
      </div>
    </>
  );
}

function Music({ form }: { form: Form }) {
  const { t } = useLingui();
  if (form.formState.defaultValues?.music === null) return null;
  return (
    <TextArea
      form={form}
      name="music"
      limits={limits(zUpdateStoryboard.shape.music)}
      label={t`Music`}
    />
  );
}

function SaveFailure({ id, form, error }: { id: string; form: Form; error: unknown }) {
  const { refetch } = useStoryboard(id);
  const lookAgain = async () => {
    const { data } = await refetch();
    if (data) form.reset(editOf(data));
  };
  return <Failure error={error} onRetry={isStatus(error, 409) ? lookAgain : undefined} />;
}

function Approve({ id, storyboard }: Props) {
  const approve = useApprove(id);
  const price = dollars(storyboard.priceNanoUsd);
  return (
    <>
      <Button
        look="primary"
        busy={approve.isPending}
        onClick={() => approve.mutate({ path: { id }, body: { version: storyboard.version } })}
      >
        <Trans>Make it for {price}</Trans>
      </Button>
      {approve.error ? <Failure error={approve.error} /> : null}
    </>
  );
}
