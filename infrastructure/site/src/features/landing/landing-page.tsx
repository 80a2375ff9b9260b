import { Trans, useLingui } from "@lingui/react/macro";
import { type FormEvent, Suspense, useState } from "react";
import { Link, useNavigate } from "react-router";
import { expectSession, signInUrl, useSession } from "@/api/session";
import { focusIfAwaited } from "@/lib/arrival";
import { lazily } from "@/lib/lazily";
import { paths } from "@/lib/paths";
import { Button, buttonClass } from "@/ui/button";
import { inputClass } from "@/ui/input";
import { draftPrompt } from "@/video/draft-prompt";

const LatelyMade = lazily(async () => (await import("./lately-made")).LatelyMade);

/** It is part of the entry: nothing of it waits for the API or for another file. */
export function LandingPage() {
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
      <Suspense>
        <LatelyMade />
      </Suspense>
    </div>
  );
}

/** The prompt is kept through the sign-in. */
function PromptForm() {
  const { t } = useLingui();
  const session = useSession();
  const navigate = useNavigate();
  const [prompt, setPrompt] = useState(draftPrompt.read);
  const begin = (event: FormEvent) => {
    event.preventDefault();
    draftPrompt.write(prompt);
    const isHere = session.kind === "unknown" ? session.isLikely : session.kind === "signed-in";
    if (isHere) return void navigate(paths.create);
    expectSession(true);
    window.location.assign(signInUrl(paths.create));
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
