import { Trans, useLingui } from "@lingui/react/macro";
import { Pencil, Trash2 } from "lucide-react";
import { Suspense, useState } from "react";
import type { Video } from "@/api/generated/types.gen";
import { lazily } from "@/lib/lazily";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Skeleton } from "@/ui/skeleton";
import { useDelete } from "@/video/delete-video";

const EditForm = lazily(async () => (await import("@/video/edit-form")).EditForm);

interface Props {
  video: Video;
  onDelete?: () => void;
}

/** What its owner can do with a video. */
export function EditVideo({ video, onDelete }: Props) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  const remove = useDelete();
  const { title } = video;
  return (
    <>
      <Button look="quiet" aria-label={t`Edit “${title}”`} onClick={() => setOpen(true)}>
        <Pencil aria-hidden className="size-4" />
        <Trans>Edit</Trans>
      </Button>
      <Button
        look="quiet"
        aria-label={t`Delete “${title}”`}
        onClick={() => {
          void remove(video);
          onDelete?.();
        }}
      >
        <Trash2 aria-hidden className="size-4" />
        <Trans>Delete</Trans>
      </Button>
      <Dialog title={<Trans>Edit the video</Trans>} open={isOpen} onOpenChange={setOpen}>
        <Suspense fallback={<Skeleton className="h-64" />}>
          <EditForm video={video} onDone={() => setOpen(false)} />
        </Suspense>
      </Dialog>
    </>
  );
}
