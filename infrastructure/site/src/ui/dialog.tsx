import { type ReactNode, Suspense } from "react";
import { lazily } from "@/lib/lazily";

const Modal = lazily(async () => (await import("@/ui/modal")).Modal);

interface Props {
  title: ReactNode;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  description?: ReactNode;
  children: ReactNode;
}

/** A modal that is fetched when it is first opened. */
export function Dialog({ open, onOpenChange, ...modal }: Props) {
  if (!open) return null;
  return (
    <Suspense fallback={<div className="fixed inset-0 z-40 bg-shade" />}>
      <Modal {...modal} onClose={() => onOpenChange(false)} />
    </Suspense>
  );
}
