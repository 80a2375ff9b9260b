use super::*;
use crate::request::{Audio, Category, CreateJob};

#[test]
fn a_function_costs_its_gigabyte_seconds() {
    // 8 GB for a minute on arm64: the compose figure of the reference, 0.0064 USD.
    let nano = lambda_nano_usd(60.0, 8192, true);
    assert!((usd(nano) - 0.0064).abs() < 0.0001, "{}", usd(nano));
}

#[test]
fn overhead_stays_below_a_third_of_a_cent() {
    let sum = at_list_price(&overhead(5, true));
    assert!(sum / 1e9 < 0.0033, "{}", sum / 1e9);
}

/// The goal: without the provider, everything counted.
#[test]
fn a_film_of_half_a_minute_costs_less_than_a_cent_in_its_first_month() {
    let sum = at_list_price(&film(&CreateJob::sample())) / 1e9;
    assert!(sum < 0.010, "{sum}");
}

/// The goal, as a stack is by default, nothing being free.
#[test]
fn an_idle_month_costs_less_than_two_dollars() {
    let sum = at_list_price(&idle_month(&Installation::WITHOUT_ALARMS)) / 1e9;
    assert!(sum < 2.0, "{sum}");
}

/// The goal for a stack that tells of its failures, in an account that has nothing else.
#[test]
fn an_idle_month_with_alarms_costs_less_than_two_dollars_when_what_is_free_is_taken_off() {
    let sum = after_allowances(&idle_month(&Installation::OURS)) / 1e9;
    assert!(sum < 2.0, "{sum}");
}

#[test]
fn alarms_cost_what_is_not_free_of_them() {
    let paid = |installation| after_allowances(&idle_month(installation));
    let alarms = paid(&Installation::OURS) - paid(&Installation::WITHOUT_ALARMS);
    let beyond_ten = f64::from(Installation::OURS.alarms - 10) * ALARM.nano_usd;
    assert!((alarms - beyond_ten).abs() < 1.0, "{alarms}");
}

#[test]
fn of_a_films_cost_its_length_and_its_scenes_decide_and_not_its_category() {
    let cost = |category, scenes, duration_seconds, audio| {
        let request = CreateJob {
            category,
            scenes,
            duration_seconds,
            audio,
            ..CreateJob::sample()
        };
        at_list_price(&film(&request))
    };
    let usual = cost(Category::MusicVideo, 5, 30, Audio::Music);
    let advertisement = cost(Category::AdCreative, 5, 30, Audio::Music);
    assert!((usual - advertisement).abs() < 1.0);
    assert!(cost(Category::MusicVideo, 5, 60, Audio::Music) > usual);
    assert!(cost(Category::MusicVideo, 6, 30, Audio::Music) > usual);
    assert!(cost(Category::MusicVideo, 5, 30, Audio::None) < usual);
}

#[test]
fn what_is_free_is_free_once_for_all_lines_of_a_price() {
    let lines = [SQS_REQUEST.of("some", 0.7e6), SQS_REQUEST.of("more", 0.7e6)];
    let paid = after_allowances(&lines);
    assert!((paid - 0.4e6 * 400.0).abs() < 1.0, "{paid}");
    assert!((at_list_price(&lines) - 1.4e6 * 400.0).abs() < 1.0);
}

#[test]
fn a_volume_is_cheaper_for_what_lies_above_its_beginning() {
    let gigabytes = |quantity| TRAFFIC.in_a_month(quantity) / 1e9;
    assert!(gigabytes(100.0).abs() < 1e-9);
    assert!((gigabytes(10_240.0) - 10_140.0 * 0.09).abs() < 1e-6);
    let more = gigabytes(10_240.0) + 40_960.0 * 0.085 + 102_400.0 * 0.07 + 1_000.0 * 0.05;
    assert!((gigabytes(154_600.0) - more).abs() < 1e-6);
}

#[test]
fn a_price_stands_once_in_the_table_and_falls_with_its_volume() {
    for (index, price) in TABLE.iter().enumerate() {
        let others = &TABLE[index + 1..];
        assert!(others.iter().all(|other| other.unit != price.unit));
        let first = [(price.free, price.nano_usd)];
        let steps: Vec<&(f64, f64)> = first.iter().chain(price.volumes).collect();
        for pair in steps.windows(2) {
            assert!(pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1, "{price:?}");
        }
        assert!(price.nano_usd > 0.0);
    }
}

#[test]
fn whatever_is_billed_stands_in_the_table() {
    let bills = month(1.0, &Habits::ASSUMED);
    for line in bills.iter().flat_map(|bill| &bill.lines) {
        assert!(TABLE.contains(&line.price), "{line:?}");
    }
}

#[test]
fn a_month_is_the_standing_part_and_so_much_for_each_person() {
    let cost = |users| {
        let bills = month(users, &Habits::ASSUMED);
        let sums = bills.iter().map(|bill| at_list_price(&bill.lines));
        sums.sum::<f64>()
    };
    let standing = cost(0.0);
    let (one, thousand) = (cost(1.0) - standing, cost(1_000.0) - standing);
    assert!((thousand / (1_000.0 * one) - 1.0).abs() < 1e-9);
    assert!(standing > at_list_price(&idle_month(&Installation::OURS)));
}

#[test]
fn a_function_with_less_memory_takes_longer_and_with_more_not_less() {
    assert!((with_memory(10.0, 3538) - 10.0).abs() < 1e-9);
    assert!((with_memory(10.0, 1769) - 20.0).abs() < 1e-9);
    assert!((with_memory(10.0, 10_240) - 10.0).abs() < 1e-9);
}
