//! `.local/stack.json`: everything that a client of the local cloud needs to know.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::cloud::deploy::Deployed;
use crate::cloud::ports::Ports;
use crate::cloud::users::{self, Name, User};
use crate::workspace::Workspace;

/// The id that the launcher gives the HTTP API.
const API_ID: &str = "omnigen";
/// The id that the launcher gives the user pool.
const USER_POOL_ID: &str = "us-east-1_omnigen";

/// The running local cloud, as `.local/stack.json` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stack {
    /// Where the API is; its routes follow, such as `/api/v1/health`.
    pub(crate) api_url: String,
    /// `AWS_ENDPOINT_URL` for any SDK.
    pub(crate) endpoint_url: String,
    /// The region.
    pub(crate) region: String,
    /// Cognito's pool.
    pub(crate) user_pool_id: String,
    /// The pool's client.
    pub(crate) client_id: String,
    /// The pool's public keys.
    pub(crate) jwks_url: String,
    /// The look-alike of the model provider, without `/v1`.
    pub(crate) replicate_url: String,
    /// The workflow.
    pub(crate) state_machine_arn: String,
    /// Table names: `jobs`, `usage`, …
    pub(crate) tables: BTreeMap<String, String>,
    /// Bucket names: `assets`, …
    pub(crate) buckets: BTreeMap<String, String>,
    /// Queue URLs.
    pub(crate) queues: BTreeMap<String, String>,
    /// Function names by the names of their folders.
    pub(crate) functions: BTreeMap<String, String>,
    /// Who can sign in.
    pub(crate) users: BTreeMap<Name, User>,
}

/// The addresses that are known before anything is deployed.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    /// See [`Stack::endpoint_url`].
    pub(crate) endpoint: String,
    /// See [`Stack::api_url`].
    pub(crate) api: String,
    /// See [`Stack::jwks_url`].
    pub(crate) jwks: String,
    /// See [`Stack::replicate_url`].
    pub(crate) replicate: String,
}

impl Addresses {
    /// The addresses on these ports.
    pub(crate) fn on(ports: Ports) -> Self {
        let endpoint = format!("http://127.0.0.1:{}", ports.cloud);
        Self {
            api: format!("{endpoint}/_aws/execute-api/{API_ID}/$default"),
            jwks: format!("{endpoint}/{USER_POOL_ID}/.well-known/jwks.json"),
            replicate: format!("http://127.0.0.1:{}", ports.replicate),
            endpoint,
        }
    }
}

impl Stack {
    /// What was deployed there.
    pub(crate) fn new(addresses: &Addresses, deployed: &Deployed) -> Result<Self> {
        Ok(Self {
            api_url: addresses.api.clone(),
            endpoint_url: addresses.endpoint.clone(),
            region: crate::aws::REGION.to_owned(),
            user_pool_id: deployed.output("UserPoolId")?,
            client_id: deployed.output("ClientId")?,
            jwks_url: addresses.jwks.clone(),
            replicate_url: addresses.replicate.clone(),
            state_machine_arn: deployed.output("StateMachineArn")?,
            tables: deployed.named("AWS::DynamoDB::Table", "Table"),
            buckets: deployed.named("AWS::S3::Bucket", "Bucket"),
            queues: deployed.named("AWS::SQS::Queue", "Queue"),
            functions: deployed.functions(),
            users: users::all(),
        })
    }

    /// The stack of the last `up`.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let text = fs::read_to_string(workspace.local("stack.json"))
            .context("the local cloud is not up: run `cargo xtask up` first")?;
        serde_json::from_str(&text)
            .context(".local/stack.json is not readable: run `cargo xtask up`")
    }

    /// Writes `.local/stack.json`.
    pub(crate) fn write(&self, workspace: &Workspace) -> Result<()> {
        let file = workspace.local_folder("")?.join("stack.json");
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
    }
}
