import { Trans } from "@lingui/react/macro";
import type { Job, Scene, Storyboard } from "@/api/generated/types.gen";
import { Note } from "@/ui/notice";
import { Skeleton } from "@/ui/skeleton";
import { useStoryboard } from "./film-queries";
import { RedoForm } from "./redo-form";
import { TakeList } from "./take-list";
import { musicWordsOf, wordsOf } from "./takes-view";

export interface PartProps {
  job: Job;
  /** Without one it is the music. */
  scene: Scene | null;
  /** A change was accepted. */
  onDone: () => void;
}

/** What can be changed of a scene or the music: which take is in the film, or another one. */
export function PartChanges(props: PartProps) {
  return (
    <>
      {props.job.change ? (
        <Note>
          <Trans>This film is being changed. The next change can follow it.</Trans>
        </Note>
      ) : null}
      <TakeList {...props} />
      <Redo {...props} />
    </>
  );
}

function Redo(props: PartProps) {
  const { job, scene } = props;
  const { data, isPending } = useStoryboard(job.jobId);
  if (isPending) return <Skeleton className="h-64" />;
  const { words, price } = scene ? ofScene(scene, data) : ofMusic(job, data);
  return (
    <section className="grid gap-4 border-t border-line pt-4">
      <h3 className="text-lg font-semibold">
        <Trans>Make it anew</Trans>
      </h3>
      <RedoForm {...props} words={words} price={price} />
    </section>
  );
}

function ofScene(scene: Scene, storyboard: Storyboard | undefined) {
  const planned = storyboard?.scenes.find(({ index }) => index === scene.index);
  return { words: wordsOf(scene, planned), price: planned?.priceNanoUsd ?? null };
}

function ofMusic(job: Job, storyboard: Storyboard | undefined) {
  const planned = storyboard?.music;
  const words = musicWordsOf(job.soundtrackTakes ?? [], planned);
  return { words, price: planned?.priceNanoUsd ?? null };
}
