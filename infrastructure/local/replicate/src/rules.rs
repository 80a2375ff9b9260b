//! Misbehaviour on demand. A rule is matched by a word of `input.prompt`, so
//! tests that run side by side do not disturb each other, and holds for a
//! number of creates.

use serde::{Deserialize, Serialize};

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Behaviour {
    /// The prediction fails with a passing error (E6716).
    Fail,
    /// The prediction fails as sensitive content (E005).
    Refuse,
    /// It stays `processing` for `seconds` (default 45), or until its deadline, and is canceled.
    Hang,
    /// 429, nothing is created.
    Throttle,
    /// 503, nothing is created.
    Unavailable,
    /// 402, nothing is created.
    InsufficientCredit,
    /// No webhook at all is sent.
    LoseWebhook,
    /// Every webhook is sent twice.
    DuplicateWebhook,
    /// Start and completed arrive before the create's answer.
    EarlyWebhook,
    /// Webhooks are signed with another key.
    MissignWebhook,
    /// The completed webhook comes `seconds` (default 20) late.
    LateWebhook,
    /// Half of the output file, noise after its first bytes.
    BrokenFile,
    /// The output streams more than 512 MB without a Content-Length.
    HugeFile,
    /// The output is gone: 404.
    ExpireOutput,
    /// The output is a web page.
    HtmlOutput,
    /// The output redirects to a link-local address.
    RedirectOutput,
    /// The prediction is created and paid for, but the answer is a 502.
    CreateThenDrop,
}

/// The kind of model a rule is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ModelKind {
    TextToVideo,
    Image,
    Music,
    Language,
    /// A model the registry does not know.
    Unknown,
}

/// One rule as it is posted to `/_control/rules`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Word to find in `input.prompt`; the empty word is in every prompt.
    #[serde(rename = "match")]
    pub(crate) word: String,
    pub(crate) behaviour: Behaviour,
    /// How many creates it still applies to; absent: all of them.
    #[serde(default)]
    pub(crate) times: Option<u32>,
    /// Limits the rule to one kind of model.
    #[serde(default)]
    pub(crate) kind: Option<ModelKind>,
    /// `retry_after` of `throttle` (default 1), delay of `late-webhook` (default 20), how long
    /// `hang` lasts (default 45).
    #[serde(default)]
    pub(crate) seconds: Option<u64>,
}

impl Rule {
    fn applies_to(&self, prompt: &str, kind: ModelKind) -> bool {
        self.times != Some(0)
            && self.kind.is_none_or(|wanted| wanted == kind)
            && prompt.contains(&self.word)
    }
}

/// One request to create a prediction, however it ended.
#[derive(Debug)]
struct Attempt {
    prompt: String,
    prediction: Option<String>,
}

/// The rules in the order they came, and the book of creates.
#[derive(Debug, Default)]
pub(crate) struct RuleBook {
    rules: Vec<Rule>,
    attempts: Vec<Attempt>,
}

/// What was tried and what was paid for.
#[derive(Debug, Serialize, PartialEq)]
pub(crate) struct Creates {
    /// Predictions that were really created.
    paid: usize,
    /// Requests that asked for one.
    attempted: usize,
    predictions: Vec<String>,
}

impl RuleBook {
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The first rule that applies, used up by one.
    pub(crate) fn take(&mut self, prompt: &str, kind: ModelKind) -> Option<Rule> {
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.applies_to(prompt, kind))?;
        rule.times = rule.times.map(|times| times.saturating_sub(1));
        Some(rule.clone())
    }

    /// Notes a create request; the number is for [`Self::note_paid`].
    pub(crate) fn note_attempt(&mut self, prompt: &str) -> usize {
        self.attempts.push(Attempt {
            prompt: prompt.to_owned(),
            prediction: None,
        });
        self.attempts.len() - 1
    }

    pub(crate) fn note_paid(&mut self, attempt: usize, prediction: &str) {
        if let Some(attempt) = self.attempts.get_mut(attempt) {
            attempt.prediction = Some(prediction.to_owned());
        }
    }

    /// The creates whose prompt contains `word`.
    pub(crate) fn creates(&self, word: &str) -> Creates {
        let matching = || {
            self.attempts
                .iter()
                .filter(|attempt| attempt.prompt.contains(word))
        };
        let predictions: Vec<String> = matching()
            .filter_map(|attempt| attempt.prediction.clone())
            .collect();
        Creates {
            paid: predictions.len(),
            attempted: matching().count(),
            predictions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(word: &str, times: Option<u32>, kind: Option<ModelKind>) -> Rule {
        Rule {
            word: word.into(),
            behaviour: Behaviour::Fail,
            times,
            kind,
            seconds: None,
        }
    }

    #[test]
    fn a_rule_is_used_up() {
        let mut book = RuleBook::default();
        book.add(rule("owl", Some(2), None));
        let taken = |book: &mut RuleBook| book.take("an owl flies", ModelKind::Music).is_some();
        assert!(taken(&mut book));
        assert!(taken(&mut book));
        assert!(!taken(&mut book));
    }

    #[test]
    fn a_rule_holds_for_its_word_and_kind_only() {
        let mut book = RuleBook::default();
        book.add(rule("owl", None, Some(ModelKind::Music)));
        assert!(book.take("a crow", ModelKind::Music).is_none());
        assert!(book.take("an owl", ModelKind::TextToVideo).is_none());
        assert!(book.take("an owl", ModelKind::Music).is_some());
    }

    #[test]
    fn attempts_and_paid_creates_are_counted_apart() {
        let mut book = RuleBook::default();
        book.note_attempt("an owl");
        let paid = book.note_attempt("an owl again");
        book.note_attempt("a crow");
        book.note_paid(paid, "abc");
        let expected = Creates {
            paid: 1,
            attempted: 2,
            predictions: vec!["abc".into()],
        };
        assert_eq!(book.creates("owl"), expected);
    }
}
