import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Check, LoaderCircle, X } from "lucide-react";
import type { Job, Scene } from "@/api/generated/types.gen";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";
import { frameClass } from "@/video/frame";
import { TimeSpan } from "@/video/time-left";
import { WaitingBefore } from "@/video/waiting-before";
import { type SceneState, sceneState } from "./film-view";
import { SCENE_WORDS } from "./film-words";
import { Still } from "./still";

/** The scenes as they come into being; before the storyboard, a place for each. */
export function SceneGrid({ job }: { job: Job }) {
  const { scenes } = job;
  const places = Array.from({ length: job.sceneCount }, (_, at) => at);
  return (
    <Panel title={<Trans>Scenes</Trans>}>
      <ol className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {scenes?.length
          ? scenes.map((scene) => <SceneTile key={scene.index} scene={scene} job={job} />)
          : places.map((place) => (
              <li key={place}>
                <Skeleton className={frameClass(job.aspectRatio)} />
              </li>
            ))}
      </ol>
    </Panel>
  );
}

function SceneTile({ scene, job }: { scene: Scene; job: Job }) {
  const { t } = useLingui();
  const state = sceneState(job, scene);
  return (
    <li className="grid content-start gap-2">
      <Still url={scene.posterUrl} shape={job.aspectRatio}>
        <SceneIcon state={state} />
      </Still>
      <div>
        <h3 className="font-medium break-words">{scene.title}</h3>
        <p className="text-sm text-muted">
          {t(SCENE_WORDS[state])}
          {scene.waitingBefore ? (
            <>
              {" · "}
              <WaitingBefore count={scene.waitingBefore} />
            </>
          ) : null}
          {state === "generating" && scene.timeLeft ? (
            <>
              {" · "}
              <TimeSpan time={scene.timeLeft} />
            </>
          ) : null}
          {scene.attempts > 1 ? (
            <>
              {" · "}
              <Plural value={scene.attempts} one="# attempt" other="# attempts" />
            </>
          ) : null}
        </p>
      </div>
    </li>
  );
}

function SceneIcon({ state }: { state: SceneState }) {
  switch (state) {
    case "complete":
    case "generated":
      return <Check aria-hidden className="size-8 text-good" />;
    case "failed":
      return <X aria-hidden className="size-8 text-bad" />;
    case "generating":
      return <LoaderCircle aria-hidden className="size-8 animate-spin text-accent" />;
    case "pending":
    case "missing":
      return null;
  }
}
