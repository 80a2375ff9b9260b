import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, useRef, useState } from "react";
import { galleryStreamOptions } from "@/api/generated/@tanstack/react-query.gen";
import { smallestOf } from "@/video/smallest";

/** A glance is no wish to see it move. */
const LINGER_MS = 400;

/** Plays a video without its sound, over its picture. */
export function HoverPreview({ id }: { id: string }) {
  const { data } = useQuery({ ...galleryStreamOptions({ path: { id } }), staleTime: 5 * 60_000 });
  if (!data) return null;
  return (
    <video
      aria-hidden
      src={smallestOf(data)}
      autoPlay
      muted
      loop
      playsInline
      disablePictureInPicture
      className="absolute inset-0 size-full object-cover"
    />
  );
}

/** Whether mouse or focus rests on something, and what it must listen to. */
export function useLinger() {
  const [isResting, setResting] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const begin = () => {
    clearTimeout(timer.current);
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    timer.current = setTimeout(() => setResting(true), LINGER_MS);
  };
  const end = () => {
    clearTimeout(timer.current);
    setResting(false);
  };
  const enter = ({ pointerType }: PointerEvent) => {
    // A finger is there to follow the link.
    if (pointerType === "mouse") begin();
  };
  const handlers = { onPointerEnter: enter, onPointerLeave: end, onFocus: begin, onBlur: end };
  return [isResting, handlers] as const;
}
