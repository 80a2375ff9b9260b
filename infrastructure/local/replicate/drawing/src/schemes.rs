//! What can be seen in a clip. Each scheme is a filter graph that ends in
//! `[picture]`, in the size of its canvas.

use super::layers::{
    Canvas, Ridge, backdrop, cutout, glowing_disc, noise, one_cutout, plain, sky, tint,
};
use super::palette::{Colour, Palette};
use super::random::Random;

/// The kinds of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Hills,
    Skyline,
    Sea,
    Lanterns,
    Space,
    Snowfall,
    Clouds,
    Spiral,
    Cells,
}

impl Scheme {
    pub(super) const ALL: [Self; 9] = [
        Self::Hills,
        Self::Skyline,
        Self::Sea,
        Self::Lanterns,
        Self::Space,
        Self::Snowfall,
        Self::Clouds,
        Self::Spiral,
        Self::Cells,
    ];

    pub(super) fn graph(self, canvas: Canvas, random: &mut Random) -> String {
        match self {
            Self::Hills => hills(canvas, random),
            Self::Skyline => skyline(canvas, random),
            Self::Sea => sea(canvas, random),
            Self::Lanterns => lanterns(canvas, random),
            Self::Space => space(canvas, random),
            Self::Snowfall => snowfall(canvas, random),
            Self::Clouds => clouds(canvas, random),
            Self::Spiral => spiral(canvas, random),
            Self::Cells => cells(canvas, random),
        }
    }
}

/// Layers laid upon each other, from back to front: a chain and where it goes.
struct Stack {
    sources: Vec<String>,
    places: Vec<String>,
}

impl Stack {
    fn on(background: &str) -> Self {
        Self {
            sources: vec![format!("{background}[layer0]")],
            places: Vec::new(),
        }
    }

    fn put(&mut self, layer: &str, x: &str, y: &str) {
        let number = self.sources.len();
        self.sources.push(format!("{layer}[layer{number}]"));
        self.places.push(format!("overlay=x='{x}':y='{y}'"));
    }

    fn graph(self, end: &str) -> String {
        let mut graph = self.sources.join(";");
        let mut below = "layer0".to_owned();
        for (index, place) in self.places.iter().enumerate() {
            let number = index + 1;
            graph.push_str(&format!(";[{below}][layer{number}]{place}[stack{number}]"));
            below = format!("stack{number}");
        }
        format!("{graph};[{below}]{end}[picture]")
    }
}

/// Mountains one behind the other, and a sun or moon.
fn hills(canvas: Canvas, random: &mut Random) -> String {
    let palette = Palette::random(random);
    let Canvas { width, height, fps } = canvas;
    let size = (width, height);
    let mut stack = Stack::on(&backdrop(size, fps, &sky(&palette, 0.4)));
    let side = even(canvas.short() * random.between(0.38, 0.6));
    let (x, y) = (random.between(0.15, 0.7), random.between(0.02, 0.16));
    stack.put(
        &glowing_disc(side, fps, palette.light, 130.0),
        &format!("W*{x:.3}"),
        &format!("H*{y:.3}-t*3"),
    );
    let direction = random.pick(&[1.0, -1.0]);
    for (depth, colour) in palette.grounds.iter().enumerate() {
        let near = depth as f64;
        let ridge = Ridge {
            base: 0.52 + 0.12 * near,
            rise: 0.13 - 0.02 * near,
            waves: [1 + depth as u32, 3 + 2 * depth as u32, 8 + 3 * depth as u32],
            phase: random.between(0.0, 6.0),
        };
        let layer = cutout(size, fps, &plain(*colour), &ridge.alpha());
        let speed = direction * 0.0004 * (1.0 + near * near);
        stack.put(&format!("{layer},scroll=h={speed:.5}"), "0", "0");
    }
    stack.graph("null")
}

