//! Colours that go together.

use super::random::Random;

/// Red, green, blue, 0-255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour(pub(super) [f64; 3]);

impl Colour {
    /// From hue (degrees), saturation and lightness (0-1).
    pub(super) fn hsl(hue: f64, saturation: f64, lightness: f64) -> Self {
        let chroma = saturation * lightness.min(1.0 - lightness);
        let channel = |offset: f64| {
            let k = (offset + hue.rem_euclid(360.0) / 30.0) % 12.0;
            let level = lightness - chroma * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
            (level * 255.0).round()
        };
        Self([channel(0.0), channel(8.0), channel(4.0)])
    }

    /// As `FFmpeg` reads it: `0xrrggbb`.
    pub(super) fn hex(self) -> String {
        let [red, green, blue] = self.0.map(|level| level as u8);
        format!("0x{red:02x}{green:02x}{blue:02x}")
    }
}

/// A sky of three colours, something that shines, and grounds from far to near.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub(super) sky: [Colour; 3],
    pub(super) light: Colour,
    pub(super) grounds: [Colour; 4],
}

impl Palette {
    /// A time of day in any tint.
    pub(super) fn random(random: &mut Random) -> Self {
        let dawn: fn(&mut Random) -> Self = Self::dawn;
        random.pick(&[dawn, Self::day, Self::dusk, Self::night])(random)
    }

    /// Dark blue over warm light.
    pub(super) fn dawn(random: &mut Random) -> Self {
        let warm = random.between(-15.0, 45.0);
        let far = random.between(255.0, 340.0);
        Self {
            sky: [
                Colour::hsl(far, 0.45, 0.25),
                Colour::hsl(warm - 25.0, 0.65, 0.58),
                Colour::hsl(warm + 12.0, 0.95, 0.72),
            ],
            light: Colour::hsl(warm + 18.0, 1.0, 0.86),
            grounds: grounds(far, 0.32, [0.46, 0.33, 0.21, 0.11]),
        }
    }

    /// Clear and bright.
    pub(super) fn day(random: &mut Random) -> Self {
        let sky = random.between(170.0, 215.0);
        let land = random.between(75.0, 200.0);
        Self {
            sky: [
                Colour::hsl(sky + 12.0, 0.75, 0.45),
                Colour::hsl(sky, 0.70, 0.64),
                Colour::hsl(sky - 20.0, 0.60, 0.84),
            ],
            light: Colour::hsl(50.0, 1.0, 0.92),
            grounds: grounds(land, 0.45, [0.56, 0.42, 0.29, 0.17]),
        }
    }

    /// Violet into red.
    pub(super) fn dusk(random: &mut Random) -> Self {
        let glow = random.between(320.0, 385.0);
        Self {
            sky: [
                Colour::hsl(glow - 110.0, 0.55, 0.16),
                Colour::hsl(glow - 50.0, 0.50, 0.38),
                Colour::hsl(glow, 0.80, 0.60),
            ],
            light: Colour::hsl(glow + 25.0, 1.0, 0.78),
            grounds: grounds(glow - 90.0, 0.40, [0.34, 0.24, 0.15, 0.07]),
        }
    }

    /// Deep, with a pale moon.
    pub(super) fn night(random: &mut Random) -> Self {
        let deep = random.between(165.0, 265.0);
        Self {
            sky: [
                Colour::hsl(deep + 25.0, 0.65, 0.07),
                Colour::hsl(deep + 10.0, 0.60, 0.17),
                Colour::hsl(deep, 0.55, 0.36),
            ],
            light: Colour::hsl(deep + 30.0, 0.45, 0.90),
            grounds: grounds(deep, 0.45, [0.27, 0.19, 0.12, 0.06]),
        }
    }
}

fn grounds(hue: f64, saturation: f64, lightness: [f64; 4]) -> [Colour; 4] {
    lightness.map(|lightness| Colour::hsl(hue - lightness * 40.0, saturation, lightness))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hsl_gives_the_plain_colours() {
        assert_eq!(Colour::hsl(0.0, 1.0, 0.5).hex(), "0xff0000");
        assert_eq!(Colour::hsl(120.0, 1.0, 0.5).hex(), "0x00ff00");
        assert_eq!(Colour::hsl(-120.0, 1.0, 0.5).hex(), "0x0000ff");
        assert_eq!(Colour::hsl(77.0, 0.4, 1.0).hex(), "0xffffff");
    }
}
