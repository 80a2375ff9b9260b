import { Trans, useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { Link } from "react-router";
import { Failure } from "@/api/failure";
import { useSaid } from "@/lib/announce";
import { bytes, duration } from "@/lib/format";
import { paths } from "@/lib/paths";
import { Button, buttonClass } from "@/ui/button";
import { inputClass } from "@/ui/input";
import { Progress } from "@/ui/progress";
import { VISIBILITY } from "@/video/visibility-words";
import { TranscodeProgress } from "./transcode-progress";
import { changeUpload, type Upload } from "./upload-store";
import { percentOf, secondsLeft, speedOf } from "./upload-view";

/** A file on its way to a video with all its renditions. */
export function UploadRow({ upload }: { upload: Upload }) {
  const { state, name, size } = upload;
  return (
    <li className="grid gap-4 rounded-2xl border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="min-w-0 font-medium break-all">{name}</h2>
        <span className="text-sm text-muted">{bytes(size)}</span>
      </div>
      {state.kind === "confirmed" ? null : <Details upload={upload} />}
      <State upload={upload} />
    </li>
  );
}

/** What can be decided while it is being sent. */
function Details({ upload: { id, title, visibility } }: { upload: Upload }) {
  const { t } = useLingui();
  const field = useId();
  const change = (value: string) => {
    const chosen = value === "public" || value === "unlisted" ? value : "private";
    changeUpload(id, { visibility: chosen });
  };
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <label htmlFor={`${field}-title`} className="grid gap-1.5 font-medium">
        <Trans>Title</Trans>
        <input
          id={`${field}-title`}
          value={title}
          maxLength={200}
          onChange={(event) => changeUpload(id, { title: event.target.value })}
          className={inputClass("font-normal")}
        />
      </label>
      <label htmlFor={`${field}-visibility`} className="grid gap-1.5 font-medium">
        <Trans>Who may see it</Trans>
        <select
          id={`${field}-visibility`}
          value={visibility}
          onChange={(event) => change(event.target.value)}
          className={inputClass("font-normal")}
        >
          {Object.entries(VISIBILITY).map(([value, name]) => (
            <option key={value} value={value}>
              {t(name)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function State({ upload }: { upload: Upload }) {
  const { state } = upload;
  switch (state.kind) {
    case "sending":
      return <Sending upload={upload} isPaused={state.isPaused} />;
    case "confirming":
      return <Arrived name={upload.name} />;
    case "failed":
      return <Failed id={upload.id} error={state.error} />;
    case "confirmed":
      return (
        <>
          {state.error ? <Failure error={state.error} /> : null}
          {state.transcodeId ? <TranscodeProgress id={state.transcodeId} /> : null}
          <div>
            <Link to={paths.watch(state.videoId)} className={buttonClass()}>
              <Trans>Watch it</Trans>
            </Link>
          </div>
        </>
      );
  }
}

function Arrived({ name }: { name: string }) {
  const { t } = useLingui();
  useSaid(t`${name} has arrived`);
  return (
    <p>
      <Trans>It has arrived and is being looked at.</Trans>
    </p>
  );
}

const engine = () => import("./upload-engine");

function Sending({ upload, isPaused }: { upload: Upload; isPaused: boolean }) {
  const { t } = useLingui();
  const { id, name } = upload;
  const percent = percentOf(upload);
  const left = secondsLeft(upload);
  const speed = speedOf(upload);
  return (
    <>
      <Progress value={percent} label={t`Upload of ${name}`} />
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-muted">
          {percent} %{speed === null ? null : <> · {t`${bytes(speed)}/s`}</>}
          {left === null ? null : <> · {t`${duration(left)} left`}</>}
        </p>
        <div className="flex gap-2">
          <Button onClick={async () => (await engine()).pauseOrResume(id)}>
            {isPaused ? <Trans>Go on</Trans> : <Trans>Pause</Trans>}
          </Button>
          <Button look="danger" onClick={async () => (await engine()).giveUp(id)}>
            <Trans>Give up</Trans>
          </Button>
        </div>
      </div>
    </>
  );
}

function Failed({ id, error }: { id: string; error: unknown }) {
  return (
    <>
      <Failure error={error} onRetry={async () => (await engine()).retry(id)} />
      <div>
        <Button look="danger" onClick={async () => (await engine()).giveUp(id)}>
          <Trans>Give up</Trans>
        </Button>
      </div>
    </>
  );
}
