import { useEffect, useRef } from "react";

interface Props {
  kind: "chapters" | "metadata";
  label?: string;
  /** In WebVTT. */
  text: string;
}

/** A text track that lies in no file. */
export function TextTrack({ kind, label, text }: Props) {
  const track = useRef<HTMLTrackElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
    if (track.current) track.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [text]);
  return <track ref={track} kind={kind} label={label} default />;
}
