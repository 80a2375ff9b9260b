import { Trans } from "@lingui/react/macro";
import { Download } from "lucide-react";
import type { Stream, Video } from "@/api/generated/types.gen";
import { bytes } from "@/lib/format";
import { buttonClass } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { HEIGHTS } from "./watch-view";

/** Every file of a video. */
export function Downloads({ video, stream }: { video: Video; stream: Stream }) {
  return (
    <Panel title={<Trans>Download</Trans>}>
      <ul className="flex flex-wrap gap-2">
        <File url={stream.streamUrl} name={video.resolution} size={video.fileSize} />
        {stream.renditions.map(({ quality, url, fileSize }) => (
          <File key={quality} url={url} name={HEIGHTS[quality]} size={fileSize} />
        ))}
      </ul>
      {stream.renditions.length === 0 ? (
        <p className="text-sm text-muted">
          <Trans>Smaller sizes are not there, or not yet.</Trans>
        </p>
      ) : null}
    </Panel>
  );
}

function File({ url, name, size }: { url: string; name: string; size: number }) {
  return (
    <li>
      <a href={url} download className={buttonClass()}>
        <Download aria-hidden className="size-5" />
        {name} <span className="text-sm text-muted">{bytes(size)}</span>
      </a>
    </li>
  );
}
