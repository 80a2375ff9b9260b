//! How thoroughly films are compressed.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::film::UnknownName;

/// How thoroughly a film's pictures are compressed: x264's presets, the quickest first. A
/// slower one makes a smaller file of the same looks and takes more computing. Pieces of
/// different ones cannot be joined: a film keeps the one that it was begun with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The least computing; files of about twice the default's size.
    Ultrafast,
    /// About a third of the default's computing; files a quarter larger.
    Superfast,
    /// About half of the default's computing.
    Veryfast,
    /// A little less than the default.
    Faster,
    /// The default (R97).
    #[default]
    Fast,
    /// x264's own default.
    Medium,
    /// About twice the default's computing.
    Slow,
}

impl Preset {
    /// Every preset, the quickest first.
    pub const ALL: [Self; 7] = [
        Self::Ultrafast,
        Self::Superfast,
        Self::Veryfast,
        Self::Faster,
        Self::Fast,
        Self::Medium,
        Self::Slow,
    ];

    /// x264's name of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ultrafast => "ultrafast",
            Self::Superfast => "superfast",
            Self::Veryfast => "veryfast",
            Self::Faster => "faster",
            Self::Fast => "fast",
            Self::Medium => "medium",
            Self::Slow => "slow",
        }
    }
}

impl FromStr for Preset {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.as_str() == name)
            .ok_or(UnknownName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_read_by_its_name() {
        for preset in Preset::ALL {
            assert_eq!(preset.as_str().parse(), Ok(preset));
            let stored = serde_json::to_value(preset).unwrap();
            assert_eq!(stored, preset.as_str());
        }
        assert_eq!("placebo".parse::<Preset>(), Err(UnknownName));
    }
}
