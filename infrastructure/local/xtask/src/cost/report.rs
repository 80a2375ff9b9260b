//! The bills of the price table, as they are printed and quoted.

use std::fmt::Write as _;

use anyhow::Result;
use domain::prices::{self, Bill, Habits, Installation, Line};
use domain::request::{Audio, Category, CreateJob};

use super::film_nano_usd;

/// Films that the table shows: seconds and scenes.
const FILMS: [(u32, u32); 4] = [(6, 1), (15, 3), (30, 5), (60, 10)];
const CATEGORIES: [Category; 2] = [Category::MusicVideo, Category::AdCreative];
/// Minutes of the transcodes that are shown.
const TRANSCODES: [f64; 4] = [1.0, 2.0, 10.0, 60.0];
/// How many people a month is shown for.
const PEOPLE: [f64; 3] = [100.0, 10_000.0, 1_000_000.0];

/// All of it.
///
/// # Errors
/// The model registry cannot be read.
pub(super) fn text() -> Result<String> {
    let mut text = format!(
        "AWS {}, prices of {}, US dollars without taxes\n",
        prices::REGION,
        prices::PRICES_OF
    );
    price_table(&mut text)?;
    let idle = prices::idle_month(&Installation::WITHOUT_ALARMS);
    bill(&mut text, "A month in which nobody does anything", &idle)?;
    total(
        &mut text,
        "less what is free",
        prices::after_allowances(&idle),
    )?;
    let alarms = prices::idle_month(&Installation::OURS);
    total(&mut text, "with its alarms", prices::at_list_price(&alarms))?;
    total(
        &mut text,
        "with its alarms, less what is free",
        prices::after_allowances(&alarms),
    )?;
    let film = CreateJob::sample();
    bill(
        &mut text,
        "A film of 30 s in five scenes, its first month",
        &prices::film(&film),
    )?;
    let kept = prices::film(&film)
        .into_iter()
        .filter(is_kept)
        .collect::<Vec<_>>();
    total(
        &mut text,
        "each further month",
        prices::at_list_price(&kept),
    )?;
    films(&mut text)?;
    bill(
        &mut text,
        "An upload of a minute, its first month",
        &prices::transcode(1.0),
    )?;
    transcodes(&mut text)?;
    bill(
        &mut text,
        "An hour watched in 1080p",
        &prices::hour_watched(),
    )?;
    months(&mut text)?;
    Ok(text)
}

fn price_table(text: &mut String) -> Result<()> {
    writeln!(
        text,
        "\n{:<28} {:>14} {:>14}  cheaper",
        "The price table", "USD", "free a month"
    )?;
    for price in prices::TABLE {
        let volumes = price.volumes.iter();
        let volumes = volumes.map(|(from, nano)| format!("{} from {from}", plain(nano / 1e9)));
        let line = format!(
            "  {:<26} {:>14} {:>14}  {}",
            price.unit,
            plain(price.nano_usd / 1e9),
            price.free,
            volumes.collect::<Vec<_>>().join(", ")
        );
        writeln!(text, "{}", line.trim_end())?;
    }
    Ok(())
}

