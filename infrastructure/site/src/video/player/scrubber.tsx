import { useEffect, useRef } from "react";
import type { Chapter } from "@/video/chapters";
import { vttOf } from "@/video/player/vtt";

/** What the player's time line shows: chapters, and a picture of each that has one. */
export function Scrubber({ chapters }: { chapters: Chapter[] }) {
  const pictured = chapters.flatMap(({ picture, ...times }) =>
    picture ? { ...times, text: picture } : [],
  );
  return (
    <>
      <TextTrack
        kind="chapters"
        text={vttOf(chapters.map(({ title, ...times }) => ({ ...times, text: title })))}
      />
      {/* The label is the player's name for it. */}
      <TextTrack kind="metadata" label="thumbnails" text={vttOf(pictured)} />
    </>
  );
}

interface TrackProps {
  kind: "chapters" | "metadata";
  label?: string;
  text: string;
}

function TextTrack({ kind, label, text }: TrackProps) {
  const track = useRef<HTMLTrackElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
    if (track.current) track.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [text]);
  return <track ref={track} kind={kind} label={label} default />;
}
