import type { ReactNode } from "react";

/** A list with nothing in it: says so, and what to do. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-3 rounded-xl border border-dashed border-edge px-4 py-12 text-center">
      <p className="text-lg font-medium">{title}</p>
      {children}
    </div>
  );
}
