import { useLingui } from "@lingui/react/macro";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface Props {
  title: ReactNode;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  description?: ReactNode;
  children: ReactNode;
}

/** A modal with its title; focus is held inside and returns. */
export function Dialog({ title, description, children, ...state }: Props) {
  const { t } = useLingui();
  return (
    <Radix.Root {...state}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content className="fixed top-1/2 left-1/2 z-50 grid max-h-[90dvh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 gap-4 overflow-y-auto rounded-2xl border border-line bg-surface p-5 text-ink">
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
