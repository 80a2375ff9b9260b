import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

export const menuItemClass =
  "flex min-h-11 items-center gap-2 rounded-lg px-3 outline-none data-highlighted:bg-raised";

interface Props {
  label: string;
  icon: ReactNode;
  children: ReactNode;
}

/** A button with an icon that opens a menu, which stays in the landmark of its button. */
export function Menu({ label, icon, children }: Props) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={label}
        className="grid size-11 place-items-center rounded-lg hover:bg-raised"
      >
        {icon}
      </DropdownMenu.Trigger>
      <DropdownMenu.Content
        align="end"
        sideOffset={4}
        className="z-40 min-w-56 rounded-xl border border-line bg-surface p-1 text-ink shadow-lg"
      >
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
