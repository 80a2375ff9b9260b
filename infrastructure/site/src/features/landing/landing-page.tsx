import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useNavigate } from "react-router";
import { galleryListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { signInUrl, useSession } from "@/api/session";
import { focusIfAwaited } from "@/lib/arrival";
import { paths } from "@/lib/paths";
import { Button, buttonClass } from "@/ui/button";
import { inputClass } from "@/ui/input";
import { Card, CardGrid } from "@/video/card";
import { filmDraft } from "@/video/film-draft";
import { VideoFacts } from "@/video/video-facts";

export function Component() {
  const { t } = useLingui();
  return (
    <div className="grid gap-12 py-6 sm:py-14">
      <title>{t`OmniGen: a prompt becomes a film`}</title>
      <section className="grid justify-items-center gap-5 text-center">
        <h1
          ref={focusIfAwaited}
          tabIndex={-1}
          className="max-w-3xl text-4xl font-bold text-balance sm:text-6xl"
        >
          <Trans>Say it. Watch it.</Trans>
        </h1>
        <p className="max-w-xl text-lg text-muted">
          <Trans>
            One sentence becomes a storyboard, its scenes, a soundtrack, and a film in full HD. You
            see the price before anything is paid.
          </Trans>
        </p>
        <PromptForm />
      </section>
      <Promises />
      <LatelyMade />
    </div>
  );
}

/** The prompt is kept through the sign-in. */
function PromptForm() {
  const { t } = useLingui();
  const session = useSession();
  const navigate = useNavigate();
  const [prompt, setPrompt] = useState(() => filmDraft.read().prompt);
  const begin = (event: FormEvent) => {
    event.preventDefault();
    filmDraft.write({ ...filmDraft.read(), prompt });
    if (session.kind === "signed-in") void navigate(paths.create);
    else window.location.assign(signInUrl(paths.create));
  };
  return (
    <form onSubmit={begin} className="grid w-full max-w-2xl gap-3 text-left">
      <label htmlFor="prompt" className="sr-only">
        <Trans>What is the film about?</Trans>
      </label>
      <textarea
        id="prompt"
        rows={3}
        maxLength={500}
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
        placeholder={t`A paper boat crosses a flooded city at dawn`}
        className={inputClass("text-lg")}
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" className="grow">
          <Trans>Plan the film</Trans>
        </Button>
        <Link to={paths.gallery} className={buttonClass("plain", "grow")}>
          <Trans>See what others made</Trans>
        </Link>
      </div>
    </form>
  );
}

function Promises() {
  return (
    <ul className="grid gap-4 sm:grid-cols-3">
      <li className="rounded-2xl border border-line bg-surface p-5">
        <Trans>
          The storyboard is free. Change it, reorder it, then approve it with its price.
        </Trans>
      </li>
      <li className="rounded-2xl border border-line bg-surface p-5">
        <Trans>Close the lid, reload, come back on your phone: nothing is lost.</Trans>
      </li>
      <li className="rounded-2xl border border-line bg-surface p-5">
        <Trans>A film that fails says why, and goes on for the price of what is missing.</Trans>
      </li>
    </ul>
  );
}

/** Films of others; where there are none yet, the page does without. */
function LatelyMade() {
  const videos = useQuery(galleryListOptions({ query: { visibility: "public", limit: 3 } }));
  const made = videos.data?.videos ?? [];
  if (made.length === 0) return null;
  return (
    <section className="grid gap-4">
      <h2 className="text-xl font-semibold">
        <Trans>Lately made</Trans>
      </h2>
      <CardGrid>
        {made.map((video) => (
          <Card
            key={video.id}
            to={paths.watch(video.id)}
            title={video.title}
            poster={video.thumbnailUrl}
            previewOf={video.id}
            facts={<VideoFacts video={video} />}
          />
        ))}
      </CardGrid>
    </section>
  );
}
