import { Trans } from "@lingui/react/macro";
import { Failure } from "@/api/failure";
import { Button } from "@/ui/button";
import { useAnimatic } from "./storyboard-queries";

/** The storyboard as it is saved, as a small film of its words; nothing is paid for it. */
export function Animatic({ id }: { id: string }) {
  const animatic = useAnimatic();
  return (
    <div className="grid justify-items-start gap-3">
      <Button busy={animatic.isPending} onClick={() => animatic.mutate({ path: { id } })}>
        <Trans>Play its rhythm</Trans>
      </Button>
      {animatic.error ? <Failure error={animatic.error} /> : null}
      {animatic.data ? (
        // biome-ignore lint/a11y/useMediaCaption: its words are what is seen.
        <video
          controls
          autoPlay
          src={animatic.data.url}
          className="max-h-96 w-full max-w-xl rounded-xl bg-black"
        />
      ) : null}
    </div>
  );
}
