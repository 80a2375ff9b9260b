import { Trans, useLingui } from "@lingui/react/macro";
import type { Video } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { MoreButton } from "@/api/more-button";
import { rowsOf } from "@/api/pages";
import { paths } from "@/lib/paths";
import { Chip } from "@/ui/chip";
import { Empty } from "@/ui/empty";
import { CardSkeletons } from "@/ui/skeleton";
import { Card, CardGrid } from "@/video/card";
import { useDoomed } from "@/video/delete-video";
import { EditVideo } from "@/video/edit-video";
import { VideoFacts } from "@/video/video-facts";
import { VISIBILITY } from "@/video/visibility-words";
import { useOwnVideos } from "./films-queries";

export function VideoList() {
  const videos = useOwnVideos();
  const doomed = useDoomed();
  return (
    <Loaded answer={videos} loading={<CardSkeletons />}>
      {(data) => {
        const rows = rowsOf(data, (page) => page.videos).filter(({ id }) => !doomed.has(id));
        if (rows.length === 0) return <NoVideos />;
        return (
          <>
            <CardGrid>
              {rows.map((video) => (
                <OwnVideo key={video.id} video={video} />
              ))}
            </CardGrid>
            <MoreButton pages={videos} />
          </>
        );
      }}
    </Loaded>
  );
}

function OwnVideo({ video }: { video: Video }) {
  const { t } = useLingui();
  return (
    <Card
      to={paths.watch(video.id)}
      title={video.title}
      poster={video.thumbnailUrl}
      previewOf={video.id}
      facts={
        <>
          <Chip tone="neutral">{t(VISIBILITY[video.visibility])}</Chip>
          <VideoFacts video={video} />
        </>
      }
    >
      <EditVideo video={video} />
    </Card>
  );
}

function NoVideos() {
  return (
    <Empty title={<Trans>Nothing of yours is in the gallery yet.</Trans>}>
      <p className="text-muted">
        <Trans>Upload a video, or publish a film that was made here.</Trans>
      </p>
    </Empty>
  );
}
