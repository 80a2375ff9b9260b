//! The yardstick of `cargo xtask bench`: the DynamoDB calls of some routes, by the same
//! runtime and the same client of the SDK, and nothing else. It looks at no token, has no
//! rate limit, and answers how many rows it read.

#![expect(clippy::print_stdout, reason = "a function's log is its stdout")]

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValue};
use config::{Environment, aws, clock};
use lambda_http::http::Uri;
use lambda_http::{Body, Error, Request, Response, run, service_fn};
use tokio::try_join;

type Row = HashMap<String, AttributeValue>;

/// Videos of a page.
const PAGE: usize = 20;
/// Rows that a search reads of each feed.
const FOUND: i32 = 166;
/// Minutes that the limiter's row remembers.
const MINUTES: i64 = 60;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut environment = Environment::of_process();
    let calls = Arc::new(Calls {
        client: Client::new(&aws::for_calls(&environment)),
        usage: environment.required("USAGE_TABLE"),
        jobs: environment.required("JOB_TABLE"),
        videos: environment.required("VIDEO_TABLE"),
        user: environment.required("USER_ID"),
    });
    environment.finish()?;
    run(service_fn(move |request| answer(request, calls.clone()))).await
}

async fn answer(request: Request, calls: Arc<Calls>) -> Result<Response<Body>, Error> {
    // One line, as any function logs: the emulator waits 50 ms for a first one.
    println!("bare");
    let rows = calls.of(request.uri()).await?;
    Ok(Response::new(Body::from(rows.to_string())))
}

struct Calls {
    client: Client,
    usage: String,
    jobs: String,
    videos: String,
    user: String,
}

impl Calls {
    /// Makes the calls of a route, side by side where it makes them so; the rows they read.
    async fn of(&self, uri: &Uri) -> Result<usize, Error> {
        let path = uri.path().split('/').skip_while(|part| *part != "api");
        let path: Vec<&str> = path.collect();
        let word = uri.query().and_then(|query| query.strip_prefix("search="));
        match (&path[..], word) {
            (["api", "v1", "health"], _) => Ok(0),
            (["api", "v1", "me"], _) => Ok(try_join!(self.count(), self.account())?.1),
            (["api", "v1", "jobs", id], _) => Ok(try_join!(self.count(), self.job(id))?.1),
            (["api", "gallery", "videos"], None) => Ok(try_join!(self.count(), self.list())?.1),
            (["api", "gallery", "videos"], Some(word)) => {
                Ok(try_join!(self.count(), self.search(word))?.1)
            }
            (["api", "gallery", "videos", id, "stream"], _) => {
                Ok(try_join!(self.count(), self.video(id))?.1)
            }
            (["api", "gallery", "videos", id], _) => {
                self.count().await?;
                self.view(id).await
            }
            _ => Err(format!("no calls are known of {uri}").into()),
        }
    }

    /// The limiter's call.
    async fn count(&self) -> Result<(), Error> {
        let now = clock::now().as_second();
        let minute = now / 60;
        let name = |minute: i64| format!("m{minute}");
        let old = (2..=MINUTES).map(|before| name(minute - before));
        let old: Vec<String> = old.collect();
        let removed: Vec<String> = old.iter().map(|name| format!("#{name}")).collect();
        let this = format!("#{}", name(minute));
        let mut update = self
            .update(&self.usage, key(("userId", &self.user), ("sk", "rate")))
            .update_expression(format!(
                "SET #expiresAt = :v1 REMOVE {} ADD {this} :v0",
                removed.join(", ")
            ))
            .condition_expression(format!("(attribute_not_exists({this}) OR {this} <= :v2)"))
            .expression_attribute_names("#expiresAt", "expiresAt")
            .expression_attribute_names(&this, name(minute))
            .expression_attribute_values(":v0", number(1))
            .expression_attribute_values(":v1", number(now + MINUTES * 60))
            .expression_attribute_values(":v2", number(10_000_000));
        for name in old {
            update = update.expression_attribute_names(format!("#{name}"), name);
        }
        update.send().await?;
        Ok(())
    }

    async fn account(&self) -> Result<usize, Error> {
        let now = clock::now().to_string();
        let month = format!("month#{}", &now[..7]);
        let rows = ["quota", &month, "holding"];
        let keys = rows.map(|row| key(("userId", &self.user), ("sk", row)));
        self.batch(&self.usage, keys.to_vec()).await
    }

    async fn job(&self, id: &str) -> Result<usize, Error> {
        let rows = self
            .client
            .query()
            .table_name(&self.jobs)
            .key_condition_expression("jobId = :job")
            .expression_attribute_values(":job", text(id))
            .consistent_read(true)
            .send()
            .await?;
        Ok(rows.items().len())
    }

