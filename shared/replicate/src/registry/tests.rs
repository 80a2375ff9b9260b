use serde_json::json;

use super::*;

fn registry() -> Registry {
    Registry::pinned().unwrap()
}

fn of_kind(registry: &Registry, kind: Kind) -> Vec<&Model> {
    registry
        .models()
        .iter()
        .filter(|model| model.kind == kind)
        .collect()
}

fn scene(prompt: &str, seconds: f64, aspect_ratio: &'static str) -> (String, f64, &'static str) {
    (prompt.to_owned(), seconds, aspect_ratio)
}

fn scene_value(
    model: &Model,
    (prompt, seconds, aspect_ratio): &(String, f64, &'static str),
) -> Value {
    let request = SceneRequest {
        prompt,
        seconds: *seconds,
        aspect_ratio,
        seed: Some(u32::MAX),
    };
    scene_input(model, &request)
}

#[test]
fn every_pinned_model_is_there_under_its_name() {
    let registry = registry();
    for (name, kind) in [
        (DEFAULT_SCENE_MODEL, Kind::TextToVideo),
        ("bytedance/seedance-1-lite", Kind::TextToVideo),
        ("google/veo-3.1-fast", Kind::TextToVideo),
        ("wan-video/wan-2.2-t2v-fast", Kind::TextToVideo),
        (DEFAULT_MUSIC_MODEL, Kind::Music),
        ("meta/musicgen", Kind::Music),
        ("elevenlabs/music", Kind::Music),
        ("openai/gpt-5-structured", Kind::Language),
        ("openai/gpt-5-mini", Kind::Language),
        ("google/gemini-2.5-flash", Kind::Language),
        ("black-forest-labs/flux-schnell", Kind::Image),
    ] {
        assert_eq!(
            registry.model(name).map(|model| model.kind),
            Some(kind),
            "{name}"
        );
    }
    assert_eq!(registry.models().len(), 11);
    assert!(registry.model("nobody/nothing").is_none());
}

#[test]
fn the_data_agrees_with_itself() {
    for model in registry().models() {
        let name = &model.name;
        jsonschema::draft202012::meta::validate(&model.input_schema)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            model.input_schema["additionalProperties"],
            json!(false),
            "{name}"
        );
        assert!(!model.price.rates.is_empty(), "{name}");
        assert!(
            model.official || model.version.len() == 64,
            "{name} can only be run by its version"
        );
        if let Some(duration) = &model.parameters.duration {
            let per_second = f64::from(duration.per_second);
            assert_eq!(
                f64::from(duration.min) / per_second,
                model.limits.min_seconds,
                "{name}"
            );
            assert_eq!(
                f64::from(duration.max) / per_second,
                model.limits.max_seconds,
                "{name}"
            );
            assert_eq!((duration.max - duration.min) % duration.step, 0, "{name}");
        }
        for rate in &model.price.rates {
            let known = |input: &String| model.input_schema["properties"].get(input).is_some();
            assert!(
                rate.when.keys().all(known),
                "{name} is priced by an input it does not have"
            );
        }
    }
}

#[test]
fn every_scene_that_can_be_asked_for_is_valid_for_every_model() {
    let registry = registry();
    for model in of_kind(&registry, Kind::TextToVideo) {
        for tenths in 20..=120 {
            let seconds = f64::from(tenths) / 10.0;
            for ratio in ["16:9", "9:16", "1:1"] {
                let input = scene_value(model, &scene("A paper boat", seconds, ratio));
                assert_eq!(
                    model.validate(&input),
                    Ok(()),
                    "{} {seconds} s {ratio}",
                    model.name
                );
                let made = model.seconds_of_output(&input).unwrap();
                assert!(
                    made >= seconds.min(model.limits.max_seconds),
                    "{} {seconds} s {ratio}",
                    model.name
                );
            }
        }
    }
}

#[test]
fn the_shortest_sufficient_length_is_asked_for() {
    let registry = registry();
    for (name, parameter, seconds, expected) in [
        (DEFAULT_SCENE_MODEL, "duration", 4.2, 5),
        (DEFAULT_SCENE_MODEL, "duration", 6.0, 6),
        (DEFAULT_SCENE_MODEL, "duration", 6.000_000_000_1, 6),
        (DEFAULT_SCENE_MODEL, "duration", 0.5, 2),
        (DEFAULT_SCENE_MODEL, "duration", 60.0, 12),
        (DEFAULT_SCENE_MODEL, "duration", f64::NAN, 2),
        (DEFAULT_SCENE_MODEL, "duration", f64::INFINITY, 12),
        (DEFAULT_SCENE_MODEL, "duration", -3.0, 2),
        ("google/veo-3.1-fast", "duration", 4.5, 6),
        ("google/veo-3.1-fast", "duration", 9.0, 8),
        ("wan-video/wan-2.2-t2v-fast", "num_frames", 5.0, 81),
        ("wan-video/wan-2.2-t2v-fast", "num_frames", 6.0, 97),
        ("wan-video/wan-2.2-t2v-fast", "num_frames", 12.0, 121),
    ] {
        let input = scene_value(registry.model(name).unwrap(), &scene("x", seconds, "16:9"));
        assert_eq!(input[parameter], json!(expected), "{name} {seconds} s");
    }
    let music = registry.model("elevenlabs/music").unwrap();
    assert_eq!(
        music_input(music, "calm", 30.0, Some(7))["music_length_ms"],
        json!(30_000)
    );
}

