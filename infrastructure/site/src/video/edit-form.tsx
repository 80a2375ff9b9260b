import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { Failure } from "@/api/failure";
import {
  galleryGetQueryKey,
  galleryListQueryKey,
  galleryUpdateMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { UpdateVideo, Video } from "@/api/generated/types.gen";
import { zUpdateVideo } from "@/api/generated/zod.gen";
import { Choice } from "@/forms/choice";
import { TextArea, TextField } from "@/forms/inputs";
import { limits } from "@/forms/limits";
import { rulesOf } from "@/forms/resolver";
import { Button } from "@/ui/button";
import { VISIBILITY } from "@/video/visibility-words";

/** Title, description, and who may see a video. */
export function EditForm({ video, onDone }: { video: Video; onDone: () => void }) {
  const { t } = useLingui();
  const { title, description, visibility } = video;
  const update = useUpdate(onDone);
  const form = useForm<UpdateVideo>({
    defaultValues: { title, description, visibility },
    resolver: rulesOf(zUpdateVideo),
  });
  const save = form.handleSubmit((body) => update.mutate({ path: { id: video.id }, body }));
  const options = Object.entries(VISIBILITY).map(([value, name]) => ({ value, name: t(name) }));
  return (
    <form onSubmit={save} noValidate className="grid gap-4">
      <TextField form={form} name="title" label={t`Title`} />
      <TextArea
        form={form}
        name="description"
        limits={limits(zUpdateVideo.shape.description)}
        label={t`Description`}
      />
      <Choice form={form} name="visibility" label={t`Who may see it`} options={options} />
      {update.error ? <Failure error={update.error} /> : null}
      <Button type="submit" look="primary" busy={update.isPending}>
        <Trans>Save</Trans>
      </Button>
    </form>
  );
}

function useUpdate(onDone: () => void) {
  const cache = useQueryClient();
  return useMutation({
    ...galleryUpdateMutation(),
    onSuccess: (video) => {
      cache.setQueryData(galleryGetQueryKey({ path: { id: video.id } }), video);
      void cache.invalidateQueries({ queryKey: galleryListQueryKey() });
      onDone();
    },
  });
}
