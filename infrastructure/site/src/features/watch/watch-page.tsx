import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { isStatus } from "@/api/api-error";
import type { Video } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { useSession } from "@/api/session";
import { SignInLink } from "@/api/sign-in-link";
import { paths } from "@/lib/paths";
import { PageHeading } from "@/ui/heading";
import { Skeleton } from "@/ui/skeleton";
import { stageClass } from "@/video/frame";
import { usePlayback } from "@/video/player/playback";
import { VideoFacts } from "@/video/video-facts";
import { Downloads } from "./downloads";
import { Film } from "./film";
import { MadeHere } from "./made-here";
import { OwnersPart, VisibilityFact } from "./owners-part";
import { QualityChoice } from "./quality-choice";
import { Share } from "./share";
import { videoOptions } from "./video-options";
import { useOrigin, useStream } from "./watch-queries";
import { isOwn, shapeOf, sourceOf, type Wanted } from "./watch-view";

export function Component() {
  const { t } = useLingui();
  const { id = "" } = useParams();
  const video = useQuery(videoOptions(id));
  // Asked for beside it, not after it.
  const stream = useStream(id);
  return (
    <div className="grid gap-6">
      <title>{video.data ? t`${video.data.title} · OmniGen` : t`Watch · OmniGen`}</title>
      {video.error && !video.data ? (
        <PageHeading>
          <Trans>This video cannot be shown</Trans>
        </PageHeading>
      ) : null}
      <Loaded answer={video} loading={<Skeleton className="aspect-video max-h-[75dvh]" />}>
        {(found) => <Watch key={found.id} video={found} stream={stream} />}
      </Loaded>
      {isStatus(video.error, 403) ? <MaybeYours id={id} /> : null}
    </div>
  );
}

/** A private video is in sight of its owner. */
function MaybeYours({ id }: { id: string }) {
  const session = useSession();
  if (session.kind !== "signed-out") return null;
  return (
    <p>
      <Trans>
        If it is yours,{" "}
        <SignInLink back={paths.watch(id)} className="underline">
          sign in
        </SignInLink>{" "}
        to watch it.
      </Trans>
    </p>
  );
}

interface WatchProps {
  video: Video;
  stream: ReturnType<typeof useStream>;
}

function Watch({ video, stream }: WatchProps) {
  const origin = useOrigin(video);
  const [search] = useSearchParams();
  // The address may name a time of it.
  const playback = usePlayback(Number(search.get("t")) || 0);
  const [wanted, setWanted] = useState<Wanted>("auto");
  const renditions = stream.data?.renditions ?? [];
  const place = <Skeleton className={`mx-auto ${stageClass(shapeOf(video))}`} />;
  return (
    <>
      <Loaded answer={stream} loading={place}>
        {(found) => (
          <Film
            video={video}
            src={sourceOf(found, wanted)}
            chapters={origin?.chapters}
            playback={playback}
          />
        )}
      </Loaded>
      <PageHeading>{video.title}</PageHeading>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-muted">
        <VideoFacts video={video} />
        {isOwn(video) ? <VisibilityFact video={video} /> : null}
      </div>
      <div className="flex flex-wrap gap-2">
        <Share video={video} element={playback.video} />
        {isOwn(video) ? <OwnersPart video={video} origin={origin} /> : null}
        <QualityChoice renditions={renditions} wanted={wanted} onChange={setWanted} />
      </div>
      {video.description ? (
        <p className="max-w-3xl whitespace-pre-line">{video.description}</p>
      ) : null}
      {stream.data ? <Downloads video={video} stream={stream.data} /> : null}
      {origin?.film ? <MadeHere {...origin} film={origin.film} playback={playback} /> : null}
    </>
  );
}