    async fn list(&self) -> Result<usize, Error> {
        let (public, own) = try_join!(
            self.newest("byFeed", "feed", "public"),
            self.newest("byOwner", "userId", &self.user)
        )?;
        let videos = public.iter().chain(&own).take(PAGE);
        let videos = videos.filter_map(|row| Some(row.get("pk")?.as_s().ok()?.clone()));
        let videos = videos.map(|partition| key(("pk", &partition), ("sk", "video")));
        let counts = self.feeds().map(|feed| format!("count#{feed}"));
        let counts = counts
            .iter()
            .map(|partition| key(("pk", partition), ("sk", "count")));
        self.batch(&self.videos, videos.chain(counts).collect())
            .await
    }

    async fn newest(&self, index: &str, attribute: &str, value: &str) -> Result<Vec<Row>, Error> {
        let rows = self
            .client
            .query()
            .table_name(&self.videos)
            .index_name(index)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", attribute)
            .expression_attribute_values(":partition", text(value))
            .scan_index_forward(false)
            .limit(i32::try_from(PAGE + 1)?)
            .send()
            .await?;
        Ok(rows.items.unwrap_or_default())
    }

    async fn search(&self, word: &str) -> Result<usize, Error> {
        let [public, unlisted, private] = self.feeds();
        let (public, unlisted, private) = try_join!(
            self.hits(&public, word),
            self.hits(&unlisted, word),
            self.hits(&private, word)
        )?;
        let hits = [public, unlisted, private].concat();
        let ids = hits.iter().take(PAGE).filter_map(|row| row.get("videoId"));
        let ids = ids.filter_map(|id| id.as_s().ok());
        let keys = ids.map(|id| key(("pk", &format!("video#{id}")), ("sk", "video")));
        self.batch(&self.videos, keys.collect()).await
    }

    async fn hits(&self, feed: &str, word: &str) -> Result<Vec<Row>, Error> {
        let letter = word.chars().next().unwrap_or_default();
        let rows = self
            .client
            .query()
            .table_name(&self.videos)
            .key_condition_expression("pk = :letter AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":letter", text(&format!("term#{feed}#{letter}")))
            .expression_attribute_values(":from", text(word))
            .expression_attribute_values(":to", text(&format!("{word}\u{10FFFF}")))
            .limit(FOUND)
            .consistent_read(true)
            .send()
            .await?;
        Ok(rows.items.unwrap_or_default())
    }

    async fn view(&self, id: &str) -> Result<usize, Error> {
        let viewed = self
            .update(&self.videos, video_key(id))
            .update_expression("ADD #views :v0")
            .condition_expression("#id = :v1 AND (#visibility <> :v2 OR #userId = :v3)")
            .expression_attribute_names("#views", "views")
            .expression_attribute_names("#id", "id")
            .expression_attribute_names("#visibility", "visibility")
            .expression_attribute_names("#userId", "userId")
            .expression_attribute_values(":v0", number(1))
            .expression_attribute_values(":v1", text(id))
            .expression_attribute_values(":v2", text("private"))
            .expression_attribute_values(":v3", text(&self.user))
            .send()
            .await?;
        Ok(usize::from(viewed.attributes.is_some()))
    }

    async fn video(&self, id: &str) -> Result<usize, Error> {
        let row = self
            .client
            .get_item()
            .table_name(&self.videos)
            .set_key(Some(video_key(id)))
            .consistent_read(true)
            .send()
            .await?;
        Ok(usize::from(row.item.is_some()))
    }

    fn update(&self, table: &str, key: Row) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(table);
        update.set_key(Some(key)).return_values(ReturnValue::AllNew)
    }

    async fn batch(&self, table: &str, keys: Vec<Row>) -> Result<usize, Error> {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build()?;
        let read = self.client.batch_get_item().request_items(table, keys);
        let rows = read.send().await?.responses.unwrap_or_default();
        Ok(rows.values().map(Vec::len).sum())
    }

    /// The feeds that the user may see.
    fn feeds(&self) -> [String; 3] {
        let own = |visibility: &str| format!("{visibility}#{}", self.user);
        ["public".to_owned(), own("unlisted"), own("private")]
    }
}

fn video_key(id: &str) -> Row {
    key(("pk", &format!("video#{id}")), ("sk", "video"))
}

fn key(partition: (&str, &str), sort: (&str, &str)) -> Row {
    let attributes = [partition, sort].map(|(name, value)| (name.to_owned(), text(value)));
    Row::from(attributes)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
