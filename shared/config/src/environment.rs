//! Reading the environment: every fault is collected, none is papered over (D29).

use std::fmt;
use std::str::FromStr;

/// Where variables come from.
type Read = Box<dyn Fn(&str) -> Option<String>>;

/// A reader of environment variables that remembers what was wrong.
///
/// Readers of a missing or malformed variable get a placeholder; nothing made
/// of placeholders is used, because [`Environment::finish`] fails then.
pub struct Environment {
    read: Read,
    faults: Vec<String>,
}

/// Every variable that is missing or malformed, in one message (R138, D29).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the configuration is wrong: {}",
            self.0.join("; ")
        )
    }
}

impl std::error::Error for Faults {}

impl Environment {
    /// The process's environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment is read here and nowhere else"
    )]
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// Any source of variables, for tests.
    pub fn new(read: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self {
            read: Box::new(read),
            faults: Vec::new(),
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        (self.read)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// A variable that must be there and not be empty.
    pub fn required(&mut self, name: &str) -> String {
        match self.value(name) {
            Some(value) => value,
            None => {
                self.fault(format!("Environment variable {name} is required"));
                String::new()
            }
        }
    }

    /// A variable that may be absent or empty.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.value(name)
    }

    /// A variable with a default; a malformed value is a fault, not the default.
    pub fn parsed<T: FromStr>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.value(name) else {
            return default;
        };
        match text.parse() {
            Ok(value) => value,
            Err(_) => {
                self.fault(format!("Environment variable {name} is malformed"));
                default
            }
        }
    }

    /// Notes a fault, once, however many parts meet it.
    pub fn fault(&mut self, message: impl Into<String>) {
        let message = message.into();
        if !self.faults.contains(&message) {
            self.faults.push(message);
        }
    }

    /// Fails if anything was wrong.
    ///
    /// # Errors
    ///
    /// Every fault of the configuration.
    pub fn finish(self) -> Result<(), Faults> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Faults(self.faults))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment::new(|name| match name {
            "PRESENT" => Some(" value ".to_owned()),
            "EMPTY" => Some("  ".to_owned()),
            "NUMBER" => Some("seven".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn every_fault_is_named_in_one_message() {
        let mut environment = environment();
        assert_eq!(environment.required("PRESENT"), "value");
        environment.required("EMPTY");
        environment.required("ABSENT");
        environment.parsed("NUMBER", 7);
        let message = environment.finish().unwrap_err().to_string();
        for part in [
            "EMPTY is required",
            "ABSENT is required",
            "NUMBER is malformed",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_variable_that_two_parts_miss_is_named_once() {
        let mut environment = environment();
        environment.required("ABSENT");
        environment.required("ABSENT");
        let message = environment.finish().unwrap_err().to_string();
        assert_eq!(message.matches("ABSENT").count(), 1, "{message}");
    }

    #[test]
    fn an_absent_variable_with_a_default_is_no_fault() {
        let mut environment = environment();
        assert_eq!(environment.parsed("ABSENT", 10), 10);
        assert_eq!(environment.finish(), Ok(()));
    }
}
