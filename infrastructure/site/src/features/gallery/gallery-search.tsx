import { Trans, useLingui } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { Form } from "react-router";
import { Button } from "@/ui/button";
import { inputClass } from "@/ui/input";

/** The words are in the address: a link, the history and a reload keep them. */
export function GallerySearch({ words }: { words: string }) {
  const { t } = useLingui();
  return (
    <Form role="search" className="flex gap-2">
      <input
        type="search"
        name="q"
        defaultValue={words}
        maxLength={200}
        aria-label={t`Search the gallery`}
        placeholder={t`Search the gallery`}
        className={inputClass("max-w-xl")}
      />
      <Button type="submit">
        <Search aria-hidden className="size-5" />
        <span className="max-sm:sr-only">
          <Trans>Search</Trans>
        </span>
      </Button>
    </Form>
  );
}
