"""What Terraform would make by its tests' plans, with answers that are made up."""

import functools
import json
import re

from reading import seen

# The attribute with the physical name, the word for what it names, and the attributes that
# other resources name it by.
NAMES = {
    "aws_dynamodb_table": ("name", "table", {"arn": "arn", "stream_arn": "stream"}),
    "aws_sqs_queue": ("name", "queue", {"arn": "arn", "url": "url"}),
    "aws_s3_bucket": ("bucket", "bucket", {"arn": "arn"}),
    "aws_lambda_function": ("function_name", "function", {"arn": "arn", "invoke_arn": "invoke"}),
    "aws_lambda_alias": ("name", "alias", {"arn": "arn", "invoke_arn": "invoke"}),
    "aws_lambda_layer_version": ("layer_name", "layer", {"arn": "arn"}),
    "aws_cloudwatch_log_group": ("name", "log group", {"arn": "arn"}),
    "aws_sns_topic": ("name", "topic", {"arn": "arn"}),
    "aws_secretsmanager_secret": ("name", "secret", {"arn": "arn", "id": "arn"}),
    "aws_sfn_state_machine": ("name", "state machine", {"arn": "arn"}),
    "aws_cognito_user_pool": ("name", "pool", {"id": "id", "arn": "arn"}),
    "aws_cognito_user_pool_client": ("name", "client", {"id": "id"}),
    "aws_apigatewayv2_api": (None, "api", {"id": "id", "api_endpoint": "endpoint", "execution_arn": "execution"}),
    "aws_apigatewayv2_integration": (None, "integration", {"id": "id"}),
    "aws_iam_role": ("name", "role", {"arn": "arn"}),
    "aws_cloudwatch_event_rule": ("name", "rule", {"arn": "arn"}),
    "aws_cloudfront_origin_access_control": ("name", "origin access", {"id": "id"}),
    "aws_cloudfront_function": ("name", "edge function", {"arn": "arn"}),
    "aws_cloudfront_response_headers_policy": ("name", "headers", {"id": "id"}),
    "aws_cloudfront_cache_policy": ("name", "caching", {"id": "id"}),
    "aws_cloudfront_public_key": ("name", "public key", {"id": "id"}),
    "aws_cloudfront_key_group": ("name", "key group", {"id": "id"}),
    "aws_cloudfront_distribution": (None, "distribution", {"id": "id", "domain_name": "domain"}),
}
PROVIDER = "registry.terraform.io/hashicorp/aws"


def states(file):
    """The state that each run's plan leads to, by the run's name."""
    found = {}
    for line in file.read_text().splitlines():
        message = json.loads(line)
        if message["type"] == "test_plan":
            plan = message["test_plan"]
            found[message["@testrun"]] = {
                "provider_schemas": plan["provider_schemas"],
                "resources": list(resources(plan["resource_changes"])),
                "outputs": {name: output.get("after") for name, output in plan.get("output_changes", {}).items()},
            }
    return found


class State:
    """Its resources; ids and ARNs that were made up are tokens, as in the template."""

    def __init__(self, document):
        self.schemas = document["provider_schemas"][PROVIDER]["resource_schemas"]
        raw = document["resources"]
        self.tokens = tokens(frozenset(dict(self.named(raw)).items()))
        self.resources = [
            (resource["type"], resource["address"], seen(self.with_tokens(resource["values"]))) for resource in raw
        ]
        outputs = {name: self.with_tokens(value) for name, value in document["outputs"].items()}
        self.outputs = {name: value for name, value in outputs.items() if value is not None}

    def named(self, raw):
        for resource in raw:
            values = resource["values"]
            if resource["type"] == "terraform_data":
                yield values["output"], "<stack uid>"
            if resource["type"] not in NAMES:
                continue
            name, word, attributes = NAMES[resource["type"]]
            known = known_name(resource, name, word)
            if word == "bucket" and known != values["bucket"]:
                yield values["bucket"], known
            for attribute, suffix in attributes.items():
                if values.get(attribute):
                    yield values[attribute], f"<{word} {known} {suffix}>"

    def with_tokens(self, value):
        if isinstance(value, dict):
            return {key: self.with_tokens(child) for key, child in value.items()}
        if isinstance(value, list):
            return [self.with_tokens(child) for child in value]
        if not isinstance(value, str):
            return value
        return self.tokens.put(value)

    def of(self, kind):
        """The attributes of every resource of a type."""
        return [values for found, _, values in self.resources if found == kind]

    def unread(self):
        """What the configuration says and nobody looked at, by type."""
        for kind, _, values in self.resources:
            if kind == "terraform_data":
                continue
            if not values.asked:
                yield kind, "a resource that no kind reads"
                continue
            for path, value in values.unread(kind):
                schema = attribute(self.schemas[kind]["block"], path.split(".")[1:])
                is_answer = schema.get("computed") and not schema.get("optional")
                if not is_answer and not is_made_up(value, schema):
                    yield path, value


@functools.cache
def tokens(named):
    """The tokens of a state. Most states have the same: what they were put into is kept."""
    return Tokens(named)


class Tokens:
    """What stands for ids and ARNs that were made up."""

    def __init__(self, named):
        self.tokens = dict(named)
        longest_first = sorted(self.tokens, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest_first)))
        self.known = {}

    def put(self, value):
        """The text with tokens for what was made up."""
        if value not in self.known:
            self.known[value] = self.pattern.sub(lambda match: self.tokens[match[0]], value)
        return self.known[value]


def known_name(resource, name, word):
    """The physical name, or what stands for it in the template as well."""
    values = resource["values"]
    if word == "api":
        return values["protocol_type"].lower()
    if word == "distribution":
        return "site"
    if word == "alias":
        return f"{values['function_name']}:{values['name']}"
    if word == "bucket" and values["bucket_prefix"].endswith("-"):
        return "<unnamed bucket>"
    return values[name] if name else resource["address"]


def attribute(block, path):
    """The schema of an attribute, in blocks or not."""
    name, *rest = path
    if name in block.get("block_types", {}) and rest:
        return attribute(block["block_types"][name]["block"], rest)
    return block.get("attributes", {}).get(name, {})


def is_made_up(value, schema):
    """True for what the configuration leaves to AWS."""
    if value in (None, [], {}, ""):
        return True
    if not schema.get("computed"):
        return False
    return value in (0, False) or bool(isinstance(value, str) and re.fullmatch(r"[a-z0-9]{8}|<.*>", value))


def resources(changes):
    """Everything that would be made; what only AWS can answer is None."""
    for resource in changes:
        change = resource["change"]
        if resource["mode"] == "managed" and change["actions"] == ["create"]:
            answers = dict.fromkeys(name for name, is_one in change["after_unknown"].items() if is_one is True)
            yield resource | {"values": answers | change["after"]}
