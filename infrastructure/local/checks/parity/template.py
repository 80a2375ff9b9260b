"""The translated template, with values for its parameters put in."""

import re

from mocks import ACCOUNT, REGION
from reading import Seen, seen

# The property with the physical name, and the word for what it names.
NAMES = {
    "AWS::DynamoDB::Table": ("TableName", "table"),
    "AWS::SQS::Queue": ("QueueName", "queue"),
    "AWS::S3::Bucket": ("BucketName", "bucket"),
    "AWS::Lambda::Function": ("FunctionName", "function"),
    "AWS::Lambda::Alias": (None, "alias"),
    "AWS::Lambda::LayerVersion": ("LayerName", "layer"),
    "AWS::SNS::Topic": ("TopicName", "topic"),
    "AWS::Logs::LogGroup": ("LogGroupName", "log group"),
    "AWS::SecretsManager::Secret": ("Name", "secret"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "state machine"),
    "AWS::Cognito::UserPool": ("UserPoolName", "pool"),
    "AWS::Cognito::UserPoolClient": ("ClientName", "client"),
    "AWS::ApiGatewayV2::Api": (None, "api"),
    "AWS::IAM::Role": (None, "role"),
    "AWS::Events::Rule": (None, "rule"),
    "AWS::ApiGatewayV2::Integration": (None, "integration"),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig.Name", "origin access"),
    "AWS::CloudFront::Function": ("Name", "edge function"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig.Name", "headers"),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig.Name", "caching"),
    "AWS::CloudFront::PublicKey": ("PublicKeyConfig.Name", "public key"),
    "AWS::CloudFront::KeyGroup": ("KeyGroupConfig.Name", "key group"),
    "AWS::CloudFront::Distribution": (None, "distribution"),
}
# What `Ref` gives where it is not the name.
REF = {
    "queue": "url", "secret": "arn", "topic": "arn", "state machine": "arn", "layer": "arn", "pool": "id",
    "client": "id", "api": "id", "role": "arn", "integration": "id", "headers": "id", "distribution": "id",
    "caching": "id", "public key": "id", "key group": "id",
    "alias": "arn",
}
ATTRIBUTES = {
    "Arn": "arn", "StreamArn": "stream", "ApiEndpoint": "endpoint", "FunctionARN": "arn", "Id": "id",
    "DomainName": "domain",
}


class Template:
    """Its resources with all values resolved; what is known only later is a token."""

    def __init__(self, document, parameters):
        self.document = document
        self.values = {name: given["Default"] for name, given in document["Parameters"].items()}
        self.values |= parameters | {
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::StackName": "stack",
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/stack/<stack uid>",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self.resources = {
            name: (resource["Type"], seen(self.resolve(resource.get("Properties", {}))), resource)
            for name, resource in document["Resources"].items()
            if self.is_there(resource)
        }

    def of(self, kind):
        """Every resource of a type: its logical id and its properties."""
        return [(name, given) for name, (found, given, _) in self.resources.items() if found == kind]

    def role(self, token):
        """The properties of the role that a token names."""
        return self.resources[re.fullmatch(r"<role (\w+) arn>", token)[1]][1]

    def is_kept(self, logical_id):
        return self.document["Resources"][logical_id].get("DeletionPolicy", "Delete").startswith("Retain")

    def is_there(self, given):
        """Whether a resource or an output is made with these parameters."""
        return "Condition" not in given or self.is_true(self.document["Conditions"][given["Condition"]])

    def outputs(self):
        outputs = self.document["Outputs"]
        return {name: self.resolve(given["Value"]) for name, given in outputs.items() if self.is_there(given)}

    def unread(self):
        """What nobody looked at, by type."""
        for kind, properties, _ in self.resources.values():
            if not properties.asked:
                yield kind, "a resource that no kind reads"
            else:
                yield from properties.unread(kind)

    def resolve(self, value):
        if isinstance(value, list):
            return [child for child in map(self.resolve, value) if child is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, of),) = value.items()
            readers = {
                "Ref": self.ref, "Fn::GetAtt": self.attribute, "Fn::Sub": self.sub,
                "Fn::If": self.choice, "Fn::Join": self.join, "Fn::Select": self.select, "Fn::Split": self.split,
            }
            if key in readers:
                return readers[key](of)
        resolved = {key: self.resolve(child) for key, child in value.items()}
        return {key: child for key, child in resolved.items() if child is not None}

    def choice(self, of):
        condition, yes, no = of
        return self.resolve(yes if self.is_true(self.document["Conditions"][condition]) else no)

    def is_true(self, expression):
        ((key, of),) = expression.items()
        if key == "Condition":
            return self.is_true(self.document["Conditions"][of])
        if key == "Fn::Not":
            return not self.is_true(of[0])
        if key == "Fn::And":
            return all(map(self.is_true, of))
        if key == "Fn::Or":
            return any(map(self.is_true, of))
        one, other = of
        return str(self.resolve(one)) == str(self.resolve(other))

    def join(self, of):
        separator, parts = of
        return separator.join(map(str, self.resolve(parts)))

    def select(self, of):
        index, values = of
        return self.resolve(values)[int(index)]

    def split(self, of):
        separator, value = of
        return self.resolve(value).split(separator)

    def sub(self, of):
        pattern, given = of if isinstance(of, list) else (of, {})

        def put(match):
            name = match[1]
            if name in given:
                return str(self.resolve(given[name]))
            return str(self.attribute(name.split(".")) if "." in name else self.ref(name))

        return re.sub(r"\$\{([^}!]+)\}", put, pattern)

    def ref(self, name):
        if name == "AWS::NoValue":
            return None
        if name in self.values:
            return self.values[name]
        kind = self.document["Resources"][name]["Type"]
        if kind not in NAMES:
            return f"<{name}>"
        word = NAMES[kind][1]
        return self.token(name, REF[word]) if word in REF else self.name(name)

    def attribute(self, of):
        name, attribute = of if isinstance(of, list) else of.split(".")
        token = self.token(name, ATTRIBUTES.get(attribute, attribute))
        # A log group's ARN ends in the streams that it stands for.
        return f"{token}:*" if self.document["Resources"][name]["Type"] == "AWS::Logs::LogGroup" else token

    def token(self, name, attribute):
        kind = self.document["Resources"][name]["Type"]
        word = NAMES[kind][1] if kind in NAMES else kind
        return f"<{word} {self.name(name)} {attribute}>"

    def name(self, logical_id):
        """The physical name, or what stands for it."""
        resource = self.document["Resources"][logical_id]
        properties = resource.get("Properties", {})
        path, word = NAMES.get(resource["Type"], (None, None))
        if word == "api":
            return properties.get("ProtocolType", "HTTP").lower()
        if word == "distribution":
            return "site"
        if word == "alias":
            return f"{self.resolve(properties['FunctionName'])}:{properties['Name']}"
        if path is None:
            return logical_id
        for key in path.split("."):
            properties = properties.get(key, {})
        return self.resolve(properties) or f"<unnamed {word}>"
