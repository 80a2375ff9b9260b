//! Every key that an object can have, held against the rights of the functions that use it,
//! both ways: a key that no right reaches and a right that reaches no key are red. The local
//! cloud would let it pass.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use domain::ids::{JobId, TranscodeId};
use domain::keys;
use domain::rendition::Quality;
use serde_json::Value;

use crate::sources;

const READ: &str = "s3:GetObject";
const WRITE: &str = "s3:PutObject";
const REMOVE: &str = "s3:DeleteObject";
/// Rights that other rules stand for: parts of uploads go with `PutObject`.
const ACTIONS: [&str; 3] = [READ, WRITE, REMOVE];

/// Who stores outputs of the provider.
const COMPLETES: &[&str] = &["replicate-webhook", "generator", "soundtrack", "reconciler"];
/// Who ends a job, and looks whether its film is there.
const FINISHES: &[&str] = &["job-finisher", "jobs-cancel", "reconciler"];
/// Who shows a film's or a video's picture.
const PICTURES: &[&str] = &[
    "gallery-list",
    "gallery-get",
    "gallery-update",
    "gallery-publish",
    "share-page",
    "share-embed",
    "share-oembed",
];
/// Looks for objects that no record names: it may read and remove everything.
const JANITOR: &str = "storage-janitor";
/// Reports have no key in `domain::keys`.
const REPORTS: &str = "reports/*";

/// Objects of one kind: the function of `domain::keys` that makes their keys, some of the
/// keys, and who does what with them.
struct Kind {
    builder: &'static str,
    keys: Vec<String>,
    uses: Vec<(&'static str, &'static str)>,
}

impl Kind {
    fn new(builder: &'static str, keys: impl Into<Vec<String>>) -> Self {
        let keys = keys.into();
        Self {
            builder,
            keys,
            uses: vec![(JANITOR, READ), (JANITOR, REMOVE)],
        }
    }

    fn used(mut self, action: &'static str, functions: &[&'static str]) -> Self {
        let uses = functions.iter().map(|function| (*function, action));
        self.uses.extend(uses);
        self
    }
}

fn kinds() -> Result<Vec<Kind>> {
    let job: JobId = "0198c0de-0000-7000-8000-000000000001".parse()?;
    let transcode: TranscodeId = "0198c0de-0000-7000-8000-000000000002".parse()?;
    let upload = keys::gallery_upload("user", 17, "holiday.mov");
    let takes = [(1, 1), (12, 1), (1, 2), (12, 345)];
    let scenes = takes.map(|(index, take)| keys::scene(job, index, take));
    let preview = takes.map(|(index, take)| {
        let poster = keys::poster(job, index, take);
        let head = keys::preview_head(job, index, take);
        [poster, head, keys::preview_segment(job, index, take)]
    });
    let [posters, heads, segments] =
        [0, 1, 2].map(|which| preview.clone().map(|keys| keys[which].clone()));
    let prepared = takes.map(|(index, take)| keys::prepared_scene(job, index, take));
    let borders = takes.map(|(index, take)| keys::scene_borders(job, index, take));
    let output = |file: &str| keys::transcode_output(transcode, file);
    let cleaning = ["transcoder", "admin-cleanup-old"];
    let film = |kind: Kind| {
        kind.used(WRITE, &["composer"])
            .used(READ, &["composer"])
            .used(READ, &["jobs-video", "gallery-publish", "gallery-stream"])
            .used(READ, &["transcoder", "share-embed"])
            .used(READ, FINISHES)
    };
    let picture = |kind: Kind| {
        kind.used(WRITE, &["composer"])
            .used(READ, &["jobs-list", "jobs-get", "upload-confirm"])
            .used(READ, PICTURES)
    };
    let of_transcode = |kind: Kind| {
        kind.used(WRITE, &["transcoder"])
            .used(REMOVE, &cleaning)
            .used(READ, &["admin-cleanup-old"])
    };
    let shown = |kind: Kind| {
        of_transcode(kind).used(
            READ,
            &["gallery-stream", "transcodes-download", "share-embed"],
        )
    };
    Ok(vec![
        Kind::new("scene", scenes)
            .used(WRITE, COMPLETES)
            .used(READ, &["scene-preparer", "composer"]),
        Kind::new("prepared_scene", prepared)
            .used(WRITE, &["scene-preparer"])
            .used(READ, &["scene-preparer", "composer"]),
        Kind::new("scene_borders", borders)
            .used(WRITE, &["scene-preparer"])
            .used(READ, &["composer"])
            .used(REMOVE, &["composer"]),
        Kind::new("poster", posters)
            .used(WRITE, &["scene-preparer"])
            .used(READ, &["jobs-get"]),
        Kind::new("preview_head", heads)
            .used(WRITE, &["scene-preparer"])
            .used(READ, &["jobs-preview"]),
        Kind::new("preview_segment", segments)
            .used(WRITE, &["scene-preparer"])
            .used(READ, &["jobs-preview"]),
        Kind::new(
            "soundtrack",
            [1, 345].map(|take| keys::soundtrack(job, take)),
        )
        .used(WRITE, COMPLETES)
        .used(READ, &["composer", "jobs-get"]),
        Kind::new(
            "animatic",
            [1, 50].map(|version| keys::animatic(job, version)),
        )
        .used(WRITE, &["jobs-animatic"])
        .used(READ, &["jobs-animatic"]),
        film(Kind::new("film", [keys::film(job)])),
        film(Kind::new(
            "redone_film",
            [2, 30].map(|run| keys::redone_film(job, run)),
        )),
        picture(Kind::new("thumbnail", [keys::thumbnail(job)])),
        picture(Kind::new(
            "redone_thumbnail",
            [2, 30].map(|run| keys::redone_thumbnail(job, run)),
        )),
        Kind::new("incoming_upload", [keys::incoming_upload(&upload)])
            .used(WRITE, &["upload-generate-url"])
            .used(READ, &["upload-confirm"])
            .used(REMOVE, &["upload-confirm"]),
        Kind::new("gallery_upload", [upload])
            .used(WRITE, &["upload-generate-url", "upload-confirm"])
            .used(
                WRITE,
                &["upload-multipart-create", "upload-multipart-parts"],
            )
            .used(WRITE, &["upload-multipart-complete"])
            .used(READ, &["upload-confirm", "upload-multipart-complete"])
            .used(
                READ,
                &["upload-multipart-abort", "gallery-stream", "transcoder"],
            )
            .used(READ, &["share-embed"])
            .used(REMOVE, &["upload-multipart-abort"]),
        shown(Kind::new(
            "transcode_output",
            ["high.mp4", "preview.gif"].map(output),
        )),
        shown(Kind::new("transcode_output", [output("thumbnail.jpg")]))
            .used(READ, &["upload-confirm"])
            .used(READ, PICTURES),
        shown(Kind::new(
            "transcode_output",
            ["hls/high.mp4", "hls/high.m3u8", "hls/master.m3u8"].map(output),
        ))
        .used(READ, &["gallery-playlist"]),
        of_transcode(Kind::new(
            "transcode_segment",
            [keys::transcode_segment(transcode, 95, Quality::High)],
        ))
        .used(READ, &["transcoder"]),
        of_transcode(Kind::new(
            "transcode_sound",
            [keys::transcode_sound(transcode)],
        ))
        .used(READ, &["transcoder"]),
    ])
}

