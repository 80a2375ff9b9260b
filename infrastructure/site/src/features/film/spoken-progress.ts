import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef } from "react";
import type { Job } from "@/api/generated/types.gen";
import { announce } from "@/lib/announce";
import { isFollowed } from "@/live/background";
import { FILM_STATUS } from "@/video/status-words";
import { sayThatItEnded } from "./end-notice";
import { hasEnded, newsOf } from "./film-view";
import { STAGE_WORDS } from "./film-words";

/** Says what has changed, one message at a time. */
export function useSpokenProgress(job: Job): void {
  const { t } = useLingui();
  const before = useRef(job);
  useEffect(() => {
    const news = before.current.jobId === job.jobId ? newsOf(before.current, job) : null;
    before.current = job;
    const words = t(FILM_STATUS[job.status].word);
    if (hasEnded(job) && isFollowed(job.jobId)) sayThatItEnded(job, words);
    if (news?.kind === "stage") announce(t(STAGE_WORDS[news.stage]));
    if (news?.kind === "scenes") announce(t`Scene ${news.ready} of ${news.of} is ready`);
    if (news?.kind === "ended") announce(words);
  }, [job, t]);
}
