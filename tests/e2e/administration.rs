//! What only administrators may do (D31, R29-R32).

use std::time::Duration;

use anyhow::{Context, Result};
use domain::ids::TranscodeId;
use domain::keys;
use domain::rendition::Quality;
use domain::time::Time;
use domain::transcode::{Transcode, TranscodeFault, TranscodeStatus};
use domain::video::Facts;
use end_to_end::{Answer, Person, stack};
use reqwest::Method;
use serde_json::{Value, json};
use store::{Completion, Lease};

use crate::transcode_fixture::TranscodeFixture;

const DAY: Duration = Duration::from_secs(24 * 3600);
const ROUTES: [(Method, &str); 6] = [
    (Method::GET, "/api/jobs/admin/all"),
    (Method::GET, "/api/jobs/admin/stats"),
    (Method::POST, "/api/jobs/admin/restart-failed"),
    (Method::DELETE, "/api/jobs/admin/cleanup-old?days=3650"),
    (Method::GET, "/api/jobs/admin/dead-letters"),
    (Method::POST, "/api/jobs/admin/dead-letters/redrive"),
];

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn only_administrators_administer() -> Result<()> {
    let stack = stack()?;
    let somebody = Person::sign_up(&stack).await?;
    for (method, path) in ROUTES {
        let answer = Answer::of(somebody.request(method.clone(), path)).await?;
        let refusal = (answer.status, &answer.body["error"]);
        assert_eq!(refusal, (403, &json!("Access denied")), "{method} {path}");
        let nobody = somebody.anonymous(method.clone(), path);
        assert_eq!(Answer::of(nobody).await?.status, 401, "{method} {path}");
    }
    Ok(())
}

impl TranscodeFixture {
    /// A transcode that failed, accepted at that time.
    async fn failed(&self, key: &str, created_at: Time) -> Result<Transcode> {
        let transcode = self.silent(key, &[Quality::Low], created_at).await?;
        let (id, now) = (transcode.id, config::clock::now());
        let taken = self
            .transcodes
            .take(id, "test", now, now.after(DAY))
            .await?;
        let Lease::Taken(state) = taken else {
            anyhow::bail!("somebody has it: {taken:?}");
        };
        let error = TranscodeFault::TranscodingFailed.error();
        self.transcodes
            .fail(
                &self.counters,
                &self.webhooks,
                &state.transcode,
                Some("test"),
                &error,
                now,
            )
            .await?;
        Ok(transcode)
    }
}

impl TranscodeFixture {
    /// A transcode that was completed with two files, accepted at that time.
    async fn completed(&self, created_at: Time) -> Result<TranscodeId> {
        let transcode = self
            .silent("gallery/none", &[Quality::Low], created_at)
            .await?;
        let (id, now, table) = (transcode.id, config::clock::now(), &self.transcodes);
        for name in ["high.mp4", "hls/master.m3u8"] {
            let key = keys::transcode_output(id, name);
            self.objects
                .put_bytes(&key, vec![0; 1000], "video/mp4")
                .await?;
        }
        table.take(id, "test", now, now.after(DAY)).await?;
        table.begin(&self.counters, id, "test", now).await?;
        let facts = Facts {
            file_size: 1,
            duration: None,
            width: 1,
            height: 1,
            rotation: 0,
            video_codec: "h264".to_owned(),
            audio_codec: None,
        };
        table
            .begin_processing(id, "test", &facts, &[], &[], now)
            .await?;
        let made = Completion {
            assets: &[],
            playlist_key: None,
            stored_bytes: 2000,
            video: None,
            webhooks: &self.webhooks,
        };
        let state = table.get(id).await?.context("it is gone")?;
        table
            .complete(
                &self.counters,
                &self.videos,
                &state.transcode,
                "test",
                &made,
                now,
            )
            .await?;
        Ok(id)
    }
}

