"""What Terraform made in its tests, with answers that were made up."""

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
    "aws_lambda_layer_version": ("layer_name", "layer", {"arn": "arn"}),
    "aws_cloudwatch_log_group": ("name", "log group", {"arn": "arn"}),
    "aws_secretsmanager_secret": ("name", "secret", {"arn": "arn", "id": "arn"}),
    "aws_sfn_state_machine": ("name", "state machine", {"arn": "arn"}),
    "aws_cognito_user_pool": ("name", "pool", {"id": "id", "arn": "arn"}),
    "aws_cognito_user_pool_client": ("name", "client", {"id": "id"}),
    "aws_apigatewayv2_api": (None, "api", {"id": "id", "api_endpoint": "endpoint", "execution_arn": "execution"}),
    "aws_apigatewayv2_integration": (None, "integration", {"id": "id"}),
    "aws_iam_role": ("name", "role", {"arn": "arn"}),
    "aws_cloudwatch_event_rule": ("name", "rule", {"arn": "arn"}),
}


def states(file):
    """The state after each run, by its name."""
    found = {}
    for line in file.read_text().splitlines():
        message = json.loads(line)
        if message["type"] == "test_state":
            found[message["@testrun"]] = message["test_state"]
    return found


class State:
    """Its resources; ids and ARNs that were made up are tokens, as in the template."""

    def __init__(self, document):
        self.schemas = next(iter(document["provider_schemas"].values()))["resource_schemas"]
        raw = list(resources(document["root_module"]))
        self.tokens = dict(self.named(raw))
        longest_first = sorted(self.tokens, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest_first)))
        self.resources = [
            (resource["type"], resource["address"], seen(self.with_tokens(resource["values"]))) for resource in raw
        ]
        given = document.get("outputs", {})
        self.outputs = {name: self.with_tokens(output["value"]) for name, output in given.items()}

    def named(self, raw):
        for resource in raw:
            if resource["type"] not in NAMES:
                continue
            name, word, attributes = NAMES[resource["type"]]
            values = resource["values"]
            known = values[name] if name else "http" if word == "api" else resource["address"]
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
        return self.pattern.sub(lambda match: self.tokens[match[0]], value)

    def of(self, kind):
        """The attributes of every resource of a type."""
        return [values for found, _, values in self.resources if found == kind]

    def unread(self):
        """What the configuration says and nobody looked at, by type."""
        for kind, _, values in self.resources:
            if not values.asked:
                yield kind, "a resource that no kind reads"
                continue
            for path, value in values.unread(kind):
                schema = attribute(self.schemas[kind]["block"], path.split(".")[1:])
                is_answer = schema.get("computed") and not schema.get("optional")
                if not is_answer and not is_made_up(value, schema):
                    yield path, value


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


def resources(module):
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield resource
    for child in module.get("child_modules", []):
        yield from resources(child)
