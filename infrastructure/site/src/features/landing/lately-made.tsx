import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { galleryListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { paths } from "@/lib/paths";
import { Card, CardGrid } from "@/video/card";
import { VideoFacts } from "@/video/video-facts";

/** Films of others; where there are none yet, the page does without. */
export function LatelyMade() {
  const videos = useQuery(galleryListOptions({ query: { visibility: "public", limit: 3 } }));
  const made = videos.data?.videos ?? [];
  if (made.length === 0) return null;
  return (
    <section className="grid gap-4">
      <h2 className="text-xl font-semibold">
        <Trans>Lately made</Trans>
      </h2>
      <CardGrid>
        {made.map((video) => (
          <Card
            key={video.id}
            to={paths.watch(video.id)}
            title={video.title}
            poster={video.thumbnailUrl}
            previewOf={video.id}
            facts={<VideoFacts video={video} />}
          />
        ))}
      </CardGrid>
    </section>
  );
}
