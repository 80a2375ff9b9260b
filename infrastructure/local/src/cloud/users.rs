//! The users of the local cloud, and their tokens.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aws;
use crate::cloud::stack::Stack;

/// More films than anybody makes in a month of demos.
const DEMO_QUOTA: u32 = 100_000;
const ADMIN_GROUP: &str = "admin";

/// Who can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Name {
    /// Makes as many films as one likes
    Demo,
    /// An ordinary user with the ordinary quota
    Other,
    /// A member of the group `admin`
    Admin,
}

/// How somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    /// An e-mail address.
    pub(crate) username: String,
    /// Only ever valid on this machine.
    pub(crate) password: String,
}

/// The two kinds of tokens that the API accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenKind {
    /// The access token
    Access,
    /// The ID token
    Id,
}

/// Everybody.
pub(crate) fn all() -> BTreeMap<Name, User> {
    [
        (Name::Demo, "demo"),
        (Name::Other, "other"),
        (Name::Admin, "admin"),
    ]
    .into_iter()
    .map(|(name, word)| {
        let user = User {
            username: format!("{word}@omnigen.local"),
            password: format!("Local-{word}-password-1"),
        };
        (name, user)
    })
    .collect()
}

/// Creates those that are missing, and gives the demo user its quota.
pub(crate) fn create(stack: &Stack) -> Result<()> {
    for (name, user) in &stack.users {
        if token(stack, *name, TokenKind::Id).is_ok() {
            continue;
        }
        let subject = create_one(stack, user)?;
        match name {
            Name::Demo => raise_quota(stack, &subject)?,
            Name::Admin => make_admin(stack, user)?,
            Name::Other => {}
        }
    }
    Ok(())
}

/// A token of a user: Cognito's own sign-in with a password.
pub(crate) fn token(stack: &Stack, name: Name, kind: TokenKind) -> Result<String> {
    let user = stack
        .users
        .get(&name)
        .context("there is no such user in .local/stack.json")?;
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": stack.client_id,
        "AuthParameters": {"USERNAME": user.username, "PASSWORD": user.password},
    });
    let answer = cognito(stack, "InitiateAuth", &body)
        .context("the local cloud gave no token: run `cargo xtask up`")?;
    let field = match kind {
        TokenKind::Access => "/AuthenticationResult/AccessToken",
        TokenKind::Id => "/AuthenticationResult/IdToken",
    };
    text(&answer, field)
}

fn create_one(stack: &Stack, user: &User) -> Result<String> {
    let pool = &stack.user_pool_id;
    let created = cognito(
        stack,
        "AdminCreateUser",
        &json!({
            "UserPoolId": pool,
            "Username": user.username,
            "MessageAction": "SUPPRESS",
            "UserAttributes": [
                {"Name": "email", "Value": user.username},
                {"Name": "email_verified", "Value": "true"},
            ],
        }),
    )?;
    cognito(
        stack,
        "AdminSetUserPassword",
        &json!({
            "UserPoolId": pool,
            "Username": user.username,
            "Password": user.password,
            "Permanent": true,
        }),
    )?;
    subject(&created)
}

fn subject(created: &Value) -> Result<String> {
    created["User"]["Attributes"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|attribute| attribute["Name"] == "sub")
        .and_then(|attribute| attribute["Value"].as_str())
        .map(str::to_owned)
        .context("the created user has no sub")
}

/// The override of the quota is a row of the usage table.
fn raise_quota(stack: &Stack, subject: &str) -> Result<()> {
    let table = stack
        .tables
        .get("usage")
        .context("template.yaml has no usage table")?;
    let body = json!({
        "TableName": table,
        "Item": {
            "userId": {"S": subject},
            "sk": {"S": "quota"},
            "quota": {"N": DEMO_QUOTA.to_string()},
        },
    });
    aws::call(
        &stack.endpoint_url,
        "dynamodb",
        "DynamoDB_20120810.PutItem",
        &body,
    )
    .map(drop)
}

fn make_admin(stack: &Stack, user: &User) -> Result<()> {
    let group = json!({"UserPoolId": stack.user_pool_id, "GroupName": ADMIN_GROUP});
    if cognito(stack, "GetGroup", &group).is_err() {
        cognito(stack, "CreateGroup", &group)?;
    }
    let membership = json!({
        "UserPoolId": stack.user_pool_id,
        "GroupName": ADMIN_GROUP,
        "Username": user.username,
    });
    cognito(stack, "AdminAddUserToGroup", &membership).map(drop)
}

fn cognito(stack: &Stack, operation: &str, body: &Value) -> Result<Value> {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    aws::call(&stack.endpoint_url, "cognito-idp", &target, body)
}

fn text(answer: &Value, pointer: &str) -> Result<String> {
    answer
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("the answer has no {pointer}"))
}
