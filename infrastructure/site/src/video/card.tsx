import type { ReactNode } from "react";
import { Link } from "react-router";
import { HoverPreview, useLinger } from "@/video/hover-preview";
import { Poster } from "@/video/poster";

interface Props {
  to: string;
  title: string;
  poster: string | null | undefined;
  /** The video that is previewed when mouse or focus rests on it. */
  previewOf?: string;
  /** Length, status and the like: one line of text. */
  facts: ReactNode;
  children?: ReactNode;
}

/** A film in a grid. Its link covers picture and title. */
export function Card({ to, title, poster, previewOf, facts, children }: Props) {
  const [isResting, handlers] = useLinger();
  return (
    <li className="grid content-start gap-3 overflow-hidden rounded-2xl border border-line bg-surface pb-3">
      <Link to={to} className="group grid gap-3" {...handlers}>
        <div className="relative">
          <Poster url={poster} className="transition-opacity group-hover:opacity-85" />
          {previewOf && isResting ? <HoverPreview id={previewOf} /> : null}
        </div>
        <span className="line-clamp-2 px-4 font-medium text-ink break-words group-hover:underline">
          {title}
        </span>
      </Link>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 text-sm text-muted">
        {facts}
      </div>
      {children ? <div className="flex flex-wrap gap-1 px-2">{children}</div> : null}
    </li>
  );
}

export function CardGrid({ children }: { children: ReactNode }) {
  return <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">{children}</ul>;
}
