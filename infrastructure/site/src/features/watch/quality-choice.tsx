import { Trans } from "@lingui/react/macro";
import { useId } from "react";
import type { Rendition } from "@/api/generated/types.gen";
import { inputClass } from "@/ui/input";
import { HEIGHTS, type Wanted } from "./watch-view";

interface Props {
  renditions: Rendition[];
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

/** How sharp a video is shown; where there is one rendition alone, nothing is to be chosen. */
export function QualityChoice({ renditions, wanted, onChange }: Props) {
  const id = useId();
  if (renditions.length < 2) return null;
  const choose = (value: string) =>
    onChange(renditions.find(({ quality }) => quality === value)?.quality ?? "auto");
  return (
    <label htmlFor={id} className="flex items-center gap-2">
      <Trans>Quality</Trans>
      <select
        id={id}
        value={wanted}
        onChange={(event) => choose(event.target.value)}
        className={inputClass("w-auto")}
      >
        <option value="auto">
          <Trans>Automatic</Trans>
        </option>
        {renditions.map(({ quality }) => (
          <option key={quality} value={quality}>
            {HEIGHTS[quality]}
          </option>
        ))}
      </select>
    </label>
  );
}
