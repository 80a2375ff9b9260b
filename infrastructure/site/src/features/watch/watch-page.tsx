import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Clapperboard } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { isStatus } from "@/api/api-error";
import type { Stream, Video } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { useSession } from "@/api/session";
import { SignInLink } from "@/api/sign-in-link";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { PageHeading } from "@/ui/heading";
import { Skeleton } from "@/ui/skeleton";
import { AnotherLikeThis } from "@/video/another";
import type { Chapter } from "@/video/chapters";
import { EditVideo } from "@/video/edit-video";
import { Player, preloadPlayer } from "@/video/player/player";
import { VideoFacts } from "@/video/video-facts";
import { Downloads } from "./downloads";
import { MadeHere } from "./made-here";
import { Share } from "./share";
import { videoOptions } from "./video-options";
import { type Origin, useOrigin, useStream } from "./watch-queries";
import { isOwn, shapeOf, sourceOf } from "./watch-view";

preloadPlayer();

export function Component() {
  const { t } = useLingui();
  const { id = "" } = useParams();
  const video = useQuery(videoOptions(id));
  // Asked for beside it, not after it.
  const stream = useStream(id);
  return (
    <div className="grid gap-6">
      <title>{video.data ? t`${video.data.title} · OmniGen` : t`Watch · OmniGen`}</title>
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
  const [element, setElement] = useState<HTMLVideoElement | null>(null);
  return (
    <>
      <Loaded answer={stream} loading={<Skeleton className="aspect-video max-h-[75dvh]" />}>
        {(found) => (
          <Film video={video} stream={found} chapters={origin?.chapters} onVideo={setElement} />
        )}
      </Loaded>
      <PageHeading>{video.title}</PageHeading>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-muted">
        <VideoFacts video={video} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Share video={video} element={element} />
        {isOwn(video) ? <OwnersPart video={video} /> : null}
        {origin ? <ToTheFilm origin={origin} /> : null}
      </div>
      {video.description ? (
        <p className="max-w-3xl whitespace-pre-line">{video.description}</p>
      ) : null}
      {stream.data ? <Downloads video={video} stream={stream.data} /> : null}
      {origin?.film ? <MadeHere {...origin} film={origin.film} element={element} /> : null}
    </>
  );
}

interface FilmProps {
  video: Video;
  stream: Stream;
  chapters: Chapter[] | undefined;
  onVideo: (element: HTMLVideoElement | null) => void;
}

function Film({ video, stream, chapters, onVideo }: FilmProps) {
  const [search] = useSearchParams();
  const [src] = useState(() => sourceOf(stream));
  return (
    <Player
      src={src}
      title={video.title}
      poster={video.thumbnailUrl}
      shape={shapeOf(video)}
      startAt={Number(search.get("t")) || 0}
      chapters={chapters}
      onVideo={onVideo}
    />
  );
}

/** Its takes and its storyboard are there. */
function ToTheFilm({ origin: { id, film } }: { origin: Origin }) {
  return (
    <>
      <Link to={paths.film(id)} className={buttonClass()}>
        <Clapperboard aria-hidden className="size-5" />
        <Trans>Scenes and takes</Trans>
      </Link>
      <AnotherLikeThis film={film} />
    </>
  );
}

function OwnersPart({ video }: { video: Video }) {
  const navigate = useNavigate();
  return <EditVideo video={video} onDelete={() => void navigate(`${paths.films}?tab=videos`)} />;
}
