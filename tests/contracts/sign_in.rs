//! What the template says of signing in, held against what the code expects.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::sources;

fn client() -> Result<Value> {
    let template = sources::template()?;
    Ok(template["Resources"]["UserPoolClient"]["Properties"].clone())
}

/// The code flow alone, by a client that has no secret to lose and so needs PKCE.
#[test]
fn the_hosted_ui_gives_codes_and_no_tokens() -> Result<()> {
    let client = client()?;
    assert_eq!(client["AllowedOAuthFlows"], json!(["code"]));
    assert_eq!(client["AllowedOAuthScopes"], json!(["openid", "email"]));
    assert_eq!(client["AllowedOAuthFlowsUserPoolClient"], true);
    assert_eq!(client["GenerateSecret"], false);
    Ok(())
}

#[test]
fn passwords_are_sent_to_the_api_outside_production_only() -> Result<()> {
    let flows = client()?["ExplicitAuthFlows"].to_string();
    let guarded =
        json!({"Fn::If": ["IsProduction", {"Ref": "AWS::NoValue"}, "ALLOW_USER_PASSWORD_AUTH"]});
    assert!(flows.contains(&guarded.to_string()), "{flows}");
    assert_eq!(flows.matches("PASSWORD").count(), 1, "{flows}");
    let condition = &sources::template()?["Conditions"]["IsProduction"];
    let expected = json!({"Fn::Equals": [{"Ref": "Environment"}, "production"]});
    assert_eq!(condition, &expected);
    Ok(())
}

#[test]
fn nobody_makes_an_account_unless_a_parameter_says_so() -> Result<()> {
    let template = sources::template()?;
    assert_eq!(template["Parameters"]["SelfSignUp"]["Default"], "closed");
    let pool = &template["Resources"]["UserPool"]["Properties"];
    let closed = &pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"];
    let expected = json!({"Fn::If": ["IsSelfSignUpClosed", true, false]});
    assert_eq!(closed, &expected);
    Ok(())
}

/// Cognito refuses a client that has both rotation and the flow that does not rotate.
#[test]
fn refresh_tokens_are_rotated_and_revoked() -> Result<()> {
    let client = client()?;
    assert_eq!(client["RefreshTokenRotation"]["Feature"], "ENABLED");
    assert_eq!(client["EnableTokenRevocation"], true);
    let flows = client["ExplicitAuthFlows"].to_string();
    assert!(!flows.contains("REFRESH"), "{flows}");
    Ok(())
}

/// The cookie goes when its token does.
#[test]
fn the_refresh_cookie_lives_as_long_as_its_token() -> Result<()> {
    let client = client()?;
    let source = sources::text("shared/accounts/src/sign_in/cookies.rs")?;
    let days = source
        .split_once("const REFRESH_DAYS: i64 = ")
        .and_then(|(_, rest)| rest.split_once(';'))
        .context("no REFRESH_DAYS")?
        .0;
    assert_eq!(client["TokenValidityUnits"]["RefreshToken"], "days");
    assert_eq!(client["RefreshTokenValidity"].to_string(), days);
    Ok(())
}

/// Who takes a session cookie must know whose pages may write with it.
#[test]
fn whoever_reads_cookies_knows_the_sites_origins() -> Result<()> {
    let mut readers = 0;
    for (function, properties) in sources::template_functions()? {
        let variables = &properties["Environment"]["Variables"];
        if variables.get("COGNITO_CLIENT_ID").is_none() {
            continue;
        }
        let origins = variables["TRUSTED_ORIGINS"]["Fn::Sub"].as_str();
        let expected = "${AllowedOrigin},${SecondAllowedOrigin}";
        assert_eq!(origins, Some(expected), "{function}");
        readers += 1;
    }
    assert!(readers > 20, "only {readers} functions were found");
    Ok(())
}
