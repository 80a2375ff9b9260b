//! Which functions a function calls. What a value is, is told by the types of
//! parameters, fields and results; what cannot be told so is not ours.

use std::collections::{BTreeSet, HashMap};

use super::parse::first_type;
use super::words::{closing, is_type, is_value};
use super::{Code, Function};

/// Methods whose result is what they are called on.
const SAME: [&str; 4] = ["clone", "as_ref", "unwrap", "expect"];

impl Code {
    /// The functions that this one calls, by their places.
    pub(super) fn calls(&self, function: &Function) -> BTreeSet<usize> {
        Reading::new(self, function).calls()
    }
}

/// A function that is being read.
struct Reading<'a> {
    code: &'a Code,
    function: &'a Function,
    words: &'a [String],
    /// The types of its values.
    types: HashMap<String, String>,
}

impl<'a> Reading<'a> {
    fn new(code: &'a Code, function: &'a Function) -> Self {
        let mut reading = Self {
            code,
            function,
            words: &function.body,
            types: HashMap::new(),
        };
        let parameters = &function.parameters;
        for at in 1..parameters.len() {
            if parameters[at] == ":" {
                reading.learn(&parameters[at - 1], first_type(&parameters[at + 1..]));
            }
        }
        if parameters.iter().any(|word| word == "self") {
            reading.learn("self", function.owner.as_deref());
        }
        reading
    }

    fn calls(mut self) -> BTreeSet<usize> {
        let mut calls = BTreeSet::new();
        for at in 0..self.words.len() {
            if self.words[at] == "let" {
                self.learn_binding(at + 1);
            } else if is_value(&self.words[at]) {
                calls.extend(self.called(at));
            }
        }
        calls
    }

