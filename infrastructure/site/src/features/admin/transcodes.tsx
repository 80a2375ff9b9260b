import { Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useSearchParams } from "react-router";
import { adminJobsInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Transcode, TranscodeStatus } from "@/api/generated/types.gen";
import { zTranscodeStatus } from "@/api/generated/zod.gen";
import { Loaded } from "@/api/loaded";
import { MoreButton } from "@/api/more-button";
import { byCursor, rowsOf } from "@/api/pages";
import { dateTime } from "@/lib/format";
import { Chip } from "@/ui/chip";
import { Empty } from "@/ui/empty";
import { inputClass } from "@/ui/input";
import { Skeleton } from "@/ui/skeleton";
import { TRANSCODE_STATUS } from "@/video/status-words";

/** Everybody's transcodes; the filter is in the address. */
export function Transcodes() {
  const [search, setSearch] = useSearchParams();
  const status = zTranscodeStatus.options.find((one) => one === search.get("status"));
  const choose = (value: string) => {
    setSearch(value ? { tab: "transcodes", status: value } : { tab: "transcodes" });
  };
  return (
    <>
      <StatusFilter status={status} onChange={choose} />
      <TranscodeTable status={status} />
    </>
  );
}

interface FilterProps {
  status: TranscodeStatus | undefined;
  onChange: (value: string) => void;
}

function StatusFilter({ status, onChange }: FilterProps) {
  const { t } = useLingui();
  const id = useId();
  return (
    <label htmlFor={id} className="grid max-w-xs gap-1.5 font-medium">
      <Trans>Status</Trans>
      <select
        id={id}
        value={status ?? ""}
        onChange={(event) => onChange(event.target.value)}
        className={inputClass("font-normal")}
      >
        <option value="">{t`All`}</option>
        {zTranscodeStatus.options.map((one) => (
          <option key={one} value={one}>
            {t(TRANSCODE_STATUS[one].word)}
          </option>
        ))}
      </select>
    </label>
  );
}

function TranscodeTable({ status }: { status: TranscodeStatus | undefined }) {
  const jobs = useInfiniteQuery({
    ...adminJobsInfiniteOptions({ query: { limit: 25, ...(status ? { status } : {}) } }),
    ...byCursor,
  });
  return (
    <Loaded answer={jobs} loading={<Skeleton className="h-64" />}>
      {(data) => {
        const rows = rowsOf(data, (page) => page.jobs);
        if (rows.length === 0) return <Empty title={<Trans>There are none.</Trans>} />;
        return (
          <>
            <ul className="grid gap-3">
              {rows.map((job) => (
                <TranscodeRow key={job.id} job={job} />
              ))}
            </ul>
            <MoreButton pages={jobs} />
          </>
        );
      }}
    </Loaded>
  );
}

function TranscodeRow({ job }: { job: Transcode }) {
  const { t } = useLingui();
  const { word, tone } = TRANSCODE_STATUS[job.status];
  return (
    <li className="grid gap-1 rounded-xl border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-3">
        <Chip tone={tone}>{t(word)}</Chip>
        <span className="text-sm text-muted">{dateTime(job.createdAt)}</span>
        <code className="text-sm break-all">{job.id}</code>
      </div>
      <p className="text-sm break-all text-muted">{job.inputSource}</p>
      {job.errorText ? (
        <p className="text-sm text-bad">
          {job.code}: {job.errorText}
        </p>
      ) : null}
    </li>
  );
}
