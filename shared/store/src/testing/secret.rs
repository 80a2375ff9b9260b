//! A secret in memory.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_smithy_mocks::{RuleMode, mock, mock_client};

/// A client by which every secret is `text`.
pub fn secret(text: &'static str) -> Client {
    let rules = [mock!(Client::get_secret_value)
        .then_output(move || GetSecretValueOutput::builder().secret_string(text).build())];
    mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, &rules)
}
