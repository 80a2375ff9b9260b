import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { chooseTheme, THEMES, type Theme, theme } from "@/lib/theme";
import { Menu, menuItemClass } from "@/ui/menu";
import type { MenuFace } from "@/ui/menu-button";

const NAMES = { auto: msg`As the system`, light: msg`Light`, dark: msg`Dark` };

/** Light, dark, or as the system has it. */
export function ThemeMenu(face: MenuFace) {
  return (
    <Menu {...face}>
      <ThemeItems />
    </Menu>
  );
}

export function ThemeItems() {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<Theme>(theme);
  const choose = (name: string) => {
    const next = THEMES.find((one) => one === name) ?? "auto";
    chooseTheme(next);
    setChosen(next);
  };
  return (
    <DropdownMenu.RadioGroup value={chosen} onValueChange={choose}>
      <DropdownMenu.Label className="px-3 pt-2 text-sm text-muted">
        <Trans>Theme</Trans>
      </DropdownMenu.Label>
      {THEMES.map((one) => (
        <DropdownMenu.RadioItem key={one} value={one} className={menuItemClass}>
          <span className="grow">{t(NAMES[one])}</span>
          <DropdownMenu.ItemIndicator aria-hidden>✓</DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
