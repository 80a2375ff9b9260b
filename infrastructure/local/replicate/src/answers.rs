//! The language models' answer: a storyboard as JSON, in the shape of the
//! caller's schema when there is one, with as many scenes as the words ask for.

use replicate::registry::{Model, OutputShape};
use serde_json::{Map, Value, json};

/// Most scenes an answer has.
const MOST_SCENES: usize = 24;
const USUAL_SCENES: usize = 5;
const USUAL_SECONDS: f64 = 30.0;
/// Characters in a token, about.
const TOKEN: usize = 12;

/// What a scene of a story is for: title, picture, camera, transition.
const BEATS: [[&str; 4]; 8] = [
    [
        "First light",
        "the place wakes, wide and quiet",
        "slow push in",
        "fade",
    ],
    [
        "Setting out",
        "something small begins to move",
        "tracking shot at its side",
        "dissolve",
    ],
    [
        "The open way",
        "the view widens and the light changes",
        "crane up",
        "smoothleft",
    ],
    [
        "Against the wind",
        "the way grows hard and the colours deepen",
        "handheld, close",
        "wipeleft",
    ],
    [
        "The turn",
        "everything holds its breath for a moment",
        "still, from above",
        "circleopen",
    ],
    [
        "Rising",
        "the movement gathers speed and joy",
        "orbit",
        "smoothup",
    ],
    [
        "Almost there",
        "the goal shows through the haze",
        "long lens, slow pan",
        "dissolve",
    ],
    [
        "Home",
        "it comes to rest as the light turns gold",
        "slow pull out",
        "fade",
    ],
];

/// What the caller asked for, as far as its words tell.
struct Wish {
    subject: String,
    scenes: usize,
    seconds: f64,
}

/// The output for `input` in the shape of the model's outputs.
pub(crate) fn answer(model: &Model, input: &Value) -> Value {
    let prompt_name = model.parameters.prompt.as_str();
    let prompt = text(input, prompt_name);
    let wish = Wish::read(prompt, &all_text(input));
    let storyboard = match schema(model, input) {
        Some(schema) => filled(&schema, "", &wish, 0),
        None => storyboard(&wish),
    };
    let written = storyboard.to_string();
    match model.output {
        OutputShape::Structured => json!({"json_output": storyboard, "text": written}),
        _ => json!(tokens(&written)),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn all_text(input: &Value) -> String {
    let values = input.as_object().into_iter().flat_map(Map::values);
    values
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join("\n")
}

impl Wish {
    fn read(prompt: &str, all: &str) -> Self {
        let scenes = number_before(prompt, "scene").or_else(|| number_before(all, "scene"));
        let seconds = number_before(prompt, "second").or_else(|| number_before(all, "second"));
        let line = prompt.lines().find(|line| !line.trim().is_empty());
        Self {
            subject: line.unwrap_or("A film").trim().chars().take(160).collect(),
            scenes: scenes
                .map_or(USUAL_SCENES, |scenes| scenes as usize)
                .clamp(1, MOST_SCENES),
            seconds: seconds
                .filter(|seconds| *seconds > 0.0)
                .unwrap_or(USUAL_SECONDS),
        }
    }

    fn beat(&self, index: usize) -> &'static [&'static str; 4] {
        // The first and the last scene open and close, however many there are.
        let last = BEATS.len() - 1;
        if self.scenes > 1 && index + 1 == self.scenes {
            return &BEATS[last];
        }
        &BEATS[if index < last {
            index
        } else {
            1 + index % (last - 1)
        }]
    }

    fn scene_seconds(&self) -> f64 {
        (self.seconds / self.scenes as f64 * 1000.0).round() / 1000.0
    }

    fn title(&self, index: usize) -> String {
        let title = self.beat(index)[0];
        if index + 1 < self.scenes && index >= BEATS.len() - 1 {
            return format!("{title} {}", index + 1);
        }
        title.to_owned()
    }

    fn description(&self, index: usize) -> String {
        format!("{}: {}", self.subject, self.beat(index)[1])
    }
}

/// The number in `5 scenes`, `12-second`, `30.5 seconds`.
fn number_before(text: &str, word: &str) -> Option<f64> {
    let text = text.to_lowercase();
    let ends = text.match_indices(word).map(|(at, _)| at);
    ends.into_iter().find_map(|end| {
        let head = text[..end].trim_end_matches([' ', '-']);
        let start = head
            .rfind(|c: char| !c.is_ascii_digit() && c != '.')
            .map_or(0, |at| {
                at + head[at..].chars().next().map_or(1, char::len_utf8)
            });
        head[start..].parse().ok()
    })
}

fn storyboard(wish: &Wish) -> Value {
    let scenes: Vec<Value> = (0..wish.scenes)
        .map(|index| {
            let [_, _, camera, transition] = wish.beat(index);
            json!({
                "title": wish.title(index),
                "description": wish.description(index),
                "durationSeconds": wish.scene_seconds(),
                "camera": camera,
                "transition": transition,
            })
        })
        .collect();
    json!({"title": wish.subject, "scenes": scenes})
}

/// The caller's JSON Schema: in the parameter for it, or written out in the
/// words of a model that has none.
fn schema(model: &Model, input: &Value) -> Option<Value> {
    let given = model
        .parameters
        .json_schema
        .as_ref()
        .and_then(|name| input.get(name));
    if let Some(given) = given {
        let inner = given
            .pointer("/format/schema")
            .or_else(|| given.get("schema"));
        return Some(inner.unwrap_or(given).clone());
    }
    let all = all_text(input);
    all.match_indices('{')
        .filter_map(|(at, _)| {
            serde_json::Deserializer::from_str(&all[at..])
                .into_iter::<Value>()
                .next()?
                .ok()
        })
        .find(|value| value.get("properties").is_some())
}

/// An instance of `schema` that says something sensible by the fields' names.
fn filled(schema: &Value, name: &str, wish: &Wish, index: usize) -> Value {
    if let Some(options) = schema.get("enum").and_then(Value::as_array) {
        return chosen(options, wish.beat(index)[3]);
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    match type_of(schema) {
        "object" => object(schema, wish, index),
        "array" => array(schema, name, wish),
        "integer" => json!(bounded(schema, number(name, wish, index)).round() as i64),
        "number" => json!(bounded(schema, number(name, wish, index))),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => json!(sentence(schema, name, wish, index)),
    }
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(one)) => one,
        Some(Value::Array(several)) => several.first().and_then(Value::as_str).unwrap_or("string"),
        _ if schema.get("properties").is_some() => "object",
        _ => "string",
    }
}

