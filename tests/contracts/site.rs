//! How the site is served: what the distribution reaches, and what its pages may do.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::sources;

/// Whose names are of the whole account, and where they stand.
const GLOBAL_NAMES: [(&str, &str); 6] = [
    (
        "AWS::CloudFront::OriginAccessControl",
        "/OriginAccessControlConfig/Name",
    ),
    (
        "AWS::CloudFront::ResponseHeadersPolicy",
        "/ResponseHeadersPolicyConfig/Name",
    ),
    ("AWS::CloudFront::Function", "/Name"),
    ("AWS::CloudFront::CachePolicy", "/CachePolicyConfig/Name"),
    ("AWS::CloudFront::PublicKey", "/PublicKeyConfig/Name"),
    ("AWS::CloudFront::KeyGroup", "/KeyGroupConfig/Name"),
];

fn distribution() -> Result<Value> {
    let template = sources::template()?;
    Ok(template["Resources"]["SiteDistribution"]["Properties"]["DistributionConfig"].clone())
}

fn behaviours(distribution: &Value) -> impl Iterator<Item = &Value> {
    let others = distribution["CacheBehaviors"].as_array();
    let others = others.into_iter().flatten().map(with_media);
    std::iter::once(&distribution["DefaultCacheBehavior"]).chain(others)
}

/// What an entry of a list is when films are served as well.
fn with_media(entry: &Value) -> &Value {
    let choice = &entry["Fn::If"];
    if choice[0] == "HasMediaKey" {
        return &choice[1];
    }
    entry
}

/// An account whose owner is not verified yet can make no distribution.
#[test]
fn a_stack_is_the_api_alone_unless_a_parameter_says_otherwise() -> Result<()> {
    let template = sources::template()?;
    assert_eq!(template["Parameters"]["Site"]["Default"], "off");
    let resources = template["Resources"].as_object().context("no resources")?;
    let mut conditional = 0;
    for (id, resource) in resources {
        let kind = resource["Type"].as_str().unwrap_or_default();
        if id.starts_with("Site") || kind.starts_with("AWS::CloudFront::") {
            let is_media = id.starts_with("Media");
            let condition = if is_media { "HasMediaKey" } else { "HasSite" };
            assert_eq!(resource["Condition"], condition, "{id}");
            conditional += 1;
        }
    }
    assert!(conditional >= 12, "only {conditional} were found");
    let needs_site = &template["Conditions"]["HasMediaKey"]["Fn::And"][0];
    assert_eq!(needs_site, &json!({"Condition": "HasSite"}));
    Ok(())
}

/// Two stacks in two regions of one account.
#[test]
fn names_that_are_not_of_a_region_carry_it() -> Result<()> {
    let template = sources::template()?;
    let resources = template["Resources"].as_object().context("no resources")?;
    let mut named = 0;
    for (id, resource) in resources {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let Some((_, place)) = GLOBAL_NAMES.iter().find(|(known, _)| *known == kind) else {
            continue;
        };
        let name = &resource["Properties"].pointer(place).context("no name")?["Fn::Sub"];
        let name = name.as_str().unwrap_or_default();
        assert!(name.starts_with("${NamePrefix}-${AWS::Region}-"), "{id}");
        named += 1;
    }
    assert_eq!(named, 9);
    Ok(())
}

/// Pages for errors would be put in the place of the API's own answers.
#[test]
fn the_apis_errors_stay_its_own() -> Result<()> {
    let distribution = distribution()?;
    assert!(distribution.get("CustomErrorResponses").is_none());
    let api = behaviours(&distribution).find(|one| one["PathPattern"] == "/api/*");
    let api = api.context("the API is not reached")?;
    // It answers methods that it does not know itself.
    assert_eq!(api["AllowedMethods"].as_array().map(Vec::len), Some(7));
    Ok(())
}

