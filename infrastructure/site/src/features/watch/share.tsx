import { Trans, useLingui } from "@lingui/react/macro";
import { Link2 } from "lucide-react";
import { useId, useState } from "react";
import type { Video } from "@/api/generated/types.gen";
import { announce } from "@/lib/announce";
import { clock } from "@/lib/format";
import { paths } from "@/lib/paths";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { inputClass } from "@/ui/input";
import { Note } from "@/ui/notice";
import { linkTo } from "./watch-view";

interface Props {
  video: Video;
  element: HTMLVideoElement | null;
}

/** A link to the video, at the time that is shown if that is wanted. */
export function Share({ video, element }: Props) {
  const [time, setTime] = useState<number | null>(null);
  return (
    <>
      <Button onClick={() => setTime(element?.currentTime ?? 0)}>
        <Link2 aria-hidden className="size-5" />
        <Trans>Share</Trans>
      </Button>
      <Dialog title={<Trans>Share</Trans>} open={time !== null} onOpenChange={() => setTime(null)}>
        <ShareLink video={video} time={time ?? 0} />
      </Dialog>
    </>
  );
}

function ShareLink({ video, time }: { video: Video; time: number }) {
  const { t } = useLingui();
  const id = useId();
  const [isTimed, setTimed] = useState(false);
  const link = linkTo(paths.watch(video.id), window.location.origin, isTimed ? time : 0);
  const copy = async () => {
    await navigator.clipboard.writeText(link);
    announce(t`The link is copied`);
  };
  const at = clock(time);
  return (
    <div className="grid gap-4">
      {video.visibility === "private" ? (
        <Note>
          <Trans>
            Only you can see this video. Change who may see it before you send the link.
          </Trans>
        </Note>
      ) : null}
      <label htmlFor={id} className="sr-only">
        <Trans>Link</Trans>
      </label>
      <input
        id={id}
        readOnly
        value={link}
        className={inputClass()}
        onFocus={(event) => event.target.select()}
      />
      <label className="flex min-h-11 items-center gap-3">
        <input
          type="checkbox"
          checked={isTimed}
          onChange={(event) => setTimed(event.target.checked)}
          className="size-5 accent-accent"
        />
        <Trans>Start at {at}</Trans>
      </label>
      <Button look="primary" onClick={() => void copy()}>
        <Trans>Copy the link</Trans>
      </Button>
    </div>
  );
}
