import { type ReactNode, Suspense, useState } from "react";
import { MenuButton, type MenuFace } from "@/ui/menu-button";

interface Props extends MenuFace {
  /** Fetches what is behind the button. */
  load: () => Promise<unknown>;
  /** The menu, open, with the same face. */
  children: ReactNode;
}

/** A button whose menu comes when it is wanted. */
export function LaterMenu({ load, children, ...face }: Props) {
  const [isWanted, setWanted] = useState(false);
  // Without a connection it is fetched when it is wanted.
  const begin = () => void load().catch(() => {});
  const button = (
    <MenuButton {...face} onPointerEnter={begin} onFocus={begin} onClick={() => setWanted(true)} />
  );
  return isWanted ? <Suspense fallback={button}>{children}</Suspense> : button;
}
