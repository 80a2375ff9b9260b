import { Film } from "lucide-react";
import { cx } from "@/ui/cx";

interface Props {
  url: string | null | undefined;
  className?: string;
}

/** A film's picture, or a place of its size. Words beside it say what it is. */
export function Poster({ url, className }: Props) {
  return (
    <div
      className={cx("grid aspect-video place-items-center overflow-hidden bg-raised", className)}
    >
      {url ? (
        <img src={url} alt="" loading="lazy" decoding="async" className="size-full object-cover" />
      ) : (
        <Film aria-hidden className="size-8 text-muted" />
      )}
    </div>
  );
}