/// A right on objects: the action, and a pattern of keys.
type Right = (String, String);

/// The rights of each function.
fn rights() -> Result<BTreeMap<String, Vec<Right>>> {
    let functions = sources::template_functions()?.into_iter();
    let rights = functions.map(|(function, properties)| (function, rights_of(&properties)));
    Ok(rights.collect())
}

fn rights_of(properties: &Value) -> Vec<Right> {
    let mut rights = Vec::new();
    for statement in sources::statements(properties) {
        let resources = match &statement["Resource"] {
            Value::Array(resources) => resources.clone(),
            one => vec![one.clone()],
        };
        for resource in &resources {
            let pattern = resource["Fn::Sub"].as_str();
            let Some(pattern) = pattern.and_then(|arn| arn.strip_prefix("${AssetsBucket.Arn}/"))
            else {
                continue;
            };
            let actions = sources::actions(statement).into_iter();
            rights.extend(actions.map(|action| (action, pattern.to_owned())));
        }
    }
    rights
}

/// As IAM does it: `*` stands for any text, slashes included.
fn matches(pattern: &str, key: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = key.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn who_uses_an_object_may_whatever_its_key_is() -> Result<()> {
    let (rights, mut faults) = (rights()?, Vec::new());
    for kind in kinds()? {
        for (function, action) in &kind.uses {
            let rights = rights.get(*function).context(*function)?;
            for key in &kind.keys {
                let may = |(granted, pattern): &Right| granted == action && matches(pattern, key);
                if !rights.iter().any(may) {
                    faults.push(format!("{function} may not {action} {key}"));
                }
            }
        }
    }
    ensure!(faults.is_empty(), "{faults:#?}");
    Ok(())
}

#[test]
fn no_function_has_a_right_on_keys_that_it_does_not_use() -> Result<()> {
    let kinds = kinds()?;
    let mut faults = Vec::new();
    for (function, rights) in rights()? {
        for (action, pattern) in rights {
            let is_used = kinds.iter().any(|kind| {
                let mut uses = kind.uses.iter();
                uses.any(|one| *one == (function.as_str(), action.as_str()))
                    && kind.keys.iter().any(|key| matches(&pattern, key))
            });
            if ACTIONS.contains(&action.as_str()) && pattern != REPORTS && !is_used {
                faults.push(format!(
                    "{function} may {action} {pattern}, of which it uses no key"
                ));
            }
        }
    }
    ensure!(faults.is_empty(), "{faults:#?}");
    Ok(())
}

/// A new kind of key is not forgotten here.
#[test]
fn every_key_that_can_be_made_is_known() -> Result<()> {
    let source = sources::text("shared/domain/src/keys.rs")?;
    let public = source.lines().filter(|line| line.ends_with("-> String {"));
    let names = public.filter_map(|line| line.strip_prefix("pub fn ")?.split('(').next());
    let mut made: BTreeSet<&str> = names.collect();
    ensure!(made.remove("transcode_folder"), "a prefix, no key");
    let kinds = kinds()?;
    let known: BTreeSet<&str> = kinds.iter().map(|kind| kind.builder).collect();
    assert_eq!(made, known);
    Ok(())
}

#[test]
fn patterns_match_as_those_of_iam() {
    let is_film = |key| matches("*/final.mp4", key);
    assert!(is_film("job/final.mp4") && is_film("job/redo-2/final.mp4"));
    assert!(!is_film("job/final-2.mp4") && !is_film("final.mp4"));
    assert!(matches(
        "*/scene-*.mp4",
        "job/prepared/take-2/scene-001.mp4"
    ));
    assert!(!matches("*/scene-*.mp4", "job/scene-001.webm"));
    assert!(matches("gallery/*", "gallery/user/a") && !matches("gallery/*", "x/gallery/"));
    assert!(matches("index.html", "index.html") && !matches("index.html", "index.html5"));
}