fn ids(answer: &Answer, list: &str) -> Vec<String> {
    let jobs = answer.body[list].as_array().into_iter().flatten();
    let id = |job: &Value| job["id"].as_str().or(job.as_str()).map(str::to_owned);
    jobs.filter_map(id).collect()
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn everybodys_jobs_are_listed_by_user_status_and_time() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let admin = Person::sign_up_administrator(&stack).await?;
    // In the future: no message of theirs is thought lost and sent meanwhile.
    let start = Time::from_millisecond(4_000_000_000_000);
    let mut made = Vec::new();
    for number in 0..5 {
        let at = start.after(DAY * number);
        made.push(
            fixture
                .silent("gallery/none", &[Quality::Low], at)
                .await?
                .id
                .to_string(),
        );
    }
    made.reverse();
    let user = &fixture.person.user_id;
    let list = |rest: &str| format!("/api/jobs/admin/all?userId={user}{rest}");

    let first = admin.get(&list("&limit=2&page=1")).await?;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(ids(&first, "jobs"), made[..2]);
    let pagination = json!({"total": 5, "page": 1, "limit": 2, "totalPages": 3});
    assert_eq!(first.body["pagination"], pagination);
    let last = admin.get(&list("&limit=2&page=3")).await?;
    assert_eq!(ids(&last, "jobs"), made[4..]);
    let cursor = first.body["nextCursor"].as_str().context("no cursor")?;
    let next = admin
        .get(&list(&format!("&limit=2&cursor={cursor}")))
        .await?;
    assert_eq!(ids(&next, "jobs"), made[2..4]);
    let foreign = format!("/api/jobs/admin/all?limit=2&cursor={cursor}");
    assert_eq!(admin.get(&foreign).await?.status, 400);

    let to = start.after(DAY * 2);
    let some = admin
        .get(&list(&format!("&status=pending&to={to}")))
        .await?;
    assert_eq!(ids(&some, "jobs"), made[2..]);
    let none = admin.get(&list("&status=FAILED")).await?;
    assert_eq!(ids(&none, "jobs"), [""; 0]);
    for wrong in ["&status=x", "&from=yesterday", "&limit=0", "&page=99999"] {
        assert_eq!(admin.get(&list(wrong)).await?.status, 400, "{wrong}");
    }
    for id in &made {
        fixture.withdraw(id.parse()?).await?;
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn statistics_add_up() -> Result<()> {
    let stack = stack()?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let stats = admin.get("/api/jobs/admin/stats").await?;
    assert_eq!(stats.status, 200, "{}", stats.body);
    let number = |name: &str| stats.body[name].as_u64();
    let parts = ["pending", "processing", "completed", "failed", "cancelled"];
    let sum: Option<u64> = parts.iter().map(|name| number(name)).sum();
    assert_eq!(number("totalJobs"), sum, "{}", stats.body);
    for name in ["avgProcessingTime", "totalStorageUsed"] {
        assert!(stats.body[name].is_number(), "{name}: {}", stats.body);
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_failed_is_restarted_when_it_is_named() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let now = config::clock::now();
    let key = fixture
        .source(crate::transcode_fixture::drawn("320x240", 25, 1)?)
        .await?;
    let failed = fixture.failed(&key, now).await?.id;
    let waiting = fixture.silent(&key, &[Quality::Low], now).await?.id;
    let wanted = json!({"jobIds": [failed, waiting], "dryRun": true});
    let path = "/api/jobs/admin/restart-failed";
    let told = admin.post(path, &wanted).await?;
    assert_eq!(told.status, 200, "{}", told.body);
    // Another test may restart whatever failed.
    if fixture.job(&failed.to_string()).await?["status"] == "FAILED" {
        assert_eq!(ids(&told, "jobIds"), [failed.to_string()]);
        let wanted = json!({"jobIds": [failed, waiting]});
        let done = admin.post(path, &wanted).await?;
        assert_eq!(ids(&done, "jobIds"), [failed.to_string()], "{}", done.body);
        assert_eq!(done.body["message"], "1 failed jobs restarted");
    }
    let end = fixture.end(&failed.to_string()).await?;
    assert_eq!(end["status"], "COMPLETED", "{end}");
    let again = admin.post(path, &json!({"jobIds": [failed]})).await?;
    assert_eq!(again.body["message"], "0 failed jobs restarted");
    let waits = fixture
        .transcodes
        .get(waiting)
        .await?
        .context("it is gone")?;
    assert_eq!(waits.transcode.status, TranscodeStatus::Pending);
    fixture.withdraw(waiting).await?;
    let wrong = admin.post(path, &json!({"limit": 101})).await?;
    assert_eq!(wrong.status, 400);
    Ok(())
}

/// Another test may clean up while this one counts; not twice, though.
const TRIES: usize = 3;

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_is_old_goes_with_its_files() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let admin = Person::sign_up_administrator(&stack).await?;
    for wrong in ["days=0", "days=3651", "days=x", "dryRun=1"] {
        assert_eq!(clean_up(&admin, wrong).await?.status, 400, "{wrong}");
    }
    for _ in 0..TRIES {
        if clean_up_counted(&fixture, &admin).await? {
            return Ok(());
        }
    }
    anyhow::bail!("somebody else always totals up")
}

/// `false` when another test cleans up meanwhile.
async fn clean_up_counted(fixture: &TranscodeFixture, admin: &Person) -> Result<bool> {
    // Nothing else of the tests is ten years old.
    let created = Time::from_millisecond(1_400_000_000_000);
    let mut old = Vec::new();
    for _ in 0..3 {
        old.push(fixture.completed(created).await?);
    }
    let told = clean_up(admin, "days=3650&dryRun=true").await?;
    assert_eq!(told.status, 200, "{}", told.body);
    let are_there = fixture.files(&old[0].to_string()).await?.len() == 2;
    let done = clean_up(admin, "days=3650").await?;
    for id in &old {
        assert_eq!(fixture.transcodes.get(*id).await?, None);
        assert!(fixture.files(&id.to_string()).await?.is_empty());
    }
    if !are_there || done.body["deleted"] != 3 {
        return Ok(false);
    }
    assert_eq!(told.body["message"], "3 old jobs would be deleted");
    assert_eq!(done.body["message"], "3 old jobs deleted");
    assert_eq!(done.body["freedBytes"], 6000);
    assert_eq!(told.body["freedBytes"], done.body["freedBytes"]);
    assert_eq!(done.body["remaining"], false);
    let again = clean_up(admin, "days=3650").await?;
    assert_eq!(again.body["freedBytes"], 0);
    Ok(true)
}

async fn clean_up(admin: &Person, query: &str) -> Result<Answer> {
    let path = format!("/api/jobs/admin/cleanup-old?{query}");
    Answer::of(admin.request(Method::DELETE, &path)).await
}
