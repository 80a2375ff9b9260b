import type { ReactNode } from "react";
import { focusIfAwaited } from "@/lib/arrival";

/** A page's only h1; a navigation focuses it. */
export function PageHeading({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <h1
        ref={focusIfAwaited}
        tabIndex={-1}
        className="min-w-0 text-2xl font-semibold text-balance break-words sm:text-3xl"
      >
        {children}
      </h1>
      {aside}
    </div>
  );
}
