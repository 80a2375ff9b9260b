//! The end of a deleted video: nothing is left of its files.

use domain::storage::{Origin, Trash};

use super::changes::trash_key;
use super::{VideosTable, upload_key};
use crate::StatsTable;
use crate::change::Change;
use crate::error::StoreError;
use crate::transaction;

impl VideosTable {
    /// Takes a deleted video out of the trash and, if it was uploaded, out of the
    /// registry and the statistics; once. A conflict when it is out already.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn forget_deleted(
        &self,
        stats: &StatsTable,
        trash: &Trash,
    ) -> Result<(), StoreError> {
        let there = Change::new().when("s3Key", "=", &trash.s3_key)?;
        let mut writes = vec![there.delete(&self.table, trash_key(trash))?];
        if trash.source == Origin::Upload {
            let bytes = i64::try_from(trash.bytes).unwrap_or(i64::MAX);
            writes.push(Change::new().delete(&self.table, upload_key(&trash.s3_key))?);
            writes.push(stats.uploads_write(trash.video_id, -bytes)?);
        }
        transaction::commit(&self.client, "forget deleted video", writes).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::to_item;
    use crate::rows::Row;
    use crate::testing::{Tables, now};
    use domain::ids::VideoId;
    use serde_json::json;
    use uuid::Uuid;

    fn trash(source: Origin) -> Trash {
        Trash {
            video_id: VideoId(Uuid::from_u128(0xa)),
            user_id: "u".to_owned(),
            s3_key: "gallery/u/1-a.mp4".to_owned(),
            transcode_id: None,
            bytes: 7,
            source,
            deleted_at: now(),
        }
    }

    fn stored_bytes(tables: &Tables) -> i64 {
        let row = tables.row("stats", "uploads", "a").unwrap_or_default();
        let number = row.get("storedBytes").map(|number| number.as_n().unwrap());
        number.map_or(0, |number| number.parse().unwrap())
    }

    async fn forgotten(source: Origin) -> (Tables, Trash) {
        let tables = Tables::default();
        let videos = VideosTable::new(tables.client(), "videos");
        let stats = StatsTable::new(tables.client(), "stats");
        let trash = trash(source);
        let mut row: Row = to_item(&trash).unwrap();
        row.extend(trash_key(&trash));
        tables.put("videos", row);
        let mut row: Row = to_item(&json!({"s3Key": trash.s3_key})).unwrap();
        row.extend(upload_key(&trash.s3_key));
        tables.put("videos", row);
        videos.forget_deleted(&stats, &trash).await.unwrap();
        let again = videos.forget_deleted(&stats, &trash).await.unwrap_err();
        assert!(again.is_conflict());
        (tables, trash)
    }

    fn is_registered(tables: &Tables, trash: &Trash) -> bool {
        let partition = format!("upload#{}", trash.s3_key);
        tables.row("videos", &partition, "upload").is_some()
    }

    #[tokio::test]
    async fn an_upload_is_forgotten_once_and_its_bytes_are_free() {
        let (tables, trash) = forgotten(Origin::Upload).await;
        assert_eq!(stored_bytes(&tables), -7);
        assert!(!is_registered(&tables, &trash));
    }

    #[tokio::test]
    async fn a_film_keeps_its_bytes() {
        let (tables, trash) = forgotten(Origin::Film).await;
        assert_eq!(stored_bytes(&tables), 0);
        assert!(is_registered(&tables, &trash));
    }
}
