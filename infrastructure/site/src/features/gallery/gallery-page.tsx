import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import type { Video } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { MoreButton } from "@/api/more-button";
import { rowsOf } from "@/api/pages";
import { useSaid } from "@/lib/announce";
import { paths } from "@/lib/paths";
import { Empty } from "@/ui/empty";
import { PageHeading } from "@/ui/heading";
import { CardSkeletons } from "@/ui/skeleton";
import { Card, CardGrid } from "@/video/card";
import { VideoFacts } from "@/video/video-facts";
import { galleryOptions } from "./gallery-queries";
import { GallerySearch } from "./gallery-search";

export function Component() {
  const { t } = useLingui();
  const [search] = useSearchParams();
  const words = search.get("q") ?? "";
  return (
    <div className="grid gap-6">
      <title>{words ? t`${words} · Gallery · OmniGen` : t`Gallery · OmniGen`}</title>
      <PageHeading>
        <Trans>Gallery</Trans>
      </PageHeading>
      <GallerySearch key={words} words={words} />
      <Videos words={words} />
    </div>
  );
}

function Videos({ words }: { words: string }) {
  const videos = useInfiniteQuery(galleryOptions(words));
  return (
    <Loaded answer={videos} loading={<CardSkeletons />}>
      {(data) => {
        const rows = rowsOf(data, (page) => page.videos);
        if (rows.length === 0) return <Nothing words={words} />;
        return (
          <>
            {words ? <Found count={rows.length} /> : null}
            <CardGrid>
              {rows.map((video) => (
                <PublicVideo key={video.id} video={video} />
              ))}
            </CardGrid>
            <MoreButton pages={videos} />
          </>
        );
      }}
    </Loaded>
  );
}

function Found({ count }: { count: number }) {
  const found = plural(count, { one: "# video shown", other: "# videos shown" });
  useSaid(found);
  return <p className="text-muted">{found}</p>;
}

function PublicVideo({ video }: { video: Video }) {
  return (
    <Card
      to={paths.watch(video.id)}
      title={video.title}
      poster={video.thumbnailUrl}
      previewOf={video.id}
      facts={<VideoFacts video={video} />}
    />
  );
}

function Nothing({ words }: { words: string }) {
  if (words) return <Empty title={<Trans>Nothing is found for “{words}”.</Trans>} />;
  return <Empty title={<Trans>The gallery is empty. Be the first.</Trans>} />;
}
