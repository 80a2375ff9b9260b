//! Pieces of filter graphs. A layer is calculated once, as a still, and then
//! only moved: that is what makes a clip cost about a second.

use super::palette::{Colour, Palette};

/// What a scheme draws on; enlarged to the clip's size afterwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fps: u32,
}

impl Canvas {
    /// The shorter side.
    pub(super) fn short(self) -> f64 {
        f64::from(self.width.min(self.height))
    }
}

/// Expressions for the red, green and blue of a point (X, Y).
pub(super) type Paint = [String; 3];

/// One colour everywhere.
pub(super) fn plain(colour: Colour) -> Paint {
    colour.0.map(|level| format!("{level}"))
}

/// A sky from the top, over its middle at a share of the height, to the bottom.
pub(super) fn sky(palette: &Palette, middle: f64) -> Paint {
    let [top, centre, bottom] = palette.sky.map(|colour| colour.0);
    std::array::from_fn(|channel| {
        let (top, centre, bottom) = (top[channel], centre[channel], bottom[channel]);
        format!(
            "if(lt(Y/H,{middle}),lerp({top},{centre},Y/H/{middle}),lerp({centre},{bottom},(Y/H-{middle})/(1-{middle})))"
        )
    })
}

/// An opaque still for ever, of a paint that depends on Y alone: a strip of it
/// is calculated and drawn out to the width.
pub(super) fn backdrop((width, height): (u32, u32), fps: u32, paint: &Paint) -> String {
    let [red, green, blue] = paint;
    format!(
        "{},format=gbrp,geq=r='{red}':g='{green}':b='{blue}',scale={width}:{height}:flags=neighbor,format=yuv420p,loop=loop=-1:size=1",
        one_frame((16, height), fps)
    )
}

/// A still for ever with transparency; `alpha` is an expression, 0-255.
pub(super) fn cutout(size: (u32, u32), fps: u32, paint: &Paint, alpha: &str) -> String {
    format!(
        "{},loop=loop=-1:size=1",
        one_cutout(size, fps, paint, &format!("clip({alpha},0,255)"))
    )
}

/// A single frame with transparency; `alpha` may set variables before a `;`.
pub(super) fn one_cutout(size: (u32, u32), fps: u32, paint: &Paint, alpha: &str) -> String {
    let [red, green, blue] = paint;
    format!(
        "{},format=gbrap,geq=r='{red}':g='{green}':b='{blue}':a='{alpha}',format=yuva420p",
        one_frame(size, fps)
    )
}

fn one_frame((width, height): (u32, u32), fps: u32) -> String {
    format!("color=c=black:s={width}x{height}:r={fps},trim=end_frame=1")
}

/// The height (a share of the canvas) of a ridge at X: three waves that meet
/// again at the border, so that it can scroll for ever.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ridge {
    pub(super) base: f64,
    pub(super) rise: f64,
    pub(super) waves: [u32; 3],
    pub(super) phase: f64,
}

impl Ridge {
    /// Opaque below the ridge, with a smooth edge.
    pub(super) fn alpha(&self) -> String {
        let Self {
            base,
            rise,
            waves: [long, middle, short],
            phase,
        } = self;
        let line = format!(
            "128*(Y-H*({base}-{rise}*(0.55*sin(2*PI*{long}*X/W+{phase})+0.3*sin(2*PI*{middle}*X/W+{phase}*2.3)+0.15*sin(2*PI*{short}*X/W+{phase}*4.1))))"
        );
        // The waves reach no further than `rise`: most points need no sine.
        format!("if(lt(Y,H*({base}-{rise})),0,if(gt(Y,H*({base}+{rise})+2),255,{line}))")
    }
}

/// A disc with a glow in a square of `side`: the disc takes a third of it.
pub(super) fn glowing_disc(side: u32, fps: u32, colour: Colour, strength: f64) -> String {
    let alpha = "255*clip((0.3*W-hypot(X-W/2,Y-H/2))/2+0.5,0,1)";
    let glow = format!("{strength}*pow(clip(1-hypot(X-W/2,Y-H/2)/(0.5*W),0,1),1.6)");
    cutout(
        (side, side),
        fps,
        &plain(colour),
        &format!("max({alpha},{glow})"),
    )
}

/// A pseudo-random expression, 0-1, of two expressions.
pub(super) fn noise(a: &str, b: &str, seed: f64) -> String {
    format!("mod(abs(sin(({a})*12.9898+({b})*78.233+{seed}))*43758.5453,1)")
}

/// Maps the luma of a grey picture onto three colours.
pub(super) fn tint(colours: [Colour; 3], low: f64, high: f64) -> String {
    let channel = |index: usize| {
        let [dark, middle, bright] = colours.map(|colour| colour.0[index]);
        let level = format!("clip((val-{low})/({high}-{low}),0,1)");
        format!(
            "if(lt({level},0.5),lerp({dark},{middle},2*{level}),lerp({middle},{bright},2*{level}-1))"
        )
    };
    format!(
        "format=gray,format=gbrp,lutrgb=r='{}':g='{}':b='{}'",
        channel(0),
        channel(1),
        channel(2)
    )
}