/// As many places as it needs and no more.
fn plain(usd: f64) -> String {
    let places = format!("{usd:.13}");
    places
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// The lines of a bill at list prices, and their sum.
fn bill(text: &mut String, name: &str, lines: &[Line]) -> Result<()> {
    writeln!(
        text,
        "\n{name:<38} {:<26} {:>14} {:>12}",
        "unit", "quantity", "USD"
    )?;
    for line in lines {
        let (unit, quantity) = (line.price.unit, quantity(line.quantity));
        let amount = line.amount() / 1e9;
        writeln!(
            text,
            "  {:<36} {unit:<26} {quantity:>14} {amount:>12.7}",
            line.what
        )?;
    }
    total(text, "in all", prices::at_list_price(lines))
}

fn total(text: &mut String, name: &str, nano_usd: f64) -> Result<()> {
    Ok(writeln!(text, "  {name:<78} {:>12.7}", nano_usd / 1e9)?)
}

/// Counts without a point, parts of one with enough places to be seen.
fn quantity(quantity: f64) -> String {
    match quantity {
        _ if quantity.fract() == 0.0 || quantity >= 1_000.0 => format!("{quantity:.0}"),
        _ if quantity >= 1.0 => format!("{quantity:.2}"),
        _ => format!("{quantity:.6}"),
    }
}

/// What is paid for again in each month that something is kept.
fn is_kept(line: &Line) -> bool {
    let stores = [
        prices::S3_STORAGE,
        prices::DYNAMODB_STORAGE,
        prices::DYNAMODB_BACKUP,
    ];
    stores.contains(&line.price)
}

fn films(text: &mut String) -> Result<()> {
    writeln!(
        text,
        "\n{:<22} {:>8} {:>8} {:>8} {:>12} {:>12} {:>12}",
        "A film", "seconds", "scenes", "music", "AWS", "models", "in all"
    )?;
    for category in CATEGORIES {
        for (seconds, scenes) in FILMS {
            for audio in [Audio::Music, Audio::None] {
                film(text, category, seconds, scenes, audio)?;
            }
        }
    }
    Ok(())
}

fn film(
    text: &mut String,
    category: Category,
    seconds: u32,
    scenes: u32,
    audio: Audio,
) -> Result<()> {
    let request = CreateJob {
        category,
        scenes,
        audio,
        duration_seconds: seconds,
        ..CreateJob::sample()
    };
    let aws = prices::at_list_price(&prices::film(&request)) / 1e9;
    let models = film_nano_usd(&request)? / 1e9;
    let music = if audio.wants_music() { "yes" } else { "no" };
    Ok(writeln!(
        text,
        "  {:<20} {seconds:>8} {scenes:>8} {music:>8} {aws:>12.6} {models:>12.4} {:>12.4}",
        category.as_str(),
        aws + models
    )?)
}

fn transcodes(text: &mut String) -> Result<()> {
    writeln!(
        text,
        "\n{:<22} {:>8} {:>14} {:>14}",
        "An upload", "minutes", "USD", "a minute"
    )?;
    for minutes in TRANSCODES {
        let usd = prices::at_list_price(&prices::transcode(minutes)) / 1e9;
        writeln!(
            text,
            "  {:<20} {minutes:>8} {usd:>14.6} {:>14.6}",
            "",
            usd / minutes
        )?;
    }
    Ok(())
}

fn months(text: &mut String) -> Result<()> {
    let models = film_nano_usd(&CreateJob::sample())? / 1e9;
    let people = PEOPLE.map(|people| format!("{people:>16}")).join("");
    writeln!(text, "\n{:<34}{people}", "A month with so many people")?;
    let bills = PEOPLE.map(|people| prices::month(people, &Habits::ASSUMED));
    let names: Vec<&str> = bills[0].iter().map(|bill| bill.name).collect();
    for (index, name) in names.into_iter().enumerate() {
        let amounts = bills
            .each_ref()
            .map(|bills| prices::at_list_price(&bills[index].lines));
        row(text, name, amounts)?;
    }
    row(
        text,
        "AWS at list prices",
        bills
            .each_ref()
            .map(|bills| prices::at_list_price(&all(bills))),
    )?;
    let paid = bills
        .each_ref()
        .map(|bills| prices::after_allowances(&all(bills)));
    row(text, "AWS, less what is free, by volume", paid)?;
    row(
        text,
        "the same, each person",
        std::array::from_fn(|index| paid[index] / PEOPLE[index]),
    )?;
    row(
        text,
        "models",
        PEOPLE.map(|people| people * Habits::ASSUMED.films * models * 1e9),
    )
}

fn all(bills: &[Bill]) -> Vec<Line> {
    bills.iter().flat_map(|bill| bill.lines.clone()).collect()
}

fn row(text: &mut String, name: &str, nano_usd: [f64; 3]) -> Result<()> {
    let amounts = nano_usd
        .map(|amount| format!("{:>16.2}", amount / 1e9))
        .join("");
    Ok(writeln!(text, "  {name:<32}{amounts}")?)
}
