//! The rules, each with what it allows and what it found.

use serde_json::Value;

use crate::Template;

/// What a rule says of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is looked at.
    pub rule: &'static str,
    /// What a fresh account allows.
    pub limit: &'static str,
    /// The most that was found, or how many were looked at.
    pub found: String,
    /// What would be refused, each with its name.
    pub refused: Vec<String>,
}

/// Megabytes that a new account's functions may have at most.
const NEW_ACCOUNTS_MEMORY: u64 = 3008;
/// Functions that a new account runs at once, less two for the API.
const SIDE_BY_SIDE: u64 = 8;
/// Lambda's own bounds.
const MOST_SECONDS: u64 = 900;
const MOST_SCRATCH: u64 = 10_240;
const MOST_VARIABLES: usize = 4096;
/// The properties that give a resource its physical name, and how long each may be.
const NAMES: [(&str, usize); 10] = [
    ("FunctionName", 64),
    ("TableName", 255),
    ("QueueName", 80),
    ("BucketName", 63),
    ("LayerName", 140),
    ("LogGroupName", 512),
    ("UserPoolName", 128),
    ("ClientName", 128),
    ("Domain", 63),
    ("Name", 64),
];
/// Cognito refuses a domain with one of these in it.
const RESERVED_WORDS: [&str; 3] = ["aws", "amazon", "cognito"];

/// What each rule says of the template, with the values that its parameters have.
#[must_use]
pub fn findings(template: &Template) -> Vec<Finding> {
    vec![
        parameters(template),
        prefixes(template),
        lengths(template),
        domain(template),
        memory(template),
        seconds(template),
        scratch(template),
        variables(template),
        side_by_side(template),
        reserved(template),
        retained(template),
    ]
}

fn parameters(template: &Template) -> Finding {
    let mut count = 0;
    let mut refused = Vec::new();
    for (name, declared, value) in template.parameters() {
        count += 1;
        let number: Option<f64> = value.parse().ok();
        let is_below = |bound: &Value| number.zip(bound.as_f64()).is_some_and(|(n, b)| n < b);
        let is_above = |bound: &Value| number.zip(bound.as_f64()).is_some_and(|(n, b)| n > b);
        let allowed = declared["AllowedValues"].as_array();
        let is_other = allowed.is_some_and(|allowed| !allowed.iter().any(|one| one == value));
        let is_no_number = declared["Type"] == "Number" && number.is_none();
        if is_other
            || is_no_number
            || is_below(&declared["MinValue"])
            || is_above(&declared["MaxValue"])
        {
            refused.push(format!("{name} = {value}"));
        }
    }
    finding("parameters", "what the template allows", &count, refused)
}

/// Two stacks fit one account: every physical name begins with the prefix (D48).
fn prefixes(template: &Template) -> Finding {
    let names = named(template);
    let is_prefixed = |value: &Value| {
        let pattern = value["Fn::Sub"].as_str().unwrap_or_default();
        pattern.contains("${NamePrefix}") || value["Ref"] == "NamePrefix"
    };
    let refused = names.iter().filter(|(.., value)| !is_prefixed(value));
    let refused = refused.map(|(id, ..)| (*id).to_owned()).collect();
    finding("names", "another stack beside it", &names.len(), refused)
}

fn lengths(template: &Template) -> Finding {
    let mut longest = 0;
    let mut refused = Vec::new();
    for (id, most, value) in named(template) {
        let name = template.text(value).unwrap_or_default();
        longest = longest.max(name.len());
        if name.len() > most {
            refused.push(format!("{id}: {name} is longer than {most}"));
        }
    }
    finding("length of names", "each service's own", &longest, refused)
}

fn domain(template: &Template) -> Finding {
    let prefix = template.parameter("NamePrefix");
    let has_word = |word: &&&str| prefix.contains(**word);
    let refused = RESERVED_WORDS.iter().filter(has_word);
    let refused = refused.map(|word| format!("{prefix} contains {word}"));
    finding(
        "sign-in domain",
        "no aws, amazon, cognito",
        &prefix,
        refused.collect(),
    )
}

fn memory(template: &Template) -> Finding {
    at_most(template, "memory", "3008 MB", NEW_ACCOUNTS_MEMORY, |f| {
        template.of_function(f, "MemorySize")
    })
}

fn seconds(template: &Template) -> Finding {
    at_most(template, "time limits", "900 s", MOST_SECONDS, |f| {
        template.of_function(f, "Timeout")
    })
}

