//! What each function's code can reach of AWS, held against its policy both ways:
//! a right that is missing and a right that nothing uses are red.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use crate::code::{Code, FUNCTIONS, Function};
use crate::sources;

/// An action and, of DynamoDB, the table or `…/index` that it is on.
type Right = (String, String);

/// The SDK's calls, and the rights each takes.
const CALLS: [(&str, &[&str]); 32] = [
    ("get_item", &["dynamodb:GetItem"]),
    ("query", &["dynamodb:Query"]),
    ("scan", &["dynamodb:Scan"]),
    ("update_item", &["dynamodb:UpdateItem"]),
    ("put_item", &["dynamodb:PutItem"]),
    ("delete_item", &["dynamodb:DeleteItem"]),
    ("batch_get_item", &["dynamodb:BatchGetItem"]),
    ("batch_write_item", &["dynamodb:BatchWriteItem"]),
    ("transact_write_items", &[]),
    ("put_object", &["s3:PutObject"]),
    ("get_object", &["s3:GetObject"]),
    ("copy_object", &["s3:PutObject", "s3:GetObject"]),
    // Who may not list is told 403 of what is not there.
    ("head_object", &["s3:GetObject", "s3:ListBucket"]),
    ("delete_object", &["s3:DeleteObject"]),
    // On the condition that the object is unchanged, which reads it.
    ("delete_objects", &["s3:DeleteObject", "s3:GetObject"]),
    ("list_objects_v2", &["s3:ListBucket"]),
    ("head_bucket", &["s3:ListBucket"]),
    ("create_multipart_upload", &["s3:PutObject"]),
    ("upload_part", &["s3:PutObject"]),
    ("complete_multipart_upload", &["s3:PutObject"]),
    ("abort_multipart_upload", &["s3:AbortMultipartUpload"]),
    ("list_parts", &["s3:ListMultipartUploadParts"]),
    ("list_multipart_uploads", &["s3:ListBucketMultipartUploads"]),
    ("send_message", &["sqs:SendMessage"]),
    ("get_queue_attributes", &["sqs:GetQueueAttributes"]),
    (
        "change_message_visibility",
        &["sqs:ChangeMessageVisibility"],
    ),
    ("post_to_connection", &["execute-api:ManageConnections"]),
    ("start_execution", &["states:StartExecution"]),
    ("describe_execution", &["states:DescribeExecution"]),
    ("stop_execution", &["states:StopExecution"]),
    ("send_task_success", &["states:SendTaskSuccess"]),
    ("send_task_failure", &["states:SendTaskFailure"]),
];
const SECRET: (&str, &str) = ("get_secret_value", "secretsmanager:GetSecretValue");
/// The writes of a transaction, by what builds them.
const WRITES: [(&str, &str); 3] = [
    ("Put", "dynamodb:PutItem"),
    ("Update", "dynamodb:UpdateItem"),
    ("Delete", "dynamodb:DeleteItem"),
];
/// The types that stand for a table, and its name in the template.
const TABLES: [(&str, &str); 11] = [
    ("JobsTable", "JobTable"),
    ("UsageTable", "UsageTable"),
    ("SpendingTable", "UsageTable"),
    ("VideosTable", "VideoTable"),
    ("TranscodesTable", "TranscodeTable"),
    ("History", "StatsTable"),
    ("StatsTable", "StatsTable"),
    ("TurnsTable", "StatsTable"),
    ("IdempotencyTable", "IdempotencyTable"),
    ("WebhooksTable", "WebhookTable"),
    ("ConnectionsTable", "ConnectionTable"),
];
/// Reads several tables by one function, so that its rights are told here.
const SCANS: [(&str, &str); 4] = [
    ("dynamodb:Scan", "JobTable"),
    ("dynamodb:Scan", "TranscodeTable"),
    ("dynamodb:Scan", "VideoTable"),
    ("dynamodb:Query", "VideoTable"),
];

