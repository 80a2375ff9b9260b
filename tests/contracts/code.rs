//! The source of the functions and libraries, as far as it must be known to tell
//! which function of ours can call which. Read from its words, without types that
//! only a compiler knows: the code is plain enough for that, and a call that is not
//! found shows as a right that nothing uses.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::sources;

mod calls;
mod parse;
mod words;

/// What the crates of Lambda functions begin with here: `functions/me`.
pub(crate) const FUNCTIONS: &str = "functions/";

/// A function of ours.
#[derive(Debug)]
pub(crate) struct Function {
    /// `store`, or `functions/me`.
    pub(crate) crate_name: String,
    /// The type that it belongs to.
    pub(crate) owner: Option<String>,
    pub(crate) name: String,
    parameters: Vec<String>,
    result: Vec<String>,
    /// Its words.
    pub(crate) body: Vec<String>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) functions: Vec<Function>,
    /// The types of fields, by structure and field.
    fields: HashMap<(String, String), String>,
}

impl Code {
    /// Reads every crate in `functions/` and `shared/`.
    pub(crate) fn read() -> Result<Self> {
        let mut code = Self::default();
        for function in sources::functions()? {
            let name = format!("{FUNCTIONS}{function}");
            code.read_folder(&name, &sources::root().join(&name).join("src"))?;
        }
        for entry in fs::read_dir(sources::root().join("shared"))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != "testkit" {
                code.read_folder(&name, &entry.path().join("src"))?;
            }
        }
        Ok(code)
    }

    fn read_folder(&mut self, crate_name: &str, folder: &Path) -> Result<()> {
        for file in sources::rust_files(folder)? {
            self.add(crate_name, &fs::read_to_string(&file)?);
        }
        Ok(())
    }

    /// The calls of each function, in the order of the functions.
    pub(crate) fn graph(&self) -> Vec<BTreeSet<usize>> {
        let functions = self.functions.iter();
        functions.map(|function| self.calls(function)).collect()
    }

    fn places(&self, is_wanted: impl Fn(&Function) -> bool) -> Vec<usize> {
        let functions = self.functions.iter().enumerate();
        let wanted = functions.filter(|(_, function)| is_wanted(function));
        wanted.map(|(place, _)| place).collect()
    }
}
