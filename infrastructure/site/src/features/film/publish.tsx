import { Trans } from "@lingui/react/macro";
import { Share2 } from "lucide-react";
import { Suspense, useState } from "react";
import type { Job } from "@/api/generated/types.gen";
import { lazily } from "@/lib/lazily";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Skeleton } from "@/ui/skeleton";

const PublishForm = lazily(async () => (await import("./publish-form")).PublishForm);

/** Puts a finished film into the gallery. */
export function Publish({ job }: { job: Job }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <Share2 aria-hidden className="size-5" />
        <Trans>Publish or share</Trans>
      </Button>
      <Dialog title={<Trans>Put it into the gallery</Trans>} open={open} onOpenChange={setOpen}>
        <Suspense fallback={<Skeleton className="h-64" />}>
          <PublishForm job={job} />
        </Suspense>
      </Dialog>
    </>
  );
}