/// Whether a film may be seen is in no key, so nothing but the API's links may lead to one.
#[test]
fn a_film_is_served_to_who_brings_a_signed_link_and_to_nobody_else() -> Result<()> {
    let distribution = distribution()?;
    let origins = distribution["Origins"].as_array().context("no origins")?;
    let of_films = |origin: &&Value| origin["DomainName"].to_string().contains("AssetsBucket");
    let films: Vec<&Value> = origins.iter().map(with_media).filter(of_films).collect();
    assert_eq!(films.len(), 1);
    let mut served = 0;
    for behaviour in behaviours(&distribution) {
        if behaviour["TargetOriginId"] == films[0]["Id"] {
            assert_eq!(behaviour["PathPattern"], "/assets/*");
            assert_eq!(behaviour["TrustedKeyGroups"], json!([{"Ref": "MediaKeys"}]));
            served += 1;
        }
    }
    assert_eq!(served, 1);

    // Without a key the bucket lets no distribution in.
    let policy = &sources::template()?["Resources"]["AssetsBucketPolicy"]["Properties"];
    let statements = policy["PolicyDocument"]["Statement"].as_array();
    for statement in statements.context("no statements")? {
        let lets_in = statement.to_string().contains("cloudfront");
        assert_eq!(lets_in, statement["Fn::If"][0] == "HasMediaKey");
    }
    Ok(())
}

/// What users uploaded comes from the site's own origin.
#[test]
fn nothing_that_users_uploaded_runs_on_the_site() -> Result<()> {
    let template = sources::template()?;
    let headers = &template["Resources"]["MediaHeaders"]["Properties"];
    let headers = &headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"];
    assert_eq!(headers["ContentTypeOptions"]["Override"], true);
    let content = &headers["ContentSecurityPolicy"];
    assert_eq!(content["Override"], true);
    let policy = content["ContentSecurityPolicy"].as_str();
    let directives: Vec<&str> = policy.context("no policy")?.split("; ").collect();
    assert!(directives.contains(&"default-src 'none'") && directives.contains(&"sandbox"));
    Ok(())
}

/// Without it the API gets neither cookies nor queries, and with the `Host` it answers nothing.
#[test]
fn all_of_a_request_but_its_host_reaches_the_api() -> Result<()> {
    // AWS's own AllViewerExceptHostHeader.
    let policy = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
    for behaviour in behaviours(&distribution()?) {
        let is_api = behaviour["TargetOriginId"] == "api";
        assert_eq!(behaviour["OriginRequestPolicyId"] == policy, is_api);
    }
    Ok(())
}

/// What answers with secrets of its caller is not compressed beside what others sent.
#[test]
fn the_apis_answers_are_neither_compressed_nor_cached() -> Result<()> {
    for behaviour in behaviours(&distribution()?) {
        let is_site = behaviour["TargetOriginId"] == "site";
        assert_eq!(behaviour["Compress"], is_site, "{behaviour}");
        let disabled = behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
        assert_eq!(
            disabled,
            behaviour["TargetOriginId"] == "api",
            "{behaviour}"
        );
    }
    Ok(())
}

#[test]
fn every_answer_carries_the_headers_that_protect_it() -> Result<()> {
    for behaviour in behaviours(&distribution()?) {
        let is_media = behaviour["TargetOriginId"] == "media";
        let policy = if is_media {
            "MediaHeaders"
        } else {
            "SiteHeaders"
        };
        let headers = &behaviour["ResponseHeadersPolicyId"];
        assert_eq!(headers, &json!({"Ref": policy}), "{behaviour}");
    }
    let template = sources::template()?;
    let config = &template["Resources"]["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"];
    let headers = &config["SecurityHeadersConfig"];
    assert_eq!(
        headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"],
        31_536_000
    );
    assert_eq!(headers["ContentTypeOptions"]["Override"], true);
    let policy = &headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0];
    let policy = policy.as_str().context("no policy")?;
    let directives: Vec<&str> = policy.split("; ").collect();
    for wanted in [
        "default-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(directives.contains(&wanted), "{wanted}: {policy}");
    }
    assert!(!policy.contains("unsafe-eval") && !policy.contains('*'));
    Ok(())
}

/// The address that requests without a token are counted by.
#[test]
fn the_api_believes_the_distribution_by_their_common_secret() -> Result<()> {
    let distribution = distribution()?;
    let mut origins = distribution["Origins"].as_array().into_iter().flatten();
    let api = origins.find(|origin| origin["Id"] == "api");
    let header = &api.context("no origin")?["OriginCustomHeaders"][0];
    assert_eq!(header["HeaderName"], "x-origin-secret");
    let mut readers = 0;
    for (function, properties) in sources::template_functions()? {
        let variables = &properties["Environment"]["Variables"];
        if variables.get("ANONYMOUS_RATE_LIMIT_PER_MIN").is_some() {
            assert_eq!(
                variables["ORIGIN_SECRET"], header["HeaderValue"],
                "{function}"
            );
            readers += 1;
        }
    }
    assert!(readers > 20, "only {readers} functions were found");
    Ok(())
}
