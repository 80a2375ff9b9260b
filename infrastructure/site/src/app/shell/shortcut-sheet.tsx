import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { PLACES } from "@/app/shortcuts";
import { Dialog } from "@/ui/dialog";

const PLAYER = [
  { keys: "Space k", name: msg`Play, pause` },
  { keys: "← → j l", name: msg`Back, forward 10 seconds` },
  { keys: "0 – 9", name: msg`To a tenth of the film` },
  { keys: "< >", name: msg`Slower, faster` },
  { keys: "f", name: msg`Full screen` },
  { keys: "i", name: msg`Picture in picture` },
  { keys: "m", name: msg`Sound on, off` },
];

/** All shortcuts. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  return (
    <Dialog title={<Trans>Keyboard shortcuts</Trans>} open onOpenChange={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2">
        {PLACES.map((place) => (
          <Shortcut key={place.key} keys={`g ${place.key}`} name={t(place.name)} />
        ))}
        <Shortcut keys="/" name={t`Search`} />
        <Shortcut keys="?" name={t`These shortcuts`} />
        {PLAYER.map((one) => (
          <Shortcut key={one.keys} keys={one.keys} name={t(one.name)} />
        ))}
      </dl>
    </Dialog>
  );
}

function Shortcut({ keys, name }: { keys: string; name: string }) {
  return (
    <>
      <dt>
        <kbd className="rounded border border-edge bg-raised px-2 py-0.5 text-sm">{keys}</kbd>
      </dt>
      <dd>{name}</dd>
    </>
  );
}
