import { Trans, useLingui } from "@lingui/react/macro";
import { type DragEvent, type ReactNode, useState } from "react";
import { buttonClass } from "@/ui/button";
import { cx } from "@/ui/cx";
import { PageHeading } from "@/ui/heading";
import { Note } from "@/ui/notice";
import { RecentTranscodes } from "./recent-transcodes";
import { unfinished } from "./remembered";
import { UploadRow } from "./upload-row";
import { useUploads } from "./upload-store";

export function Component() {
  const { t } = useLingui();
  const uploads = useUploads();
  return (
    <DropZone>
      <title>{t`Upload · OmniGen`}</title>
      <PageHeading>
        <Trans>Upload videos</Trans>
      </PageHeading>
      <Chooser />
      <Unfinished names={uploads.map(({ name }) => name)} />
      {uploads.length > 0 ? (
        <ul aria-label={t`Uploads`} className="grid gap-4">
          {uploads.map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
        </ul>
      ) : null}
      <RecentTranscodes />
    </DropZone>
  );
}

/** The engine comes with the first file. */
async function send(files: FileList | null): Promise<void> {
  if (!files?.length) return;
  const chosen = [...files];
  const engine = await import("./upload-engine");
  engine.send(chosen);
}

/** Files may be dropped anywhere on the page. */
function DropZone({ children }: { children: ReactNode }) {
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "grid min-h-96 content-start gap-6 rounded-2xl",
        isOver && "outline-3 outline-dashed outline-accent",
      )}
    >
      {children}
    </div>
  );
}

function Chooser() {
  return (
    <div className="grid justify-items-center gap-3 rounded-2xl border-2 border-dashed border-edge px-4 py-10 text-center">
      <p>
        <Trans>Drop files anywhere here, or choose them. Up to 5 GB each.</Trans>
      </p>
      <label
        className={buttonClass(
          "primary",
          "has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        )}
      >
        <input
          type="file"
          multiple
          accept="video/*,.mkv"
          className="sr-only"
          onChange={(event) => {
            const input = event.target;
            void send(input.files).then(() => {
              // The same file may be chosen again.
              input.value = "";
            });
          }}
        />
        <Trans>Choose files</Trans>
      </label>
    </div>
  );
}

function Unfinished({ names }: { names: string[] }) {
  const [now] = useState(Date.now);
  const open = unfinished(now).filter(({ name }) => !names.includes(name));
  if (open.length === 0) return null;
  const list = open.map(({ name }) => name).join(", ");
  return (
    <Note>
      <Trans>Not finished: {list}. Choose the same file to go on where it stopped.</Trans>
    </Note>
  );
}
