import { Trans, useLingui } from "@lingui/react/macro";
import { useForm } from "react-hook-form";
import { Failure } from "@/api/failure";
import type { CreateJob } from "@/api/generated/types.gen";
import { zCreateJob } from "@/api/generated/zod.gen";
import { applyServerErrors } from "@/forms/apply-server-errors";
import { rulesOf } from "@/forms/resolver";
import { Button } from "@/ui/button";
import { PageHeading } from "@/ui/heading";
import { FIELDS, filmDraft } from "@/video/film-draft";
import { useCreate, useQuote } from "./create-actions";
import { CreateFields } from "./create-form";
import { isAsQuoted } from "./create-view";
import { QuotePanel } from "./quote-panel";

export function Component() {
  const { t } = useLingui();
  return (
    <div className="grid gap-6">
      <title>{t`Create · OmniGen`}</title>
      <PageHeading>
        <Trans>Create a film</Trans>
      </PageHeading>
      <Create />
    </div>
  );
}

/** The price comes first, then the film. */
function Create() {
  const form = useForm<CreateJob>({
    defaultValues: filmDraft.read(),
    resolver: rulesOf(zCreateJob),
  });
  // What is typed survives a reload.
  const keep = () => filmDraft.write(form.getValues());
  const quote = useQuote();
  const create = useCreate();
  const film = form.watch();
  const quoted = quote.data && isAsQuoted(film, quote.variables) ? quote.data : null;
  const refuse = (error: Error) => void applyServerErrors(form, FIELDS, error);
  const askPrice = form.handleSubmit((values) => quote.mutate(values, { onError: refuse }));
  const failed = create.error ?? quote.error;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr]">
      <form onSubmit={askPrice} onChange={keep} noValidate className="grid gap-5">
        <CreateFields form={form} />
        {quoted ? null : (
          <Button type="submit" look="primary" busy={quote.isPending}>
            {quote.data ? <Trans>Plan it again</Trans> : <Trans>Plan it and see the price</Trans>}
          </Button>
        )}
        {failed ? <Failure error={failed} /> : null}
      </form>
      <QuotePanel quote={quoted} busy={quote.isPending}>
        <Button
          look="primary"
          busy={create.isPending}
          onClick={() => create.mutate(film, { onError: refuse })}
        >
          {film.review ? <Trans>Write the storyboard</Trans> : <Trans>Make this film</Trans>}
        </Button>
      </QuotePanel>
    </div>
  );
}
