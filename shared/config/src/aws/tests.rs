use aws_credential_types::provider::ProvideCredentials;

use super::*;

fn environment(names: &'static [&'static str]) -> Environment {
    Environment::new(|name| names.contains(&name).then(|| name.to_lowercase()))
}

#[tokio::test]
async fn the_configuration_is_what_lambda_sets() {
    let names = &[
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
    ];
    let config = of(&environment(names), limits(Duration::MAX, Duration::MAX));
    assert_eq!(config.region().unwrap().as_ref(), "aws_region");
    assert_eq!(config.endpoint_url(), Some("aws_endpoint_url"));
    let provider = config.credentials_provider().unwrap();
    let credentials = provider.provide_credentials().await.unwrap();
    assert_eq!(credentials.access_key_id(), "aws_access_key_id");
    assert_eq!(credentials.secret_access_key(), "aws_secret_access_key");
    assert_eq!(credentials.session_token(), Some("aws_session_token"));
}

#[tokio::test]
async fn half_a_pair_of_keys_is_none() {
    let config = of(
        &environment(&["AWS_ACCESS_KEY_ID"]),
        limits(Duration::MAX, Duration::MAX),
    );
    assert!(config.credentials_provider().is_none());
    assert!(config.region().is_none());
    assert!(config.endpoint_url().is_none());
}

#[test]
fn files_have_more_time_and_the_same_else() {
    let environment = environment(&[]);
    let (calls, files) = (for_calls(&environment), for_files(&environment));
    let attempt = |config: &SdkConfig| {
        let timeouts = config.timeout_config().unwrap();
        timeouts.operation_attempt_timeout().unwrap()
    };
    assert!(attempt(&files) > attempt(&calls));
    assert_eq!(
        calls.retry_config().unwrap().max_attempts(),
        files.retry_config().unwrap().max_attempts()
    );
}
