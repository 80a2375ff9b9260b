import { Trans, useLingui } from "@lingui/react/macro";
import { isStatus } from "@/api/api-error";
import { Failure } from "@/api/failure";
import type { AspectRatio, Take } from "@/api/generated/types.gen";
import { dateTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { Chip } from "@/ui/chip";
import { cx } from "@/ui/cx";
import { useChooseTake } from "./film-actions";
import type { PartProps } from "./part-changes";
import { Still } from "./still";
import { inOrder } from "./takes-view";

/** The takes of a scene, or of the music, side by side; one of them is in the film. */
export function TakeList({ job, scene, onDone }: PartProps) {
  const choose = useChooseTake(job.jobId, scene?.index ?? null);
  const takes = (scene ? scene.takes : job.soundtrackTakes) ?? [];
  return (
    <section className="grid gap-4">
      <p className="text-muted">
        <Hint count={takes.length} />
      </p>
      <ul className={cx("grid gap-4", scene ? "grid-cols-2" : "sm:grid-cols-2")}>
        {inOrder(takes).map((take) => (
          <TakeCard
            key={take.take}
            take={take}
            shape={scene ? job.aspectRatio : null}
            canChoose={!job.change}
            busy={choose.isPending}
            onChoose={() => choose.mutate(take.take, { onSuccess: onDone })}
          />
        ))}
      </ul>
      {choose.error ? (
        <Failure
          error={choose.error}
          // The film was asked for again already: what is there now is in sight.
          onRetry={isStatus(choose.error, 409) ? choose.reset : undefined}
        />
      ) : null}
    </section>
  );
}

function Hint({ count }: { count: number }) {
  if (count === 0) return <Trans>No take of it is there.</Trans>;
  if (count === 1) return <Trans>There is one take. Each that you have made is kept.</Trans>;
  return <Trans>Every take is kept. Choosing another one costs nothing.</Trans>;
}

interface CardProps {
  take: Take;
  /** Of its picture; the music has none. */
  shape: AspectRatio | null;
  canChoose: boolean;
  busy: boolean;
  onChoose: () => void;
}

function TakeCard({ take, shape, canChoose, busy, onChoose }: CardProps) {
  const { t } = useLingui();
  const number = take.take;
  return (
    <li className="grid content-start gap-2">
      {shape ? <Still url={take.posterUrl} shape={shape} /> : null}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">
          <Trans>Take {number}</Trans>
        </h3>
        {take.chosen ? (
          <Chip tone="good">
            <Trans>In the film</Trans>
          </Chip>
        ) : null}
      </div>
      {take.audioUrl ? (
        // biome-ignore lint/a11y/useMediaCaption: nobody speaks in it.
        <audio
          controls
          preload="none"
          src={take.audioUrl}
          aria-label={t`Take ${number} of the music`}
          className="w-full min-w-0"
        />
      ) : null}
      {take.chosen ? null : (
        <Button disabled={!canChoose} busy={busy} onClick={onChoose}>
          <Trans>Put take {number} into the film</Trans>
        </Button>
      )}
      <Words take={take} />
    </li>
  );
}

function Words({ take: { description, camera, seed, madeAt } }: { take: Take }) {
  return (
    <div className="grid gap-1 text-sm text-muted break-words">
      {description ? <p>{description}</p> : null}
      {camera ? (
        <p>
          <Trans>Camera: {camera}</Trans>
        </p>
      ) : null}
      {seed === null || seed === undefined ? null : (
        <p>
          <Trans>Seed: {seed}</Trans>
        </p>
      )}
      <p>{dateTime(madeAt)}</p>
    </div>
  );
}
