import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate } from "react-router";
import { Loaded } from "@/api/loaded";
import { MoreButton } from "@/api/more-button";
import { rowsOf } from "@/api/pages";
import { clock, dateTime } from "@/lib/format";
import { paths } from "@/lib/paths";
import { Button } from "@/ui/button";
import { Chip } from "@/ui/chip";
import { Empty } from "@/ui/empty";
import { CardSkeletons } from "@/ui/skeleton";
import { Card, CardGrid } from "@/video/card";
import { draftPrompt } from "@/video/draft-prompt";
import { FILM_STATUS } from "@/video/status-words";
import { FilmsFilter } from "./films-filter";
import { useMadeFilms } from "./films-queries";
import { type FilmRow, filmRows, type Shown } from "./films-view";
import { SHOWN_WORDS } from "./films-words";

interface Props {
  /** All films where it is not given. */
  shown: Shown | undefined;
}

export function MadeList({ shown }: Props) {
  return (
    <>
      <FilmsFilter shown={shown} />
      <Films shown={shown} />
    </>
  );
}

function Films({ shown }: Props) {
  const films = useMadeFilms(shown);
  return (
    <Loaded answer={films} loading={<CardSkeletons />}>
      {(data) => {
        const rows = rowsOf(data, filmRows);
        if (rows.length === 0 && !films.hasNextPage) return <Nothing shown={shown} />;
        return (
          <>
            <FilmCards rows={rows} />
            <MoreButton pages={films} />
          </>
        );
      }}
    </Loaded>
  );
}

function FilmCards({ rows }: { rows: FilmRow[] }) {
  // Few of many films: they are sought among so many at a time.
  if (rows.length === 0) {
    return (
      <p className="text-muted">
        <Trans>None of them are among your latest films.</Trans>
      </p>
    );
  }
  return (
    <CardGrid>
      {rows.map((row) => (
        <FilmCard key={row.job.jobId} row={row} />
      ))}
    </CardGrid>
  );
}

function Nothing({ shown }: Props) {
  const { t } = useLingui();
  if (!shown) return <NoFilms />;
  return <Empty title={t(SHOWN_WORDS[shown].none)} />;
}

function FilmCard({ row: { job, poster } }: { row: FilmRow }) {
  const { t } = useLingui();
  const { word, tone } = FILM_STATUS[job.status];
  return (
    <Card
      to={paths.film(job.jobId)}
      title={job.prompt}
      poster={poster}
      facts={
        <>
          <Chip tone={tone}>{t(word)}</Chip>
          <span>{clock(job.durationSeconds)}</span>
          <span>{dateTime(job.createdAt)}</span>
        </>
      }
    />
  );
}

const SAMPLES = [
  msg`A paper boat crosses a flooded city at dawn`,
  msg`A lighthouse keeper paints the storm from memory`,
  msg`A new espresso machine wakes a whole street`,
];

function NoFilms() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const take = (prompt: string) => {
    draftPrompt.write(prompt);
    void navigate(paths.create);
  };
  return (
    <Empty title={<Trans>No films yet. How about one of these?</Trans>}>
      <div className="flex flex-wrap justify-center gap-2">
        {SAMPLES.map((sample) => (
          <Button key={sample.id} onClick={() => take(t(sample))}>
            {t(sample)}
          </Button>
        ))}
      </div>
    </Empty>
  );
}
