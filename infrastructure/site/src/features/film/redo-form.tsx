import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { isStatus } from "@/api/api-error";
import { Failure } from "@/api/failure";
import type { RegenerateScene } from "@/api/generated/types.gen";
import { zRegenerateScene, zRegenerateSoundtrack } from "@/api/generated/zod.gen";
import { applyServerErrors } from "@/forms/apply-server-errors";
import { NumberField, TextArea, TextField } from "@/forms/inputs";
import { limits } from "@/forms/limits";
import { rulesOf } from "@/forms/resolver";
import { Button } from "@/ui/button";
import { useRegenerate } from "./film-actions";
import type { PartProps } from "./part-changes";
import { RedoPrice } from "./redo-price";
import { wantedOf } from "./takes-view";

const { shape } = zRegenerateScene;

interface Props extends PartProps {
  /** Those of the take in the film. */
  words: RegenerateScene;
  /** In billionths of a dollar; `null` while it is not known. */
  price: number | null;
}

/** Another take, with other words if wanted; its price is told before it is made. */
export function RedoForm({ job, scene, words, price, onDone }: Props) {
  const [defaultValues] = useState(words);
  const rules = scene ? zRegenerateScene : zRegenerateSoundtrack;
  const form = useForm<RegenerateScene>({ defaultValues, resolver: rulesOf(rules) });
  const redo = useRedo(form, job.jobId, scene?.index ?? null, onDone);
  const make = form.handleSubmit((wanted) => redo.send(wantedOf(wanted, defaultValues)));
  return (
    <form onSubmit={form.handleSubmit(redo.ask)} noValidate className="grid gap-4">
      <Fields form={form} isMusic={!scene} />
      {redo.failure ? (
        <Failure
          error={redo.failure}
          onRetry={isStatus(redo.failure, 409) ? redo.leave : undefined}
        />
      ) : null}
      {redo.isAsked ? (
        <RedoPrice price={price} busy={redo.isPending} onMake={make} onLeave={redo.leave} />
      ) : (
        <Button type="submit" look="primary" disabled={Boolean(job.change)}>
          <Trans>See the price</Trans>
        </Button>
      )}
    </form>
  );
}

/** First it is asked whether it may be paid for, then it is sent. */
function useRedo(
  form: UseFormReturn<RegenerateScene>,
  id: string,
  scene: number | null,
  onDone: () => void,
) {
  const [isAsked, setAsked] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const { mutate, isPending } = useRegenerate(id, scene);
  const show = (asked: boolean, error: unknown = null) => {
    setAsked(asked);
    setFailure(error);
  };
  const onError = (error: unknown) => {
    const isSaid = applyServerErrors(form, ["description", "camera", "seed"], error);
    show(false, isSaid ? null : error);
  };
  return {
    ...{ isAsked, failure, isPending },
    ask: () => show(true),
    leave: () => show(false),
    send: (wanted: RegenerateScene) => mutate(wanted, { onSuccess: onDone, onError }),
  };
}

function Fields({ form, isMusic }: { form: UseFormReturn<RegenerateScene>; isMusic: boolean }) {
  const { t } = useLingui();
  return (
    <>
      <TextArea
        form={form}
        name="description"
        limits={limits(shape.description)}
        label={isMusic ? t`What is to be heard` : t`What is to be seen`}
      />
      {isMusic ? null : <TextField form={form} name="camera" label={t`Camera`} />}
      <NumberField
        form={form}
        name="seed"
        limits={limits(shape.seed)}
        label={t`Seed`}
        hint={t`For this take alone. Leave it empty for a surprise.`}
      />
    </>
  );
}