/// A town at the water, mirrored in it.
fn skyline(canvas: Canvas, random: &mut Random) -> String {
    let tones: fn(&mut Random) -> Palette = Palette::dawn;
    let palette = random.pick(&[tones, Palette::dusk, Palette::night])(random);
    let Canvas { width, height, fps } = canvas;
    let shore = even(f64::from(height) * 0.66);
    let water = height - shore;
    let size = (width, shore);
    let mut stack = Stack::on(&backdrop(size, fps, &sky(&palette, 0.55)));
    let side = even(canvas.short() * random.between(0.3, 0.5));
    let x = random.between(0.1, 0.7);
    stack.put(
        &glowing_disc(side, fps, palette.light, 120.0),
        &format!("W*{x:.3}"),
        "H*0.12-t*2",
    );
    let direction = random.pick(&[1.0, -1.0]);
    for (depth, (columns, colour)) in [(26, 1), (16, 2), (10, 3)].into_iter().enumerate() {
        let near = depth as f64;
        let columns = scaled_columns(canvas, columns);
        let seed = random.between(1.0, 90.0);
        let column = format!("floor(X*{columns}/W)");
        let top = format!(
            "H*({:.3}-{:.3}*{})",
            0.70 + 0.1 * near,
            0.48 - 0.08 * near,
            noise(&column, "1", seed)
        );
        let cell = canvas.short() / 34.0;
        let lit = format!(
            "gt({},0.72)*lt(mod(X,{cell:.2}),{:.2})*gt(mod(X,{cell:.2}),{:.2})*lt(mod(Y,{:.2}),{:.2})*gt(Y,{top}+{cell:.2})",
            noise(
                &format!("floor(X/{cell:.2})"),
                &format!("floor(Y/{:.2})", cell * 1.3),
                seed
            ),
            cell * 0.75,
            cell * 0.25,
            cell * 1.3,
            cell * 0.7,
        );
        let wall = palette.grounds[colour].0;
        let lamp = [255.0, 214.0, 140.0];
        let paint = std::array::from_fn(|channel| {
            format!("if({lit},{},{})", lamp[channel] * 0.9, wall[channel])
        });
        let layer = cutout(size, fps, &paint, &format!("255*gt(Y,{top})"));
        let speed = direction * 0.0005 * (1.0 + 1.6 * near);
        stack.put(&format!("{layer},scroll=h={speed:.5}"), "0", "0");
    }
    stack.graph(&format!(
        "split[town][mirror];[mirror]vflip,crop={width}:{water}:0:0,avgblur=sizeX=1:sizeY=4,lutyuv=y='val*0.62+8',hue=s=0.8[water];[town][water]vstack"
    ))
}

/// Waves that heave against each other.
fn sea(canvas: Canvas, random: &mut Random) -> String {
    let palette = Palette::random(random);
    let Canvas { width, height, fps } = canvas;
    let size = (width, height);
    let mut stack = Stack::on(&backdrop(size, fps, &sky(&palette, 0.35)));
    let side = even(canvas.short() * random.between(0.5, 0.85));
    let x = random.between(0.1, 0.55);
    stack.put(
        &glowing_disc(side, fps, palette.light, 150.0),
        &format!("W*{x:.3}"),
        "H*0.10+t*4",
    );
    let hue = random.between(165.0, 235.0);
    for depth in 0..5_u32 {
        let near = f64::from(depth);
        let colour = Colour::hsl(hue + near * 6.0, 0.62, 0.50 - 0.085 * near);
        let ridge = Ridge {
            base: 0.50 + 0.1 * near,
            rise: 0.022 + 0.008 * near,
            waves: [4 - depth.min(2), 7 - depth, 11 + depth],
            phase: random.between(0.0, 6.0),
        };
        let layer = cutout(size, fps, &plain(colour), &ridge.alpha());
        let direction = if depth % 2 == 0 { 1.0 } else { -1.0 };
        let speed = direction * 0.0009 * (1.0 + near);
        let heave = height as f64 * 0.008 * (1.0 + near * 0.4);
        stack.put(
            &format!("{layer},scroll=h={speed:.5}"),
            "0",
            &format!("{heave:.2}*(1+sin(t*1.7+{near}*1.3))"),
        );
    }
    stack.graph("null")
}

