import { Trans } from "@lingui/react/macro";
import { Copy } from "lucide-react";
import { useNavigate } from "react-router";
import type { Job } from "@/api/generated/types.gen";
import { paths } from "@/lib/paths";
import { Button } from "@/ui/button";

/** Opens the form with the same words and settings, once they are known. */
export function AnotherLikeThis({ film }: { film: Job | undefined }) {
  const navigate = useNavigate();
  const begin = async () => {
    if (!film) return;
    // The contract's rules come with the draft: they are fetched when they are needed.
    const { filmDraft } = await import("@/video/film-draft");
    const { prompt, category, aspectRatio, durationSeconds, transition, audio, seed } = film;
    filmDraft.write({
      ...filmDraft.read(),
      ...{ prompt, category, aspectRatio, durationSeconds, transition, audio, seed },
      scenes: film.sceneCount,
    });
    await navigate(paths.create);
  };
  return (
    <Button busy={!film} onClick={() => void begin()}>
      <Copy aria-hidden className="size-5" />
      <Trans>Make another like this</Trans>
    </Button>
  );
}
