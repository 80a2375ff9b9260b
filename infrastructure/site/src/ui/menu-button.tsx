import type { ComponentProps, ReactNode } from "react";

/** What is seen and said of it. */
export interface MenuFace {
  label: string;
  icon: ReactNode;
}

/** The button of a menu. */
export function MenuButton({ label, icon, ...rest }: MenuFace & ComponentProps<"button">) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="menu"
      className="grid size-11 place-items-center rounded-lg hover:bg-raised"
      {...rest}
    >
      {icon}
    </button>
  );
}
