//! What a user holds at once, and how much of it there may be (fault S3).

/// What one user holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// Transcodes that wait or are worked on.
    pub transcodes: u32,
    /// Uploads that were handed out and may still be written: see
    /// [`Upload::open_until`](crate::upload::Upload::open_until).
    pub open_uploads: u32,
    /// Bytes of uploads that stand in the gallery, and of what transcodes have made.
    pub stored_bytes: u64,
}

/// How much of one kind a user may hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldingLimits {
    /// So many of them.
    pub at_once: u32,
    /// Bytes, as [`Holding::stored_bytes`] counts them.
    pub stored_bytes: u64,
}

impl HoldingLimits {
    /// No limit: more than there ever is.
    pub const NONE: Self = Self {
        at_once: u32::MAX,
        stored_bytes: 1 << 62,
    };
}

/// Why a user may not have more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldingRefusal {
    /// As many transcodes are open as may be.
    Transcodes,
    /// As many uploads are open as may be.
    Uploads,
    /// What is to be stored does not fit.
    StoredBytes,
}

impl Holding {
    /// Whether another upload may be handed out; of unknown size it takes a byte.
    ///
    /// # Errors
    ///
    /// [`HoldingRefusal`]: which limit it would pass.
    pub fn may_upload(
        self,
        size: Option<u64>,
        limits: HoldingLimits,
    ) -> Result<(), HoldingRefusal> {
        if self.open_uploads >= limits.at_once {
            return Err(HoldingRefusal::Uploads);
        }
        let after = self.stored_bytes.saturating_add(size.unwrap_or(1));
        if after > limits.stored_bytes {
            return Err(HoldingRefusal::StoredBytes);
        }
        Ok(())
    }

    /// Which limit another transcode passes. One that makes too many bytes is not
    /// stopped at its end: what it made is kept, and the next one is refused.
    pub fn transcode_refusal(self, limits: HoldingLimits) -> HoldingRefusal {
        if self.transcodes >= limits.at_once {
            HoldingRefusal::Transcodes
        } else {
            HoldingRefusal::StoredBytes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HoldingLimits = HoldingLimits {
        at_once: 2,
        stored_bytes: 100,
    };

    fn holding(transcodes: u32, open_uploads: u32, stored_bytes: u64) -> Holding {
        Holding {
            transcodes,
            open_uploads,
            stored_bytes,
        }
    }

    #[test]
    fn an_upload_fits_to_the_last_byte_and_not_beyond() {
        let may = |stored_bytes, size| holding(0, 1, stored_bytes).may_upload(size, LIMITS);
        assert_eq!(may(60, Some(40)), Ok(()));
        assert_eq!(may(60, Some(41)), Err(HoldingRefusal::StoredBytes));
        assert_eq!(may(60, Some(u64::MAX)), Err(HoldingRefusal::StoredBytes));
        assert_eq!(may(99, None), Ok(()));
        assert_eq!(may(100, None), Err(HoldingRefusal::StoredBytes));
    }

    #[test]
    fn no_more_uploads_are_open_than_may_be() {
        assert_eq!(
            holding(0, 2, 0).may_upload(Some(1), LIMITS),
            Err(HoldingRefusal::Uploads)
        );
    }

    #[test]
    fn a_transcode_is_told_which_limit_it_passes() {
        let refusal = |held: Holding| held.transcode_refusal(LIMITS);
        assert_eq!(refusal(holding(2, 0, 100)), HoldingRefusal::Transcodes);
        assert_eq!(refusal(holding(1, 0, 100)), HoldingRefusal::StoredBytes);
    }
}
