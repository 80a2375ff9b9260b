import { Trans, useLingui } from "@lingui/react/macro";
import { useParams } from "react-router";
import type { Job } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { Chip } from "@/ui/chip";
import { PageHeading } from "@/ui/heading";
import { Note } from "@/ui/notice";
import { Skeleton } from "@/ui/skeleton";
import { usePlayback } from "@/video/player/playback";
import { FILM_STATUS } from "@/video/status-words";
import { useFilm } from "./film-queries";
import { type FilmView, filmView, hasEnded } from "./film-view";
import { InReview } from "./in-review";
import { Making } from "./making";
import { Ready } from "./ready";
import { SceneGrid } from "./scene-grid";
import { Screen } from "./screen";
import { useSpokenProgress } from "./spoken-progress";
import { Stopped } from "./stopped";

export function Component() {
  const { t } = useLingui();
  const { id = "" } = useParams();
  const film = useFilm(id);
  return (
    <div className="grid gap-6">
      <title>{film.data ? titleOf(film.data) : t`Film · OmniGen`}</title>
      {film.error && !film.data ? (
        <PageHeading>
          <Trans>This film cannot be shown</Trans>
        </PageHeading>
      ) : null}
      <Loaded answer={film} loading={<Loading />}>
        {(job) => (
          <>
            {film.failureCount > 1 ? <Reconnecting /> : null}
            <Film job={job} />
          </>
        )}
      </Loaded>
    </div>
  );
}

/** What is in sight stays, and is not the newest. */
function Reconnecting() {
  return (
    <Note>
      <Trans>There is no answer at the moment. This is how it stood; it is asked for again.</Trans>
    </Note>
  );
}

/** What a tab shows of a film, also behind others. */
function titleOf(job: Job): string {
  const name = `${job.prompt} · OmniGen`;
  return hasEnded(job) ? name : `${job.progress} % · ${name}`;
}

function Film({ job }: { job: Job }) {
  const { t } = useLingui();
  const playback = usePlayback();
  useSpokenProgress(job);
  const { word, tone } = FILM_STATUS[job.status];
  const view = filmView(job);
  return (
    <>
      <PageHeading aside={<Chip tone={tone}>{t(word)}</Chip>}>{job.prompt}</PageHeading>
      <Standing job={job} view={view} />
      {/* One player for all, so that it goes on when the film is done. */}
      <Screen job={job} playback={playback} />
      {view.kind === "ready" ? <Ready job={job} view={view} playback={playback} /> : null}
      {view.kind === "making" || view.kind === "stopped" ? <SceneGrid job={job} /> : null}
    </>
  );
}

/** How a film stands that is not there. */
function Standing({ job, view }: { job: Job; view: FilmView }) {
  switch (view.kind) {
    case "making":
      return <Making job={job} view={view} />;
    case "review":
      return <InReview job={job} />;
    case "ready":
      return null;
    case "stopped":
      return <Stopped job={job} view={view} />;
  }
}

function Loading() {
  return (
    <div className="grid gap-6">
      <Skeleton className="h-10 w-2/3" />
      <Skeleton className="h-72" />
    </div>
  );
}
