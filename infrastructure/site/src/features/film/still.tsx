import type { ReactNode } from "react";
import type { AspectRatio } from "@/api/generated/types.gen";
import { cx } from "@/ui/cx";
import { frameClass } from "@/video/frame";

interface Props {
  url: string | null | undefined;
  shape: AspectRatio;
  /** What is there instead while there is no picture. */
  children?: ReactNode;
}

/** A picture of a scene, in the film's shape. Words beside it say what it is. */
export function Still({ url, shape, children }: Props) {
  return (
    <div
      className={cx(
        "grid place-items-center overflow-hidden rounded-xl border border-line bg-raised text-muted",
        frameClass(shape),
      )}
    >
      {url ? (
        <img src={url} alt="" decoding="async" className="size-full object-cover" />
      ) : (
        children
      )}
    </div>
  );
}
