import { Trans, useLingui } from "@lingui/react/macro";
import { Link2 } from "lucide-react";
import { useId, useState } from "react";
import type { Video } from "@/api/generated/types.gen";
import { announce } from "@/lib/announce";
import { clock } from "@/lib/format";
import { pages, paths } from "@/lib/paths";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { inputClass } from "@/ui/input";
import { Note } from "@/ui/notice";
import { frameOf, linkTo } from "./watch-view";

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
  const { origin } = window.location;
  const isForAll = video.visibility !== "private";
  const path = isForAll && !isTimed ? pages.share(video.id) : paths.watch(video.id);
  const link = linkTo(path, origin, isTimed ? time : 0);
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    announce(t`It is copied`);
  };
  const at = clock(Math.floor(time));
  return (
    <div className="grid gap-4">
      {isForAll ? null : (
        <Note>
          <Trans>
            Only you can see this video. Change who may see it before you send the link.
          </Trans>
        </Note>
      )}
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
      <div className="flex flex-wrap gap-3">
        <Button look="primary" onClick={() => void copy(link)}>
          <Trans>Copy the link</Trans>
        </Button>
        {isForAll ? (
          <Button onClick={() => void copy(frameOf(video.id, origin))}>
            <Trans>Copy a frame for another site</Trans>
          </Button>
        ) : null}
      </div>
    </div>
  );
}
