//! Which processors a program was compiled for, by the header of its file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::ffmpeg::Architecture;

const MAGIC: &[u8] = b"\x7fELF";
/// Where the header names the machine: two bytes, the lower one first.
const MACHINE: usize = 18;
const X86_64: u16 = 62;
const AARCH64: u16 = 183;

/// Refuses a program that does not run on `architecture`.
///
/// # Errors
/// The file is missing, no ELF program, or one for other processors.
pub(crate) fn check(program: &Path, architecture: Architecture) -> Result<()> {
    let found = architecture_of(program)
        .with_context(|| format!("{} is no program for Lambda", program.display()))?;
    ensure!(
        found == architecture,
        "{} is compiled for {}, not for {}",
        program.display(),
        found.lambda_name(),
        architecture.lambda_name()
    );
    Ok(())
}

fn architecture_of(program: &Path) -> Result<Architecture> {
    let mut header = [0; MACHINE + 2];
    File::open(program)?.read_exact(&mut header)?;
    ensure!(header.starts_with(MAGIC), "it is no ELF file");
    match u16::from_le_bytes([header[MACHINE], header[MACHINE + 1]]) {
        X86_64 => Ok(Architecture::X86),
        AARCH64 => Ok(Architecture::Arm),
        other => bail!("its machine is number {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the check says of a file that begins with these bytes.
    fn checked(name: &str, bytes: &[u8], architecture: Architecture) -> Result<()> {
        let name = format!("omnigen-elf-{name}-{}", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, bytes)?;
        let result = check(&file, architecture);
        std::fs::remove_file(&file)?;
        result
    }

    fn header(machine: u16) -> Vec<u8> {
        let mut header = vec![0; 64];
        header[..MAGIC.len()].copy_from_slice(MAGIC);
        header[MACHINE..MACHINE + 2].copy_from_slice(&machine.to_le_bytes());
        header
    }

    #[test]
    fn a_program_for_other_processors_is_refused() {
        assert!(checked("a", &header(X86_64), Architecture::X86).is_ok());
        assert!(checked("b", &header(AARCH64), Architecture::Arm).is_ok());
        let error = checked("c", &header(X86_64), Architecture::Arm).expect_err("refused");
        assert!(
            error
                .to_string()
                .contains("compiled for x86_64, not for arm64"),
            "{error}"
        );
        assert!(checked("d", &header(AARCH64), Architecture::X86).is_err());
    }

    #[test]
    fn what_is_no_program_is_refused() {
        assert!(checked("e", b"#!/bin/sh\necho a script\n", Architecture::X86).is_err());
        assert!(checked("f", b"\x7fELF", Architecture::X86).is_err());
        assert!(checked("g", &header(40), Architecture::X86).is_err());
    }

    #[test]
    fn this_program_is_compiled_for_this_machine() {
        let program = std::env::current_exe().expect("a path");
        check(&program, Architecture::host().expect("a host")).expect("it runs here");
    }
}
