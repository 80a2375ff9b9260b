import { Trans, useLingui } from "@lingui/react/macro";
import { useForm } from "react-hook-form";
import { Failure } from "@/api/failure";
import type { CreateWebhook } from "@/api/generated/types.gen";
import { zCreateWebhook } from "@/api/generated/zod.gen";
import { applyServerErrors } from "@/forms/apply-server-errors";
import { TextField } from "@/forms/inputs";
import { rulesOf } from "@/forms/resolver";
import { Button } from "@/ui/button";
import { Secret } from "./secret";
import { useCreateWebhook } from "./webhook-actions";

export function WebhookForm() {
  const { t } = useLingui();
  const create = useCreateWebhook();
  const form = useForm<CreateWebhook>({
    defaultValues: { url: "", description: "" },
    resolver: rulesOf(zCreateWebhook),
  });
  const add = form.handleSubmit((webhook) =>
    create.mutate(webhook, {
      onSuccess: () => form.reset(),
      onError: (error) => applyServerErrors(form, ["url", "description"], error),
    }),
  );
  return (
    <form
      onSubmit={add}
      noValidate
      className="grid items-start gap-4 border-t border-line pt-4 sm:grid-cols-[3fr_2fr_auto]"
    >
      <TextField
        form={form}
        name="url"
        type="url"
        label={t`Address of your program`}
        hint={t`https, on a public host`}
      />
      <TextField form={form} name="description" label={t`What it is`} />
      <Button type="submit" busy={create.isPending} className="sm:mt-7.5">
        <Trans>Add a webhook</Trans>
      </Button>
      <div className="grid gap-3 sm:col-span-full">
        {create.data ? <Secret secret={create.data.secret} /> : null}
        {create.error ? <Failure error={create.error} /> : null}
      </div>
    </form>
  );
}
