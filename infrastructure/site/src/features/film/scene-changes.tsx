import { Trans } from "@lingui/react/macro";
import type { Job, Scene } from "@/api/generated/types.gen";
import { Note } from "@/ui/notice";
import { Skeleton } from "@/ui/skeleton";
import { useStoryboard } from "./film-queries";
import { RedoForm } from "./redo-form";
import { TakeList } from "./take-list";
import { wordsOf } from "./takes-view";

export interface SceneProps {
  job: Job;
  scene: Scene;
  /** A change was accepted. */
  onDone: () => void;
}

/** What can be changed of a scene: which take is in the film, or another one made. */
export function SceneChanges(props: SceneProps) {
  return (
    <>
      {props.job.change ? (
        <Note>
          <Trans>A scene of this film is being changed. The next change can follow it.</Trans>
        </Note>
      ) : null}
      <TakeList {...props} />
      <Redo {...props} />
    </>
  );
}

function Redo(props: SceneProps) {
  const { job, scene } = props;
  const { data, isPending } = useStoryboard(job.jobId);
  if (isPending) return <Skeleton className="h-64" />;
  const planned = data?.scenes.find(({ index }) => index === scene.index);
  return (
    <section className="grid gap-4 border-t border-line pt-4">
      <h3 className="text-lg font-semibold">
        <Trans>Make it anew</Trans>
      </h3>
      <RedoForm {...props} words={wordsOf(scene, planned)} price={planned?.priceNanoUsd ?? null} />
    </section>
  );
}
