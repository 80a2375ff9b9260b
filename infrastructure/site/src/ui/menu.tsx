import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { MenuButton, type MenuFace } from "@/ui/menu-button";

export const menuItemClass =
  "flex min-h-11 items-center gap-2 rounded-lg px-3 outline-none data-highlighted:bg-raised";

/** A menu, open as it was asked for, with its button; it stays in the landmark of that. */
export function Menu({ children, ...face }: MenuFace & { children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>
        <MenuButton {...face} />
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
