//! How the site is served: what the distribution reaches, and what its pages may do.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::sources;

/// Whose names are of the whole account, and where they stand.
const GLOBAL_NAMES: [(&str, &str); 3] = [
    (
        "AWS::CloudFront::OriginAccessControl",
        "/OriginAccessControlConfig/Name",
    ),
    (
        "AWS::CloudFront::ResponseHeadersPolicy",
        "/ResponseHeadersPolicyConfig/Name",
    ),
    ("AWS::CloudFront::Function", "/Name"),
];

fn distribution() -> Result<Value> {
    let template = sources::template()?;
    Ok(template["Resources"]["SiteDistribution"]["Properties"]["DistributionConfig"].clone())
}

fn behaviours(distribution: &Value) -> impl Iterator<Item = &Value> {
    let others = distribution["CacheBehaviors"].as_array();
    std::iter::once(&distribution["DefaultCacheBehavior"]).chain(others.into_iter().flatten())
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
            assert_eq!(resource["Condition"], "HasSite", "{id}");
            conditional += 1;
        }
    }
    assert!(conditional >= 7, "only {conditional} were found");
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
    assert_eq!(named, 4);
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

/// Whether a film may be seen is in no key, so nothing but the API may lead to one.
#[test]
fn no_film_is_behind_the_distribution() -> Result<()> {
    let distribution = distribution()?;
    let origins = distribution["Origins"].as_array().context("no origins")?;
    assert_eq!(origins.len(), 2);
    assert!(!distribution["Origins"].to_string().contains("AssetsBucket"));
    let policy = &sources::template()?["Resources"]["AssetsBucketPolicy"];
    assert!(!policy.to_string().contains("cloudfront"));
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
fn only_the_sites_own_files_are_compressed_and_cached() -> Result<()> {
    for behaviour in behaviours(&distribution()?) {
        let is_site = behaviour["TargetOriginId"] == "site";
        assert_eq!(behaviour["Compress"], is_site, "{behaviour}");
        let disabled = behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
        assert_eq!(disabled, !is_site, "{behaviour}");
    }
    Ok(())
}

#[test]
fn every_answer_carries_the_headers_that_protect_it() -> Result<()> {
    for behaviour in behaviours(&distribution()?) {
        let headers = &behaviour["ResponseHeadersPolicyId"];
        assert_eq!(headers, &json!({"Ref": "SiteHeaders"}), "{behaviour}");
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
