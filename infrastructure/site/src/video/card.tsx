import type { ReactNode } from "react";
import { Link } from "react-router";
import { Poster } from "@/video/poster";

interface Props {
  to: string;
  title: string;
  poster: string | null | undefined;
  /** Length, status and the like: one line of text. */
  facts: ReactNode;
  children?: ReactNode;
}

/** A film in a grid. Its link covers picture and title. */
export function Card({ to, title, poster, facts, children }: Props) {
  return (
    <li className="grid content-start gap-3 overflow-hidden rounded-2xl border border-line bg-surface pb-3">
      <Link to={to} className="group grid gap-3">
        <Poster url={poster} className="transition-opacity group-hover:opacity-85" />
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
