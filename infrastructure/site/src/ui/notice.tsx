import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** Something went wrong, said at once. */
export function Alert({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div role="alert" className="flex gap-3 rounded-xl border border-bad bg-bad-soft p-4">
      <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
      <div className="grid min-w-0 gap-2">
        <p className="font-medium break-words">{title}</p>
        {children}
      </div>
    </div>
  );
}

/** Something worth knowing. */
export function Note({ children }: { children: ReactNode }) {
  return <div className="rounded-xl border border-line bg-raised p-4">{children}</div>;
}
