//! The price table: us-east-1, on demand, without taxes and discounts. Where and when each was
//! read stands in `docs/costs.md`, under its unit.

use super::Price;

/// Where these prices hold.
pub const REGION: &str = "us-east-1";
/// When they were gathered.
pub const PRICES_OF: &str = "2026-11-29";

/// Lambda on arm64, a gigabyte-second.
pub const LAMBDA_ARM64_GB_SECOND: Price =
    Price::new("Lambda GB-second", 13_333.4).with_free(400_000.0);
/// Lambda on x86-64, a gigabyte-second.
pub const LAMBDA_X86_64_GB_SECOND: Price =
    Price::new("Lambda GB-second, x86-64", 16_666.7).with_free(400_000.0);
/// A Lambda invocation.
pub const LAMBDA_REQUEST: Price = Price::new("Lambda request", 200.0).with_free(1e6);
/// A function's disk above its 512 MB, a gigabyte-second.
pub const LAMBDA_DISK: Price = Price::new("Lambda disk GB-second", 30.9);
/// A state transition of a Standard workflow.
pub const STATE_TRANSITION: Price = Price::new("state transition", 25_000.0).with_free(4_000.0);
/// A DynamoDB write request unit: a kilobyte of a row, and of each index that it changes; twice
/// that in a transaction.
pub const DYNAMODB_WRITE: Price = Price::new("DynamoDB write unit", 625.0);
/// A DynamoDB read request unit: four kilobytes, or eight that may be a moment old.
pub const DYNAMODB_READ: Price = Price::new("DynamoDB read unit", 125.0);
/// A gigabyte in a table for a month.
pub const DYNAMODB_STORAGE: Price = Price::new("DynamoDB GB-month", 0.25e9).with_free(25.0);
/// A table's gigabyte that can be restored as it was at any second.
pub const DYNAMODB_BACKUP: Price = Price::new("DynamoDB backup GB-month", 0.20e9);
/// An S3 PUT, POST, LIST or part of an upload.
pub const S3_PUT: Price = Price::new("S3 PUT", 5_000.0);
/// An S3 GET or HEAD.
pub const S3_GET: Price = Price::new("S3 GET", 400.0);
/// A gigabyte in a bucket for a month.
pub const S3_STORAGE: Price = Price::new("S3 GB-month", 0.023e9);
/// A gigabyte from a bucket to the internet: films and renditions are not behind CloudFront.
pub const TRAFFIC: Price = Price::new("GB to the internet", 0.09e9)
    .with_free(100.0)
    .with_volumes(&[(10_240.0, 0.085e9), (51_200.0, 0.07e9), (153_600.0, 0.05e9)]);
/// A request through CloudFront: the site's, and its calls of the API.
pub const CLOUDFRONT_REQUEST: Price = Price::new("CloudFront request", 1_000.0).with_free(10e6);
/// A gigabyte from CloudFront to a viewer.
pub const CLOUDFRONT_TRAFFIC: Price = Price::new("CloudFront GB", 0.085e9).with_free(1_024.0);
/// An HTTP API request, 512 KB at most.
pub const HTTP_API_REQUEST: Price =
    Price::new("HTTP API request", 1_000.0).with_volumes(&[(300e6, 900.0)]);
/// A WebSocket message, 32 KB at most.
pub const WEBSOCKET_MESSAGE: Price = Price::new("WebSocket message", 1_000.0);
/// A minute of a WebSocket connection.
pub const WEBSOCKET_MINUTE: Price = Price::new("WebSocket minute", 250.0);
/// A call of SQS, those included that find the queue empty.
pub const SQS_REQUEST: Price = Price::new("SQS request", 400.0).with_free(1e6);
/// A call that EventBridge Scheduler makes.
pub const SCHEDULER_CALL: Price = Price::new("Scheduler call", 1_000.0).with_free(14e6);
/// A gigabyte written to CloudWatch Logs. Five are free, written, kept and searched: here all
/// of them are taken for written ones.
pub const LOGS_WRITTEN: Price = Price::new("log GB written", 0.5e9).with_free(5.0);
/// A gigabyte that CloudWatch Logs keeps for a month.
pub const LOGS_KEPT: Price = Price::new("log GB-month", 0.03e9);
/// A custom metric in each of a month's hours in which it is written.
pub const METRIC: Price = Price::new("custom metric", 0.30e9).with_free(10.0);
/// An alarm for a month.
pub const ALARM: Price = Price::new("alarm", 0.10e9).with_free(10.0);
/// A secret for a month.
pub const SECRET: Price = Price::new("secret", 0.40e9);
/// A call of Secrets Manager.
pub const SECRET_REQUEST: Price = Price::new("secret request", 5_000.0);
/// A person who signs in within a month, in Cognito's tier Essentials.
pub const ACTIVE_USER: Price = Price::new("active user", 0.015e9).with_free(10_000.0);

/// The whole table.
pub const TABLE: [Price; 27] = [
    LAMBDA_ARM64_GB_SECOND,
    LAMBDA_X86_64_GB_SECOND,
    LAMBDA_REQUEST,
    LAMBDA_DISK,
    STATE_TRANSITION,
    DYNAMODB_WRITE,
    DYNAMODB_READ,
    DYNAMODB_STORAGE,
    DYNAMODB_BACKUP,
    S3_PUT,
    S3_GET,
    S3_STORAGE,
    TRAFFIC,
    CLOUDFRONT_REQUEST,
    CLOUDFRONT_TRAFFIC,
    HTTP_API_REQUEST,
    WEBSOCKET_MESSAGE,
    WEBSOCKET_MINUTE,
    SQS_REQUEST,
    SCHEDULER_CALL,
    LOGS_WRITTEN,
    LOGS_KEPT,
    METRIC,
    ALARM,
    SECRET,
    SECRET_REQUEST,
    ACTIVE_USER,
];
