import { Trans, useLingui } from "@lingui/react/macro";
import { Bell, BellRing } from "lucide-react";
import { useState } from "react";
import type { Job } from "@/api/generated/types.gen";
import { follow, unfollow, useIsFollowed } from "@/live/background";
import { Button } from "@/ui/button";

/** Asks whether the browser may say that a film is done. */
export function EndNotice({ id }: { id: string }) {
  const { t } = useLingui();
  const isFollowed = useIsFollowed(id);
  const [isRefused, setRefused] = useState(!isPossible());
  if (isRefused) return null;
  const Icon = isFollowed ? BellRing : Bell;
  const ask = async () => {
    if ((await Notification.requestPermission()) === "granted") follow(id);
    else setRefused(true);
  };
  return (
    <Button
      aria-pressed={isFollowed}
      className="aria-pressed:border-accent aria-pressed:text-accent"
      title={t`While this page is open, also behind others`}
      onClick={() => (isFollowed ? unfollow(id) : void ask())}
    >
      <Icon aria-hidden className="size-5" />
      <Trans>Tell me when it is done</Trans>
    </Button>
  );
}

function isPossible(): boolean {
  return "Notification" in window && Notification.permission !== "denied";
}

/** Says that a film has ended, if that was wanted and nobody looks. */
export function sayThatItEnded({ jobId, prompt }: Job, words: string): void {
  if (document.hidden) quietly(() => new Notification(words, { body: prompt, tag: jobId }));
  unfollow(jobId);
}

/** Some phones allow notices to workers only. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // The page says it as well.
  }
}