/// Soft lights that drift.
fn lanterns(canvas: Canvas, random: &mut Random) -> String {
    let tones: fn(&mut Random) -> Palette = Palette::dusk;
    let palette = random.pick(&[tones, Palette::night])(random);
    let Canvas { width, height, fps } = canvas;
    let mut stack = Stack::on(&backdrop((width, height), fps, &sky(&palette, 0.6)));
    let hue = random.between(0.0, 360.0);
    for number in 0..9 {
        let share = random.between(0.14, 0.5);
        let side = even(canvas.short() * share);
        let tone = Colour::hsl(hue + random.between(-50.0, 50.0), 0.85, 0.66);
        let alpha = format!(
            "{:.1}*(clip((0.42*W-hypot(X-W/2,Y-H/2))/{:.2},0,1)+0.5*between(hypot(X-W/2,Y-H/2),0.36*W,0.42*W))",
            150.0 - 180.0 * share,
            f64::from(side) * 0.03 + 1.0
        );
        let lantern = cutout((side, side), fps, &plain(tone), &alpha);
        let (x, y) = (random.between(-0.05, 0.9), random.between(0.0, 1.0));
        let (rise, sway) = (random.between(0.02, 0.09), random.between(0.01, 0.05));
        stack.put(
            &lantern,
            &format!("W*({x:.3}+{sway:.3}*sin(t*0.9+{number}))"),
            &format!("H*(mod({y:.3}+1.4-t*{rise:.3},1.4)-0.3)"),
        );
    }
    stack.graph("null")
}

/// Stars that pass by, and a planet.
fn space(canvas: Canvas, random: &mut Random) -> String {
    let palette = Palette::night(random);
    let Canvas { width, height, fps } = canvas;
    let mut stack = Stack::on(&backdrop((width, height), fps, &sky(&palette, 0.7)));
    for (near, columns) in [40, 24, 14].into_iter().enumerate() {
        let radius = canvas.short() * (0.0022 + 0.0011 * near as f64);
        let layer = dots(canvas, random, columns, radius, 0.45);
        let speed = 0.0005 * (1.0 + 1.7 * near as f64);
        stack.put(&format!("{layer},scroll=h={speed:.5}"), "0", "0");
    }
    let side = even(canvas.short() * random.between(0.45, 0.7));
    let hue = random.between(0.0, 360.0);
    let stripes = random.between(3.0, 9.0);
    let ground = Colour::hsl(hue, 0.55, 0.58).0;
    let shade = format!(
        "clip(1.15-1.35*hypot(X-0.32*W,Y-0.34*H)/W,0.07,1)*(0.86+0.14*sin({stripes:.2}*2*PI*Y/H+2*sin(4*X/W)))"
    );
    let paint = ground.map(|level| format!("{level}*{shade}"));
    let disc = "255*clip((0.48*W-hypot(X-W/2,Y-H/2))/1.5+0.5,0,1)";
    let (x, y) = (random.between(0.05, 0.6), random.between(0.05, 0.3));
    stack.put(
        &cutout((side, side), fps, &paint, disc),
        &format!("W*{x:.3}+t*{:.2}", canvas.short() * 0.012),
        &format!("H*{y:.3}-t*2"),
    );
    stack.graph("null")
}

/// Snow over white hills.
fn snowfall(canvas: Canvas, random: &mut Random) -> String {
    let tones: fn(&mut Random) -> Palette = Palette::day;
    let palette = random.pick(&[tones, Palette::night, Palette::dusk])(random);
    let Canvas { width, height, fps } = canvas;
    let size = (width, height);
    let mut stack = Stack::on(&backdrop(size, fps, &sky(&palette, 0.5)));
    let hue = random.between(200.0, 260.0);
    for depth in 0..3_u32 {
        let near = f64::from(depth);
        let ridge = Ridge {
            base: 0.62 + 0.13 * near,
            rise: 0.1 - 0.02 * near,
            waves: [1 + depth, 2 + depth, 5 + depth],
            phase: random.between(0.0, 6.0),
        };
        let colour = Colour::hsl(hue, 0.28, 0.60 + 0.13 * near);
        let layer = cutout(size, fps, &plain(colour), &ridge.alpha());
        stack.put(
            &format!("{layer},scroll=h={:.5}", 0.0003 * (1.0 + near)),
            "0",
            "0",
        );
    }
    for (near, columns) in [36, 22, 12].into_iter().enumerate() {
        let radius = canvas.short() * (0.004 + 0.0028 * near as f64);
        let flakes = dots(canvas, random, columns, radius, 0.75);
        let fall = -0.0016 * (1.0 + near as f64);
        let drift = 0.0004 * (1.0 + near as f64);
        stack.put(
            &format!("{flakes},scroll=h={drift:.5}:v={fall:.5}"),
            "0",
            "0",
        );
    }
    stack.graph("null")
}

