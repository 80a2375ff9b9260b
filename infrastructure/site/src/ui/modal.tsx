import { useLingui } from "@lingui/react/macro";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";

interface Props {
  title: ReactNode;
  onClose: () => void;
  description?: ReactNode;
  children: ReactNode;
}

/** A modal with its title; focus is held inside, and returns to what opened it. */
export function Modal({ title, description, onClose, children }: Props) {
  const { t } = useLingui();
  const [opener] = useState(() => document.activeElement);
  const giveBack = (event: Event) => {
    event.preventDefault();
    if (opener instanceof HTMLElement) opener.focus();
  };
  return (
    <Radix.Root open onOpenChange={onClose}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          onCloseAutoFocus={giveBack}
          className="fixed top-1/2 left-1/2 z-50 grid max-h-[90dvh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 gap-4 overflow-y-auto rounded-2xl border border-line bg-surface p-5 text-ink"
        >
          <Radix.Title className="pr-10 text-xl font-semibold">{title}</Radix.Title>
          {description ? (
            <Radix.Description className="text-muted">{description}</Radix.Description>
          ) : null}
          {children}
          <Radix.Close
            aria-label={t`Close`}
            className="absolute top-3 right-3 grid size-11 place-items-center rounded-lg hover:bg-raised"
          >
            <X aria-hidden className="size-5" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
