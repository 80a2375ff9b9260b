import { Trans } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

interface Props {
  /** The word on the button that opens it, and on the one that does it. */
  action: ReactNode;
  title: ReactNode;
  description: ReactNode;
  onConfirm: () => void;
  busy?: boolean;
}

/** A button that asks before it does what cannot be taken back. */
export function Confirm({ action, title, description, onConfirm, busy }: Props) {
  const [open, setOpen] = useState(false);
  const confirm = () => {
    setOpen(false);
    onConfirm();
  };
  return (
    <>
      <Button look="danger" busy={busy} onClick={() => setOpen(true)}>
        {action}
      </Button>
      <Dialog title={title} description={description} open={open} onOpenChange={setOpen}>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => setOpen(false)}>
            <Trans>Leave it</Trans>
          </Button>
          <Button look="danger" onClick={confirm}>
            {action}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