/// Clouds of colour that flow.
fn clouds(canvas: Canvas, random: &mut Random) -> String {
    let palette = Palette::random(random);
    let Canvas { width, height, fps } = canvas;
    let (small_width, small_height) = (even(f64::from(width) / 4.0), even(f64::from(height) / 4.0));
    let seed = random.seed();
    let (x, y) = random.pick(&[(3.0, 3.0), (1.6, 5.0), (6.0, 2.0)]);
    let tint = tint([palette.sky[0], palette.sky[2], palette.light], 75.0, 190.0);
    format!(
        "perlin=s={small_width}x{small_height}:r={fps}:octaves=3:persistence=0.55:xscale={x}:yscale={y}:tscale=0.7:random_mode=seed:random_seed={seed},{tint},scale={width}:{height}:flags=bicubic,format=yuv420p[picture]"
    )
}

/// A spiral or fan of colours that turns.
fn spiral(canvas: Canvas, random: &mut Random) -> String {
    let palette = Palette::random(random);
    let Canvas { width, height, fps } = canvas;
    let kind = random.pick(&["spiral", "circular", "radial", "square"]);
    let seed = random.seed();
    let [dark, middle, bright] = palette.sky.map(Colour::hex);
    let light = palette.light.hex();
    format!(
        "gradients=s={}x{}:r={fps}:type={kind}:n=5:c0={dark}:c1={middle}:c2={bright}:c3={light}:c4={dark}:speed=0.012:seed={seed},scale={width}:{height}:flags=bicubic,format=yuv420p[picture]",
        even(f64::from(width) / 2.0),
        even(f64::from(height) / 2.0)
    )
}

/// The game of life, seen as through frosted glass.
fn cells(canvas: Canvas, random: &mut Random) -> String {
    let palette = Palette::random(random);
    let Canvas { width, height, fps } = canvas;
    let tile = canvas.short() / 30.0;
    let (columns, rows) = (
        even(f64::from(width) / tile),
        even(f64::from(height) / tile),
    );
    let seed = random.seed();
    let (life, death, mold) = (
        palette.light.hex(),
        palette.sky[0].hex(),
        palette.sky[1].hex(),
    );
    format!(
        "life=s={columns}x{rows}:r=8:ratio=0.28:mold=14:seed={seed}:life_color={life}:death_color={death}:mold_color={mold},fps={fps},format=yuv420p,scale=iw*2:ih*2:flags=bicubic,tmix=frames=4,scale={width}:{height}:flags=bicubic[picture]"
    )
}

/// Round dots, at most one in a cell, that meet at the borders. Calculated on
/// a quarter of the canvas and laid out four times: it is the dearest layer.
fn dots(canvas: Canvas, random: &mut Random, columns: u32, radius: f64, share: f64) -> String {
    let (width, height) = (
        even(f64::from(canvas.width) / 2.0),
        even(f64::from(canvas.height) / 2.0),
    );
    let columns = scaled_columns(canvas, columns).div_ceil(2);
    let rows = (columns * height).div_ceil(width).max(1);
    let seed = random.between(1.0, 90.0);
    let at = |seed: f64| noise("ld(0)", "ld(1)", seed);
    // Variables 0 and 1 keep the cell's column and row.
    let alpha = format!(
        "st(0,floor(X*{columns}/W))+st(1,floor(Y*{rows}/H));if(gt({},{:.2}),230*clip(({radius:.2}-hypot(X-(ld(0)+0.2+0.6*{})*W/{columns},Y-(ld(1)+0.2+0.6*{})*H/{rows}))/1.2+0.5,0,1),0)",
        at(seed),
        1.0 - share,
        at(seed + 3.1),
        at(seed + 7.7),
    );
    let white = Colour([255.0, 255.0, 255.0]);
    format!(
        "{},loop=loop=3:size=1,tile=2x2,crop={}:{}:0:0,loop=loop=-1:size=1",
        one_cutout((width, height), canvas.fps, &plain(white), &alpha),
        canvas.width,
        canvas.height,
    )
}

/// Columns meant for a wide picture, fewer on a narrow one.
fn scaled_columns(canvas: Canvas, columns: u32) -> u32 {
    let wide = f64::from(canvas.width) / canvas.short() / (16.0 / 9.0);
    ((f64::from(columns) * wide).round() as u32).max(3)
}

fn even(length: f64) -> u32 {
    ((length / 2.0).round() as u32 * 2).max(2)
}
