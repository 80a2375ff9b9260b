import type { AspectRatio } from "@/api/generated/types.gen";
import { cx } from "@/ui/cx";
import type { Chapter } from "@/video/chapters";
import { stageClass } from "@/video/frame";
import { PlayerFront } from "@/video/player/front";
import { useLaterPlayer } from "@/video/player/later-player";
import type { Playback } from "@/video/player/playback";
import { tracksOf } from "@/video/player/vtt";

interface Props {
  /** A film's file, or the playlist of its renditions. */
  src: string;
  title: string;
  poster: string | null | undefined;
  shape: AspectRatio;
  /** Its scenes, where they are known. */
  chapters?: Chapter[] | undefined;
  playback: Playback;
}

/** The player in a box of the film's shape, no higher than the window. */
export function Player({ shape, chapters = [], playback, ...film }: Props) {
  const { wish, setVideo, playFrom } = playback;
  const Skinned = useLaterPlayer(wish);
  if (!wish || !Skinned) {
    return (
      <div className={cx(stageClass(shape), "mx-auto")}>
        <PlayerFront
          poster={film.poster}
          busy={wish?.isPlaying ?? false}
          onPlay={(key) => playFrom(wish?.time ?? 0, key)}
        />
      </div>
    );
  }
  return (
    <div
      className={cx(
        stageClass(shape),
        "mx-auto overflow-hidden rounded-2xl [--media-border-radius:1rem]",
      )}
    >
      <Skinned {...film} {...tracksOf(chapters)} wish={wish} onVideo={setVideo} />
    </div>
  );
}
