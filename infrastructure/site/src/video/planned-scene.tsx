import type { StoryboardScene } from "@/api/generated/types.gen";
import { clock, dollars } from "@/lib/format";

/** A scene of a plan, to read. */
export function PlannedScene({ scene }: { scene: StoryboardScene }) {
  return (
    <li className="grid gap-1 rounded-xl bg-raised p-3">
      <div className="flex justify-between gap-3 font-medium">
        <span className="min-w-0 break-words">{scene.title}</span>
        <span className="shrink-0 text-sm text-muted tabular-nums">
          {clock(scene.seconds)} · {dollars(scene.priceNanoUsd)}
        </span>
      </div>
      <p className="text-sm text-muted">{scene.description}</p>
    </li>
  );
}
