//! `cargo xtask demo --review`: the storyboard is shown with its price and as a small film,
//! may be changed in `$EDITOR`, and is approved, before anything is paid for its scenes.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use contract::{EditedScene, Storyboard, UpdateStoryboard};
use devcloud::Api;
use serde::{Deserialize, Serialize};

use crate::command::{command, run};
use crate::demo::folder;
use crate::http::{self, wait};
use crate::say;
use crate::workspace::Workspace;

/// What stands in the file that is edited.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    scenes: Vec<EditedScene>,
    music: String,
}

impl Draft {
    fn of(storyboard: &Storyboard) -> Self {
        let scenes = storyboard.scenes.iter().map(|scene| EditedScene {
            title: scene.title.clone(),
            description: scene.description.clone(),
            camera: scene.camera.clone(),
            seconds: scene.seconds,
            transition: scene.transition,
        });
        Self {
            scenes: scenes.collect(),
            music: storyboard.music.description.clone(),
        }
    }
}

/// Shows the storyboard that waits, has it changed as often as wanted, and approves it. On
/// a terminal a person is asked; else `$EDITOR`, where it is set, has its turn once.
pub(super) fn review(workspace: &Workspace, api: &Api, id: &str, out: &Path) -> Result<()> {
    let mut storyboard = wait(api.storyboard(id))?;
    show(&storyboard);
    if !is_asked() {
        if editor().is_some() {
            storyboard = edit(workspace, api, id, &storyboard)?;
            show(&storyboard);
        }
        save_animatic(api, id, out)?;
        return approve(api, id, &storyboard);
    }
    loop {
        say::note(
            "[a] make it, [e] change it in your editor, [p] see it as a small film, [c] cancel it",
        );
        match answer()?.trim() {
            "a" => return approve(api, id, &storyboard),
            "p" => save_animatic(api, id, out)?,
            "e" => match edit(workspace, api, id, &storyboard) {
                Ok(edited) => {
                    storyboard = edited;
                    show(&storyboard);
                }
                // The file keeps what was written, so that it can be mended.
                Err(error) => say::failure(&error),
            },
            "c" => {
                wait(api.cancel_job(id))?;
                bail!("the film was cancelled");
            }
            _ => {}
        }
    }
}

fn approve(api: &Api, id: &str, storyboard: &Storyboard) -> Result<()> {
    wait(api.approve(id, storyboard.version)).map(drop)
}

/// The rhythm of the film, before anything is paid for.
fn save_animatic(api: &Api, id: &str, out: &Path) -> Result<()> {
    let animatic = wait(api.animatic(id))?;
    let file = folder(out)?.join(format!("{id}-animatic-{}.mp4", animatic.version));
    http::download(&animatic.url, &file).context("the animatic could not be fetched")?;
    say::note(&format!("Its animatic is there: {}", file.display()));
    Ok(())
}

/// Which scene of the finished film a person wants made anew, if any.
pub(super) fn scene_to_redo(scenes: u32) -> Result<Option<u32>> {
    if !is_asked() {
        return Ok(None);
    }
    loop {
        say::note(&format!(
            "[1-{scenes}] make that scene anew, [Enter] it is good"
        ));
        let answer = answer()?;
        match answer.trim() {
            "" => return Ok(None),
            number => match number.parse() {
                Ok(scene) if (1..=scenes).contains(&scene) => return Ok(Some(scene)),
                _ => {}
            },
        }
    }
}

/// Whether there is a person to be asked.
fn is_asked() -> bool {
    say::is_watched() && io::stdin().is_terminal()
}

fn answer() -> Result<String> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line)?;
    match read {
        0 => bail!("nobody answers"),
        _ => Ok(line),
    }
}

fn editor() -> Option<OsString> {
    let named = |name: &str| env::var_os(name).filter(|program| !program.is_empty());
    named("VISUAL").or_else(|| named("EDITOR"))
}

/// Opens the storyboard in the editor, and puts what was written in its place.
fn edit(workspace: &Workspace, api: &Api, id: &str, storyboard: &Storyboard) -> Result<Storyboard> {
    let editor = editor().context("set EDITOR to the editor you like")?;
    let file = draft(workspace, id, storyboard)?;
    let mut shell = command("sh", workspace.root());
    run(shell.args(["-c", "$0 \"$1\""]).arg(&editor).arg(&file))?;
    let text = fs::read_to_string(&file)?;
    let draft: Draft = serde_json::from_str(&text).context("the storyboard is not to be read")?;
    let change = UpdateStoryboard {
        version: storyboard.version,
        scenes: draft.scenes,
        music: Some(draft.music),
    };
    wait(api.update_storyboard(id, &change))
}

/// The file of this version; what was written to it before stays.
fn draft(workspace: &Workspace, id: &str, storyboard: &Storyboard) -> Result<PathBuf> {
    let folder = workspace.local_folder("storyboards")?;
    let file = folder.join(format!("{id}-{}.json", storyboard.version));
    if !file.exists() {
        fs::write(&file, serde_json::to_string_pretty(&Draft::of(storyboard))?)?;
    }
    Ok(file)
}

fn show(storyboard: &Storyboard) {
    let line = |number: &str, seconds: f64, price: u64, words: &str| {
        let dollars = domain::prices::usd(price);
        say::note(&format!(
            "{number:>7} {seconds:>6.1} s {dollars:>8.4} USD  {words}"
        ));
    };
    say::note("");
    for scene in &storyboard.scenes {
        let words = format!("{}: {}", scene.title, scene.description);
        let number = scene.index.to_string();
        line(&number, scene.seconds, scene.price_nano_usd, &words);
    }
    let music = &storyboard.music;
    if music.price_nano_usd > 0 {
        let words = &music.description;
        line("music", storyboard.seconds, music.price_nano_usd, words);
    }
    line("in all", storyboard.seconds, storyboard.price_nano_usd, "");
}