    fn word(&self, at: usize) -> &'a str {
        self.words.get(at).map_or("", String::as_str)
    }

    fn before(&self, at: usize, by: usize) -> &'a str {
        at.checked_sub(by).map_or("", |at| self.word(at))
    }

    fn learn(&mut self, name: &str, type_name: Option<&str>) {
        if let Some(type_name) = type_name.map(|name| self.named(name))
            && is_value(name)
        {
            self.types.insert(name.to_owned(), type_name);
        }
    }

    /// `Self` by its name.
    fn named(&self, type_name: &str) -> String {
        match &self.function.owner {
            Some(owner) if type_name == "Self" => owner.clone(),
            _ => type_name.to_owned(),
        }
    }

    /// `let x = …`, `let x: T`, `let (x, y) = (…, …)`, `if let Some(x) = … {`.
    fn learn_binding(&mut self, at: usize) {
        let at = if self.word(at) == "mut" { at + 1 } else { at };
        match (self.word(at), self.word(at + 1)) {
            ("(", _) => self.learn_pair(at),
            ("Some", "(") if self.word(at + 3) == ")" && self.word(at + 4) == "=" => {
                let end = self.end(at + 5, self.words.len(), "{");
                let value = self.type_of(end - 1);
                self.learn(self.word(at + 2), value.as_deref());
            }
            (name, "=") if is_value(name) => {
                let value = self.type_of(self.end_of_statement(at + 2) - 1);
                self.learn(name, value.as_deref());
            }
            (name, ":") if is_value(name) => {
                let rest = &self.words[at + 2..];
                self.learn(name, first_type(rest));
            }
            _ => {}
        }
    }

    fn learn_pair(&mut self, at: usize) {
        let end = closing(self.words, at);
        let names: Vec<&str> = self.words[at..end]
            .iter()
            .map(String::as_str)
            .filter(|word| is_value(word))
            .collect();
        if self.word(end + 1) != "=" || self.word(end + 2) != "(" {
            return;
        }
        let close = closing(self.words, end + 2);
        let mut begin = end + 3;
        for name in names {
            let end = self.end_of_part(begin, close);
            let value = self.type_of(end - 1);
            self.learn(name, value.as_deref());
            begin = end + 1;
        }
    }

    fn end_of_statement(&self, from: usize) -> usize {
        self.end(from, self.words.len(), ";")
    }

    fn end_of_part(&self, from: usize, close: usize) -> usize {
        self.end(from, close, ",")
    }

    /// Where `sign` stands outside of any brackets.
    fn end(&self, from: usize, last: usize, sign: &str) -> usize {
        let mut at = from;
        while at < last && self.words[at] != sign {
            at = match self.words[at].as_str() {
                "(" | "[" | "{" => closing(self.words, at) + 1,
                _ => at + 1,
            };
        }
        at.min(last)
    }

    /// The type of the expression whose last word is at `at`.
    fn type_of(&self, at: usize) -> Option<String> {
        match self.word(at) {
            "?" => self.type_of(at.checked_sub(1)?),
            "await" if self.before(at, 1) == "." => self.type_of(at.checked_sub(2)?),
            ")" => self.type_of_call(self.opening(at)?.checked_sub(1)?),
            name if is_value(name) && self.before(at, 1) == "." => {
                let owner = self.type_of(at.checked_sub(2)?)?;
                let field = (owner, name.to_owned());
                self.code.fields.get(&field).cloned()
            }
            name => self.types.get(name).cloned(),
        }
    }

    fn type_of_call(&self, name: usize) -> Option<String> {
        if self.before(name, 1) == "." && SAME.contains(&self.word(name)) {
            return self.type_of(name.checked_sub(2)?);
        }
        let called = self.called(name).into_iter().next()?;
        let called = &self.code.functions[called];
        let result = called.result.iter().map(String::as_str);
        let result = first_type(&result.map(str::to_owned).collect::<Vec<_>>())?.to_owned();
        match &called.owner {
            Some(owner) if result == "Self" => Some(owner.clone()),
            _ => Some(result),
        }
    }

    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (0..=close).rev().find(|at| {
            match self.words[*at].as_str() {
                ")" => depth += 1,
                "(" => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    }

    /// The functions that the name at `at` may call or name.
    fn called(&self, at: usize) -> Vec<usize> {
        let name = self.word(at);
        let is_call = self.word(at + 1) == "(";
        match self.before(at, 1) {
            "." if is_call => match at.checked_sub(2).and_then(|base| self.type_of(base)) {
                Some(owner) => self.methods(&owner, name),
                None => Vec::new(),
            },
            "." => Vec::new(),
            "::" if is_type(self.before(at, 2)) => {
                self.methods(&self.named(self.before(at, 2)), name)
            }
            "::" => {
                let mut first = at - 2;
                while self.before(first, 1) == "::" && first >= 2 {
                    first -= 2;
                }
                let crate_name = self.word(first);
                if self
                    .code
                    .functions
                    .iter()
                    .any(|one| one.crate_name == crate_name)
                {
                    return self.free(name, crate_name);
                }
                self.free(name, &self.function.crate_name)
            }
            _ => {
                let own = self.free(name, &self.function.crate_name);
                if own.is_empty() && is_call {
                    return self.imported(name);
                }
                own
            }
        }
    }

    /// Of types of one name the crate's own comes first.
    fn methods(&self, owner: &str, name: &str) -> Vec<usize> {
        let found = self
            .code
            .places(|one| one.owner.as_deref() == Some(owner) && one.name == name);
        let (own, others): (Vec<usize>, Vec<usize>) = found
            .into_iter()
            .partition(|place| self.code.functions[*place].crate_name == self.function.crate_name);
        if own.is_empty() {
            self.shared(others)
        } else {
            own
        }
    }

    fn free(&self, name: &str, crate_name: &str) -> Vec<usize> {
        self.code
            .places(|one| one.owner.is_none() && one.name == name && one.crate_name == crate_name)
    }

    fn imported(&self, name: &str) -> Vec<usize> {
        let found = self
            .code
            .places(|one| one.owner.is_none() && one.name == name);
        self.shared(found)
    }

    /// Nothing is imported from a Lambda function's crate.
    fn shared(&self, mut places: Vec<usize>) -> Vec<usize> {
        places.retain(|place| {
            !self.code.functions[*place]
                .crate_name
                .starts_with(super::FUNCTIONS)
        });
        places
    }
}
