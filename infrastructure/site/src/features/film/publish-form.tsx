import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useNavigate } from "react-router";
import { Failure } from "@/api/failure";
import { galleryListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { galleryPublish } from "@/api/generated/sdk.gen";
import type { Job, PublishFilm } from "@/api/generated/types.gen";
import { zPublishFilm } from "@/api/generated/zod.gen";
import { useIdempotencyKey } from "@/api/idempotency";
import { Choice } from "@/forms/choice";
import { TextArea, TextField } from "@/forms/inputs";
import { limits } from "@/forms/limits";
import { rulesOf } from "@/forms/resolver";
import { paths } from "@/lib/paths";
import { Button } from "@/ui/button";
import { VISIBILITY } from "@/video/visibility-words";

const TITLE_LENGTH = 80;

export function PublishForm({ job }: { job: Job }) {
  const { t } = useLingui();
  const publish = usePublish();
  const form = useForm<PublishFilm>({
    defaultValues: {
      jobId: job.jobId,
      title: job.prompt.slice(0, TITLE_LENGTH),
      description: "",
      visibility: "unlisted",
    },
    resolver: rulesOf(zPublishFilm),
  });
  const options = Object.entries(VISIBILITY).map(([value, name]) => ({ value, name: t(name) }));
  return (
    <form
      onSubmit={form.handleSubmit((film) => publish.mutate(film))}
      noValidate
      className="grid gap-4"
    >
      <TextField form={form} name="title" label={t`Title`} />
      <TextArea
        form={form}
        name="description"
        limits={limits(zPublishFilm.shape.description)}
        label={t`Description`}
      />
      <Choice form={form} name="visibility" label={t`Who may see it`} options={options} />
      {publish.error ? <Failure error={publish.error} /> : null}
      <Button type="submit" look="primary" busy={publish.isPending}>
        <Trans>Put it into the gallery</Trans>
      </Button>
    </form>
  );
}

function usePublish() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const keyOf = useIdempotencyKey();
  return useMutation({
    mutationFn: async (film: PublishFilm) => {
      const { data } = await galleryPublish({
        body: film,
        headers: keyOf(film),
        throwOnError: true,
      });
      return data;
    },
    onSuccess: (video) => {
      void cache.invalidateQueries({ queryKey: galleryListQueryKey() });
      return navigate(paths.watch(video.id));
    },
  });
}