#[test]
fn every_music_and_storyboard_input_is_valid() {
    let registry = registry();
    for model in of_kind(&registry, Kind::Music) {
        for seconds in 6..=60 {
            let input = music_input(model, "calm piano", f64::from(seconds), Some(7));
            assert_eq!(model.validate(&input), Ok(()), "{} {seconds} s", model.name);
        }
    }
    let schema = json!({"type": "object", "required": ["scenes"]});
    for model in of_kind(&registry, Kind::Language) {
        let input = storyboard_input(model, "You are a director.", "5 scenes: a boat", &schema);
        assert_eq!(model.validate(&input), Ok(()), "{}", model.name);
        assert!(
            input.to_string().contains("scenes\\\"") || input.to_string().contains("\"scenes\""),
            "{}",
            model.name
        );
        assert!(
            input.to_string().contains("You are a director."),
            "{}",
            model.name
        );
    }
}

#[test]
fn violations_read_like_the_providers() {
    let registry = registry();
    let model = registry.model(DEFAULT_SCENE_MODEL).unwrap();
    for (input, field, kind, message) in [
        (json!({}), "input", "required", "prompt is required"),
        (
            json!({"prompt": "x", "duration": 13}),
            "input.duration",
            "number_lte",
            "Must be less than or equal to 12",
        ),
        (
            json!({"prompt": "x", "duration": 1}),
            "input.duration",
            "number_gte",
            "Must be greater than or equal to 2",
        ),
        (
            json!({"prompt": "x", "duration": "5"}),
            "input.duration",
            "invalid_type",
            "Invalid type. Expected: integer, given: string",
        ),
        (
            json!({"prompt": "x", "resolution": "4k"}),
            "input.resolution",
            "enum",
            "resolution must be one of the following: \"480p\", \"720p\", \"1080p\"",
        ),
        (
            json!({"prompt": "x", "model": "y"}),
            "input",
            "additional_property_not_allowed",
            "Additional property model is not allowed",
        ),
        (
            json!({"prompt": ""}),
            "input.prompt",
            "string_gte",
            "String length must be greater than or equal to 1",
        ),
        (
            json!("x"),
            "input",
            "invalid_type",
            "Invalid type. Expected: object, given: string",
        ),
    ] {
        let violations = model.validate(&input).unwrap_err();
        let expected = Violation {
            field: field.to_owned(),
            kind: kind.to_owned(),
            message: message.to_owned(),
        };
        assert_eq!(violations, vec![expected], "{input}");
    }
    let both = model
        .validate(&json!({"duration": 13, "a": 1, "b": 2}))
        .unwrap_err();
    assert_eq!(both.len(), 4);
}

#[test]
fn a_violation_travels_as_an_invalid_field() {
    let violation = Violation {
        field: "input.fps".to_owned(),
        kind: "enum".to_owned(),
        message: "no".to_owned(),
    };
    let json = serde_json::to_value(&violation).unwrap();
    assert_eq!(
        json,
        json!({"field": "input.fps", "type": "enum", "description": "no"})
    );
    assert_eq!(
        serde_json::from_value::<Violation>(json).unwrap(),
        violation
    );
    assert_eq!(violation.to_string(), "input.fps: no");
}

#[test]
fn prices_are_predicted_to_the_cent_and_below() {
    let registry = registry();
    for (name, seconds, input, nano_usd) in [
        (
            DEFAULT_SCENE_MODEL,
            5.0,
            json!({"resolution": "480p"}),
            75_000_000,
        ),
        (
            DEFAULT_SCENE_MODEL,
            5.0,
            json!({"resolution": "1080p"}),
            300_000_000,
        ),
        (DEFAULT_SCENE_MODEL, 5.0, json!({}), 300_000_000),
        (
            DEFAULT_SCENE_MODEL,
            5.0,
            json!({"resolution": "16k"}),
            300_000_000,
        ),
        (DEFAULT_SCENE_MODEL, f64::NAN, json!({}), 0),
        ("google/veo-3.1-fast", 4.0, json!({}), 600_000_000),
        (
            "google/veo-3.1-fast",
            4.0,
            json!({"generate_audio": false}),
            400_000_000,
        ),
        (DEFAULT_MUSIC_MODEL, 30.0, json!({}), 200_000_000),
        ("elevenlabs/music", 30.0, json!({}), 249_000_000),
        (
            "black-forest-labs/flux-schnell",
            0.0,
            json!({"num_outputs": 4}),
            12_000_000,
        ),
        ("meta/musicgen", 30.0, json!({}), 84_000_000),
    ] {
        let model = registry.model(name).unwrap();
        assert_eq!(
            model.predicted_price_nano_usd(seconds, &input),
            nano_usd,
            "{name} {input}"
        );
    }
    let language = registry.model("openai/gpt-5-mini").unwrap();
    let price = language.predicted_price_nano_usd(0.0, &json!({"prompt": "x".repeat(3987)}));
    assert_eq!(price, 250_000 + 3_000_000);
}