fn chosen(options: &[Value], wanted: &str) -> Value {
    let found = options
        .iter()
        .find(|option| option.as_str() == Some(wanted));
    found.or(options.first()).cloned().unwrap_or_default()
}

fn object(schema: &Value, wish: &Wish, index: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten();
    fields
        .map(|(name, schema)| (name.clone(), filled(schema, name, wish, index)))
        .collect::<Map<_, _>>()
        .into()
}

fn array(schema: &Value, name: &str, wish: &Wish) -> Value {
    let bound = |key| schema.get(key).and_then(Value::as_u64).map(|n| n as usize);
    let wanted = if name.to_lowercase().contains("scene") {
        wish.scenes
    } else {
        3
    };
    let count = wanted
        .max(bound("minItems").unwrap_or(0))
        .min(bound("maxItems").unwrap_or(MOST_SCENES));
    let item = schema
        .get("items")
        .cloned()
        .unwrap_or(json!({"type": "string"}));
    (0..count)
        .map(|index| filled(&item, name.trim_end_matches('s'), wish, index))
        .collect()
}

fn number(name: &str, wish: &Wish, index: usize) -> f64 {
    let name = name.to_lowercase();
    if name.contains("index") || name.contains("number") {
        return index as f64 + 1.0;
    }
    if name.contains("total") {
        return wish.seconds;
    }
    wish.scene_seconds()
}

fn bounded(schema: &Value, value: f64) -> f64 {
    let bound = |key| schema.get(key).and_then(Value::as_f64);
    value
        .max(bound("minimum").unwrap_or(f64::MIN))
        .min(bound("maximum").unwrap_or(f64::MAX))
}

fn sentence(schema: &Value, name: &str, wish: &Wish, index: usize) -> String {
    let [_, _, camera, transition] = wish.beat(index);
    let name = name.to_lowercase();
    let sentence = match name.as_str() {
        name if name.contains("title") => wish.title(index),
        name if name.contains("camera") => (*camera).to_owned(),
        name if name.contains("transition") => (*transition).to_owned(),
        name if name.contains("music") || name.contains("mood") => {
            "warm and hopeful, slow strings over a soft beat".to_owned()
        }
        _ => wish.description(index),
    };
    let most = schema
        .get("maxLength")
        .and_then(Value::as_u64)
        .unwrap_or(2000);
    sentence.chars().take(most as usize).collect()
}

/// Pieces as a model streams them; joined they are the text again.
fn tokens(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters
        .chunks(TOKEN)
        .map(|piece| piece.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use replicate::registry::{Registry, storyboard_input};

    fn joined(output: &Value) -> Value {
        let pieces = output.as_array().unwrap().iter();
        let text: String = pieces.map(|piece| piece.as_str().unwrap()).collect();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_answer_has_the_scenes_asked_for() {
        let registry = Registry::pinned().unwrap();
        let model = registry.model("openai/gpt-5-mini").unwrap();
        for scenes in [1, 3, 5, 12] {
            let prompt =
                format!("A boat at dawn.\nWrite {scenes} scenes for a film of 36 seconds.");
            let output = answer(model, &json!({"prompt": prompt}));
            let storyboard = joined(&output);
            let found = storyboard["scenes"].as_array().unwrap();
            assert_eq!(found.len(), scenes);
            assert_eq!(found[0]["durationSeconds"], 36.0 / scenes as f64);
            let mut titles: Vec<_> = found
                .iter()
                .map(|scene| scene["title"].to_string())
                .collect();
            titles.sort();
            titles.dedup();
            assert_eq!(titles.len(), scenes, "{titles:?}");
        }
    }

    #[test]
    fn the_answer_matches_the_schema_of_every_language_model() {
        let registry = Registry::pinned().unwrap();
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["scenes"],
            "properties": {"scenes": {"type": "array", "minItems": 1, "maxItems": 12, "items": {
                "type": "object",
                "required": ["title", "seconds", "transition"],
                "properties": {
                    "title": {"type": "string", "maxLength": 9},
                    "seconds": {"type": "number", "minimum": 2, "maximum": 7},
                    "transition": {"enum": ["cut", "dissolve"]},
                },
            }}},
        });
        for name in [
            "openai/gpt-5-structured",
            "openai/gpt-5-mini",
            "google/gemini-2.5-flash",
        ] {
            let model = registry.model(name).unwrap();
            let input = storyboard_input(model, "You plan films.", "An owl: 4 scenes", &schema);
            let output = answer(model, &input);
            let storyboard = output
                .get("json_output")
                .cloned()
                .unwrap_or_else(|| joined(&output));
            let scenes = storyboard["scenes"].as_array().unwrap();
            assert_eq!(scenes.len(), 4, "{name}");
            assert_eq!(scenes[0]["title"], "First lig");
            assert_eq!(scenes[0]["seconds"], 7.0);
            assert_eq!(scenes[1]["transition"], "dissolve");
        }
    }
}
