//! The users of the local cloud: their names, and signing up and in.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Stack, aws};

/// The demo user's films in a month: practically unlimited.
const DEMO_QUOTA: u32 = 100_000;
const ADMIN_GROUP: &str = "admin";

/// The users that the local cloud always has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Name {
    /// Makes as many films as one likes
    Demo,
    /// An ordinary user with the ordinary quota
    Other,
    /// A member of the group `admin`
    Admin,
}

/// What a user signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// An e-mail address.
    pub username: String,
    /// Valid on this machine only.
    pub password: String,
}

/// The two kinds of tokens that the API accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TokenKind {
    /// The access token
    Access,
    /// The ID token
    Id,
}

/// The tokens of a user who signed in.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The ID token.
    pub id: String,
}

/// All users that the local cloud always has.
pub fn all() -> BTreeMap<Name, User> {
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

/// Creates the users that are missing, and gives the demo user its quota.
///
/// # Errors
/// The local cloud refuses, or is not there.
pub async fn create(stack: &Stack) -> Result<()> {
    for (name, user) in &stack.users {
        if sign_in(stack, &stack.client_id, user).await.is_ok() {
            continue;
        }
        let subject = sign_up(stack, &stack.user_pool_id, user).await?;
        match name {
            Name::Demo => raise_quota(stack, &subject).await?,
            Name::Admin => make_administrator(stack, user).await?,
            Name::Other => {}
        }
    }
    Ok(())
}

/// Signs a user in by password.
///
/// # Errors
/// No such user, a wrong password, or no local cloud.
pub async fn sign_in(stack: &Stack, client: &str, user: &User) -> Result<Tokens> {
    sign_in_with(stack, client, user, &json!({})).await
}

/// Tokens of a user that expired a minute ago.
///
/// # Errors
/// As [`sign_in`].
pub(crate) async fn expired_tokens(stack: &Stack, user: &User) -> Result<Tokens> {
    let lifetime = json!({"lifetimeSeconds": "-60"});
    sign_in_with(stack, &stack.client_id, user, &lifetime).await
}

async fn sign_in_with(
    stack: &Stack,
    client: &str,
    user: &User,
    metadata: &Value,
) -> Result<Tokens> {
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client,
        "AuthParameters": {"USERNAME": user.username, "PASSWORD": user.password},
        "ClientMetadata": metadata,
    });
    let answer = aws::cognito(stack, "InitiateAuth", &body).await?;
    let token = |name: &str| {
        let token = answer["AuthenticationResult"][name].as_str();
        token
            .map(str::to_owned)
            .with_context(|| format!("the sign-in gave no {name}"))
    };
    Ok(Tokens {
        access: token("AccessToken")?,
        id: token("IdToken")?,
    })
}

/// A token of one of the local cloud's users.
///
/// # Errors
/// As [`sign_in`].
pub async fn token(stack: &Stack, name: Name, kind: TokenKind) -> Result<String> {
    let user = stack.users.get(&name).context("there is no such user")?;
    let tokens = sign_in(stack, &stack.client_id, user)
        .await
        .context("the local cloud gave no token: run `cargo xtask up`")?;
    Ok(match kind {
        TokenKind::Access => tokens.access,
        TokenKind::Id => tokens.id,
    })
}

/// Creates a user in any pool; gives the `sub` claim.
///
/// # Errors
/// The user exists, or the local cloud is not there.
pub async fn sign_up(stack: &Stack, pool: &str, user: &User) -> Result<String> {
    let body = json!({
        "UserPoolId": pool,
        "Username": user.username,
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            {"Name": "email", "Value": user.username},
            {"Name": "email_verified", "Value": "true"},
        ],
    });
    let created = aws::cognito(stack, "AdminCreateUser", &body).await?;
    let body = json!({
        "UserPoolId": pool,
        "Username": user.username,
        "Password": user.password,
        "Permanent": true,
    });
    aws::cognito(stack, "AdminSetUserPassword", &body).await?;
    subject(&created["User"]["Attributes"])
}

/// The `sub` among a user's attributes.
pub(crate) fn subject(attributes: &Value) -> Result<String> {
    attributes
        .as_array()
        .into_iter()
        .flatten()
        .find(|attribute| attribute["Name"] == "sub")
        .and_then(|attribute| attribute["Value"].as_str())
        .map(str::to_owned)
        .context("the user has no sub")
}

/// The override of the quota is a row of the usage table.
async fn raise_quota(stack: &Stack, subject: &str) -> Result<()> {
    let body = json!({
        "TableName": stack.table("usage")?,
        "Item": {
            "userId": {"S": subject},
            "sk": {"S": "quota"},
            "quota": {"N": DEMO_QUOTA.to_string()},
        },
    });
    aws::dynamodb(stack, "PutItem", &body).await.map(drop)
}

/// Puts a user into the group `admin` (D31), which is created when it is missing. It stands
/// in tokens that are made from then on.
///
/// # Errors
/// No such user, or no local cloud.
pub async fn make_administrator(stack: &Stack, user: &User) -> Result<()> {
    let group = json!({"UserPoolId": stack.user_pool_id, "GroupName": ADMIN_GROUP});
    if aws::cognito(stack, "GetGroup", &group).await.is_err() {
        aws::cognito(stack, "CreateGroup", &group).await?;
    }
    let membership = json!({
        "UserPoolId": stack.user_pool_id,
        "GroupName": ADMIN_GROUP,
        "Username": user.username,
    });
    aws::cognito(stack, "AdminAddUserToGroup", &membership)
        .await
        .map(drop)
}
