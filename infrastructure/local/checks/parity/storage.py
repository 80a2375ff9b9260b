"""Tables, queues, buckets, the secret, and log groups."""

import json

from policies import statements
from reading import Seen, first, text, texts


def tables_in_template(template):
    for name, given in template.of("AWS::DynamoDB::Table"):
        ttl = given.get("TimeToLiveSpecification", Seen({}))
        recovery = given.get("PointInTimeRecoverySpecification", Seen({}))
        yield given["TableName"], {
            "keys": keys(given["KeySchema"]),
            "billing": given["BillingMode"],
            "attributes": {a["AttributeName"]: a["AttributeType"] for a in given["AttributeDefinitions"]},
            "indexes": {
                index["IndexName"]: {
                    "keys": keys(index["KeySchema"]),
                    "projection": index["Projection"]["ProjectionType"],
                    "attributes": texts(index["Projection"].get("NonKeyAttributes")),
                }
                for index in given.get("GlobalSecondaryIndexes", [])
            },
            "stream": given.get("StreamSpecification", Seen({})).get("StreamViewType"),
            "ttl": ttl.get("AttributeName") if ttl.get("Enabled") else None,
            "recovery": text(recovery.get("PointInTimeRecoveryEnabled", False)),
            "kept": text(template.is_kept(name)),
        }


def keys(schema):
    return [key["AttributeName"] for key in sorted(schema, key=lambda key: key["KeyType"])]


def tables_in_state(state):
    for given in state.of("aws_dynamodb_table"):
        ttl = first(given["ttl"])
        yield given["name"], {
            "keys": [key for key in (given["hash_key"], given["range_key"]) if key],
            "billing": given["billing_mode"],
            "attributes": {a["name"]: a["type"] for a in given["attribute"]},
            "indexes": {
                index["name"]: {
                    "keys": [key for key in (index["hash_key"], index["range_key"]) if key],
                    "projection": index["projection_type"],
                    "attributes": texts(index["non_key_attributes"]),
                }
                for index in given["global_secondary_index"]
            },
            "stream": given["stream_view_type"] if given["stream_enabled"] else None,
            "ttl": ttl.get("attribute_name") if ttl.get("enabled") else None,
            "recovery": text(first(given["point_in_time_recovery"]).get("enabled", False)),
            "kept": text(given["deletion_protection_enabled"]),
        }


def queues_in_template(template):
    for _, given in template.of("AWS::SQS::Queue"):
        redrive = given.get("RedrivePolicy", Seen({}))
        yield given["QueueName"], {
            "hidden": text(given.get("VisibilityTimeout", 30)),
            "kept": text(given["MessageRetentionPeriod"]),
            "encrypted": text(given["SqsManagedSseEnabled"]),
            "dead letters": redrive.get("deadLetterTargetArn"),
            "tries": text(redrive.get("maxReceiveCount")),
        }


def queues_in_state(state):
    for given in state.of("aws_sqs_queue"):
        policy = given["redrive_policy"] or ""
        redrive = json.loads(policy) if policy.startswith("{") else {}
        yield given["name"], {
            "hidden": text(given["visibility_timeout_seconds"]),
            "kept": text(given["message_retention_seconds"]),
            "encrypted": text(given["sqs_managed_sse_enabled"]),
            "dead letters": redrive.get("deadLetterTargetArn"),
            "tries": text(redrive.get("maxReceiveCount")),
        }


def buckets_in_template(template):
    policies = {given["Bucket"]: given["PolicyDocument"] for _, given in template.of("AWS::S3::BucketPolicy")}
    for name, given in template.of("AWS::S3::Bucket"):
        bucket = given.get("BucketName", "<unnamed bucket>")
        (encryption,) = given["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        public = given["PublicAccessBlockConfiguration"]
        yield bucket, {
            "encryption": encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"],
            "closed": sorted(key for key, value in public.items() if value),
            "cors": [
                {
                    "origins": texts(rule["AllowedOrigins"]),
                    "methods": texts(rule["AllowedMethods"]),
                    "headers": texts(rule["AllowedHeaders"]),
                    "exposed": texts(rule["ExposedHeaders"]),
                    "age": text(rule["MaxAge"]),
                }
                for rule in given.get("CorsConfiguration", Seen({})).get("CorsRules", [])
            ],
            "lifecycle": {
                rule["Id"]: {
                    "state": rule["Status"],
                    "abort": text(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]),
                }
                for rule in given.get("LifecycleConfiguration", Seen({})).get("Rules", [])
            },
            "policy": statements(policies[bucket]) if bucket in policies else {},
            "kept": text(template.is_kept(name)),
        }


def buckets_in_state(state):
    def of(kind, name):
        return next((found for found in state.of(kind) if found["bucket"] == name), Seen({}))

    for given in state.of("aws_s3_bucket"):
        name = given["bucket"]
        encryption = first(of("aws_s3_bucket_server_side_encryption_configuration", name).get("rule"))
        public = of("aws_s3_bucket_public_access_block", name)
        policy = of("aws_s3_bucket_policy", name).get("policy")
        closed = {
            "BlockPublicAcls": public.get("block_public_acls"),
            "BlockPublicPolicy": public.get("block_public_policy"),
            "IgnorePublicAcls": public.get("ignore_public_acls"),
            "RestrictPublicBuckets": public.get("restrict_public_buckets"),
        }
        yield name, {
            "encryption": first(encryption.get("apply_server_side_encryption_by_default")).get("sse_algorithm"),
            "closed": sorted(key for key, value in closed.items() if value),
            "cors": [
                {
                    "origins": texts(rule["allowed_origins"]),
                    "methods": texts(rule["allowed_methods"]),
                    "headers": texts(rule["allowed_headers"]),
                    "exposed": texts(rule["expose_headers"]),
                    "age": text(rule["max_age_seconds"]),
                }
                for rule in of("aws_s3_bucket_cors_configuration", name).get("cors_rule", [])
            ],
            "lifecycle": {
                rule["id"]: {
                    "state": rule["status"],
                    "abort": text(first(rule["abort_incomplete_multipart_upload"])["days_after_initiation"]),
                }
                for rule in of("aws_s3_bucket_lifecycle_configuration", name).get("rule", [])
            },
            "policy": statements(json.loads(policy)) if policy else {},
            "kept": text(not given["force_destroy"]),
        }


def secrets_in_template(template):
    for _, given in template.of("AWS::SecretsManager::Secret"):
        yield given["Name"], {"first value": given["SecretString"]}


def secrets_in_state(state):
    versions = {given["secret_id"]: given["secret_string"] for given in state.of("aws_secretsmanager_secret_version")}
    for given in state.of("aws_secretsmanager_secret"):
        yield given["name"], {"first value": versions.get(f"<secret {given['name']} arn>")}


def log_groups_in_template(template):
    for _, given in template.of("AWS::Logs::LogGroup"):
        yield given["LogGroupName"], {"days": text(given["RetentionInDays"])}


def log_groups_in_state(state):
    for given in state.of("aws_cloudwatch_log_group"):
        yield given["name"], {"days": text(given["retention_in_days"])}