fn scratch(template: &Template) -> Finding {
    at_most(template, "scratch space", "10240 MB", MOST_SCRATCH, |f| {
        &f["EphemeralStorage"]["Size"]
    })
}

fn at_most<'a>(
    template: &'a Template,
    rule: &'static str,
    limit: &'static str,
    most: u64,
    property: impl Fn(&'a Value) -> &'a Value,
) -> Finding {
    let (mut largest, mut refused) = (0, Vec::new());
    for (id, function) in template.functions() {
        let Some(text) = template.text(property(function)) else {
            continue;
        };
        let value = text.parse().unwrap_or(u64::MAX);
        largest = largest.max(value);
        if value > most {
            refused.push(format!("{id}: {text}"));
        }
    }
    finding(rule, limit, &largest, refused)
}

/// What is known only after a deploy is counted as a name of a hundred letters.
fn variables(template: &Template) -> Finding {
    let unknown = "x".repeat(100);
    let globals = template.of_function(&Value::Null, "Environment");
    let (mut largest, mut refused) = (0, Vec::new());
    for (id, function) in template.functions() {
        let own = function["Environment"]["Variables"].as_object();
        let all = own
            .into_iter()
            .chain(globals["Variables"].as_object())
            .flatten();
        let bytes = all
            .map(|(name, value)| {
                name.len() + template.text(value).map_or(unknown.len(), |t| t.len())
            })
            .sum();
        largest = largest.max(bytes);
        if bytes > MOST_VARIABLES {
            refused.push(format!("{id}: {bytes} bytes"));
        }
    }
    finding("variables of a function", "4096 bytes", &largest, refused)
}

/// A new account runs ten functions at once: films and transcodes leave two for the API.
fn side_by_side(template: &Template) -> Finding {
    let parameter = |name| template.parameter(name).parse().unwrap_or(u64::MAX);
    let scenes: u64 = parameter("SceneConcurrency");
    let sum = scenes.saturating_add(parameter("TranscoderConcurrency"));
    let refused = (sum > SIDE_BY_SIDE).then(|| {
        format!("SceneConcurrency and TranscoderConcurrency are {sum}: they wait for each other")
    });
    finding(
        "functions at once",
        "10, two of them for the API",
        &sum,
        refused.into_iter().collect(),
    )
}

fn reserved(template: &Template) -> Finding {
    let names = ["ComposerReserved", "PreparerReserved", "TranscoderReserved"];
    let set = names
        .iter()
        .filter(|name| !matches!(template.parameter(name), "" | "0"));
    let refused: Vec<String> = set
        .map(|name| format!("{name} = {}", template.parameter(name)))
        .collect();
    finding("reserved concurrency", "none", &refused.len(), refused)
}

/// A first deploy that is rolled back leaves nothing that the next one meets.
fn retained(template: &Template) -> Finding {
    let policies = template
        .resources()
        .filter_map(|(id, resource)| Some((id, resource["DeletionPolicy"].as_str()?)));
    let (mut count, mut refused) = (0, Vec::new());
    for (id, policy) in policies {
        count += 1;
        if policy != "RetainExceptOnCreate" {
            refused.push(format!("{id}: {policy}"));
        }
    }
    finding(
        "what is kept",
        "nothing of a failed creation",
        &count,
        refused,
    )
}

/// The logical id, the longest name and the name of everything that has one of ours.
fn named(template: &Template) -> Vec<(&str, usize, &Value)> {
    let mut names = Vec::new();
    let resources = template.resources();
    // These name the function that may be called, and the log that is read.
    let others = ["AWS::Lambda::Permission", "AWS::Logs::MetricFilter"];
    for (id, resource) in
        resources.filter(|(_, it)| !others.iter().any(|other| it["Type"] == *other))
    {
        let properties = &resource["Properties"];
        let events = properties["Events"].as_object().into_iter().flatten();
        let schedules = events
            .map(|(_, event)| event)
            .filter(|event| event["Type"] == "ScheduleV2");
        let places = std::iter::once(properties).chain(schedules.map(|event| &event["Properties"]));
        for place in places {
            let found = NAMES
                .iter()
                .filter_map(|(name, most)| Some((id, *most, place.get(*name)?)));
            names.extend(found);
        }
    }
    names
}

fn finding(
    rule: &'static str,
    limit: &'static str,
    found: &impl ToString,
    refused: Vec<String>,
) -> Finding {
    Finding {
        rule,
        limit,
        found: found.to_string(),
        refused,
    }
}