#[test]
fn each_function_has_the_rights_that_its_code_uses_and_no_others() -> Result<()> {
    let code = Code::read()?;
    let graph = code.graph();
    let mut faults = Vec::new();
    for (function, properties) in sources::template_functions()? {
        let mut needed = reached(&code, &graph, &function);
        let mut granted = granted(&properties);
        // Who reads may be told by a right to list that an object is not there.
        if needed.contains(&right("s3:GetObject", "")) {
            let list = right("s3:ListBucket", "");
            if !needed.contains(&list) {
                granted.remove(&list);
            }
        }
        needed.retain(|(action, _)| !action.is_empty());
        for missing in needed.difference(&granted) {
            faults.push(format!(
                "{function} may not {missing:?}, which its code can call"
            ));
        }
        for unused in granted.difference(&needed) {
            faults.push(format!(
                "{function} may {unused:?}, which its code never calls"
            ));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    Ok(())
}

/// The handler of such a one works though its request may be refused: it may change nothing
/// but the count.
#[test]
fn what_works_while_its_request_is_counted_only_reads() -> Result<()> {
    let mut readers = 0;
    for (function, properties) in sources::template_functions()? {
        let code = sources::text(&format!("{FUNCTIONS}{function}/src/main.rs"))?;
        if !code.contains(".for_reading()") {
            continue;
        }
        readers += 1;
        let counts = ("dynamodb:UpdateItem".to_owned(), "UsageTable".to_owned());
        for right in granted(&properties) {
            let (action, _) = &right;
            let reads = ["Get", "Query", "BatchGet", "List"].iter().any(|verb| {
                let name = action.split_once(':').map(|(_, name)| name);
                name.is_some_and(|name| name.starts_with(verb))
            });
            assert!(reads || right == counts, "{function} may {right:?}");
        }
    }
    assert!(readers > 10, "only {readers}");
    Ok(())
}

/// Each call of the SDK in `store` is one that the check knows.
#[test]
fn every_call_of_the_sdk_is_known() -> Result<()> {
    let code = Code::read()?;
    let mut calls = 0;
    for function in code
        .functions
        .iter()
        .filter(|one| one.crate_name == "store")
    {
        let words = &function.body;
        for at in 0..words.len().saturating_sub(4) {
            let is_call = words[at] == "client" && words[at + 1] == "." && words[at + 3] == "(";
            let name = &words[at + 2];
            if is_call && words[at + 4] == ")" && name != "clone" {
                assert!(rights_of(name).is_some(), "{name} in {}", function.name);
                calls += 1;
            }
        }
    }
    assert!(calls > 30, "only {calls} calls were found");
    Ok(())
}

/// What the check would be worth if it saw nothing.
#[test]
fn rights_are_found_through_libraries_and_transactions() -> Result<()> {
    let code = Code::read()?;
    let graph = code.graph();
    let create = reached(&code, &graph, "jobs-create");
    for (action, table) in [
        ("dynamodb:PutItem", "JobTable"),
        ("dynamodb:UpdateItem", "UsageTable"),
        ("states:StartExecution", ""),
    ] {
        assert!(create.contains(&right(action, table)), "{action} {table}");
    }
    let list = reached(&code, &graph, "transcodes-list");
    assert!(list.contains(&right("dynamodb:Query", "TranscodeTable/index")));
    Ok(())
}

fn right(action: &str, on: &str) -> Right {
    (action.to_owned(), on.to_owned())
}

fn rights_of(call: &str) -> Option<Vec<&'static str>> {
    if call == SECRET.0 {
        return Some(vec![SECRET.1]);
    }
    let known = CALLS.iter().find(|(name, _)| *name == call);
    known.map(|(_, rights)| rights.to_vec())
}

/// The rights that a function's code can use.
fn reached(code: &Code, graph: &[BTreeSet<usize>], function: &str) -> BTreeSet<Right> {
    let own = format!("{FUNCTIONS}{function}");
    let places = 0..code.functions.len();
    let mut open: Vec<(usize, &str)> = places
        .filter(|place| code.functions[*place].crate_name == own)
        .map(|place| (place, ""))
        .collect();
    let (mut seen, mut rights) = (BTreeSet::new(), BTreeSet::new());
    while let Some((place, callers_table)) = open.pop() {
        let one = &code.functions[place];
        let own_table = TABLES
            .iter()
            .find(|(name, _)| one.owner.as_deref() == Some(*name));
        let table = own_table.map_or(callers_table, |(_, table)| *table);
        if !seen.insert((place, table)) {
            continue;
        }
        rights.extend(used(one, table));
        for called in &graph[place] {
            // A helper of `store` works on the table of who calls it.
            let is_helper = code.functions[*called].crate_name == "store";
            open.push((*called, if is_helper { table } else { "" }));
        }
    }
    rights
}

/// The rights that the function itself uses, on that table.
fn used(function: &Function, table: &str) -> Vec<Right> {
    if function.crate_name != "store" {
        return Vec::new();
    }
    if function.owner.as_deref() == Some("TableScan") {
        return SCANS.map(|(action, table)| right(action, table)).to_vec();
    }
    let words = &function.body;
    let has_index = words.iter().any(|word| word == "index_name");
    let is_bucket = function.owner.as_deref() == Some("Objects");
    let mut rights = Vec::new();
    for at in 2..words.len() {
        let before = [words[at - 2].as_str(), words[at - 1].as_str()];
        let is_call = words.get(at + 1).is_some_and(|word| word == "(")
            && words.get(at + 2).is_some_and(|word| word == ")");
        if before[1] == "." && is_call {
            for action in rights_of(&words[at]).unwrap_or_default() {
                let index = if has_index && action == "dynamodb:Query" {
                    "/index"
                } else {
                    ""
                };
                let is_tables = action.starts_with("dynamodb:");
                let on = if is_tables {
                    format!("{table}{index}")
                } else {
                    String::new()
                };
                rights.push((action.to_owned(), on));
            }
        }
        if before[1] == "::" && words[at] == "builder" && !is_bucket {
            let write = WRITES.iter().find(|(name, _)| *name == before[0]);
            rights.extend(write.map(|(_, action)| right(action, table)));
        }
    }
    rights
}

/// The rights that a function's policy gives.
fn granted(properties: &Value) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    for statement in sources::statements(properties) {
        for action in sources::actions(statement) {
            let resources = match &statement["Resource"] {
                Value::Array(resources) => resources.clone(),
                one => vec![one.clone()],
            };
            for resource in resources {
                rights.insert((action.clone(), table_of(&action, &resource)));
            }
        }
    }
    rights
}

/// `JobTable` of its ARN, `JobTable/index` of an index's; nothing of other services'.
fn table_of(action: &str, resource: &Value) -> String {
    if !action.starts_with("dynamodb:") {
        return String::new();
    }
    let text = resource.to_string();
    let table = TABLES.iter().find(|(_, table)| text.contains(table));
    let index = if text.contains("/index/") {
        "/index"
    } else {
        ""
    };
    format!("{}{index}", table.map_or("", |(_, table)| table))
}
