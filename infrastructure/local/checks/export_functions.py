"""Writes the table of functions, alarms, the dashboard and the saved queries that Terraform reads,
from template.yaml.

    python infrastructure/local/checks/export_functions.py [--check]

Each function of the template becomes one record under the name of its folder, with its
routes, queues, schedules and events; the template's parameters stand beside them. A value
that is known only when other things exist stands as ``${Thing.Attribute}``, template syntax
in CloudFormation's Fn::Sub and in Terraform's templatestring alike. What the table has no
words for is an error. With --check the file is compared, not written.
"""

import json
import re
import sys
from pathlib import Path

from translate_sam import translated

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "infrastructure/terraform/functions.json"
PREFIX = "${NamePrefix}-"
MANAGED = "arn:aws:iam::aws:policy/"
# Every function has them.
OF_ALL = {MANAGED + "service-role/AWSLambdaBasicExecutionRole", MANAGED + "AWSXrayWriteOnlyAccess"}
# What `Ref` and an attribute are called in the table, by type or attribute.
REF = {
    "AWS::DynamoDB::Table": "Name",
    "AWS::SQS::Queue": "Url",
    "AWS::S3::Bucket": "Name",
    "AWS::SecretsManager::Secret": "Arn",
    "AWS::Cognito::UserPool": "Id",
    "AWS::Cognito::UserPoolClient": "Id",
    "AWS::ApiGatewayV2::Api": "Id",
    "AWS::CloudFront::PublicKey": "Id",
}
ATTRIBUTES = {"Arn": "Arn", "StreamArn": "StreamArn", "ApiEndpoint": "Endpoint"}
# The part of a stack's id that nobody can guess.
STACK_UID = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
# What the modules say for every function, or make of the table by themselves.
COMMON = {"Code", "Description", "Handler", "Role", "Runtime", "Architectures", "LoggingConfig", "TracingConfig", "Tags"}
FUNCTION = COMMON | {
    "FunctionName", "MemorySize", "Timeout", "EphemeralStorage", "Layers", "Environment",
    "ReservedConcurrentExecutions", "RecursiveLoop",
}
ALIAS = {"Name", "FunctionName", "FunctionVersion"}
SOURCE = {
    "BatchSize", "EventSourceArn", "FunctionName", "FunctionResponseTypes", "ScalingConfig",
    "StartingPosition", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "FilterCriteria",
}
ALARM = {
    "AlarmName", "AlarmDescription", "Namespace", "MetricName", "Dimensions", "Statistic", "Period",
    "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData", "AlarmActions", "OKActions",
}
DASHBOARD = {"DashboardName", "DashboardBody"}
QUERY = {"Name", "LogGroupNames", "QueryString"}
SCHEDULE = {"Name", "ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target"}


def main():
    """Write the table, or say that the one that is there is another."""
    text = dump(table(translated(ROOT / "template.yaml"))) + "\n"
    if "--check" not in sys.argv:
        TABLE.write_text(text)
    elif not TABLE.exists() or TABLE.read_text() != text:
        sys.exit(f"{TABLE.relative_to(ROOT)} is stale: run infrastructure/local/checks/export_functions.py")


def table(template):
    """The whole table of a translated template."""
    values = Values(template)
    functions = {}
    for properties in values.of("AWS::Lambda::Function", FUNCTION):
        functions[folder(values, properties["FunctionName"])] = function(values, properties)
    for given in values.of("AWS::Lambda::Alias", ALIAS):
        functions[values.function(given["FunctionName"]["Ref"])]["alias"] = given["Name"]
    add_routes(values, functions)
    add_triggers(values, functions)
    environments = [set(f["environment"].items()) for f in functions.values()]
    shared = set.intersection(*environments)
    for record in functions.values():
        own = {name: value for name, value in record["environment"].items() if (name, value) not in shared}
        record["environment"] = own
    return {
        # A secret is a variable of its own.
        "parameters": {n: parameter(p) for n, p in template["Parameters"].items() if not p.get("NoEcho")},
        "environment": dict(sorted(shared)),
        "functions": {name: without_empty(record) for name, record in sorted(functions.items())},
        # One that tells nobody is watched by CodeDeploy, which Terraform leaves out.
        "alarms": {folder(values, given["AlarmName"]): alarm(values, given)
                   for given in values.of("AWS::CloudWatch::Alarm", ALARM) if "AlarmActions" in given},
        "dashboards": {values.text(given["DashboardName"]): json.loads(values.text(given["DashboardBody"]))
                       for given in values.of("AWS::CloudWatch::Dashboard", DASHBOARD)},
        "queries": {values.text(given["Name"]): given["QueryString"].split("\n")
                    for given in values.of("AWS::Logs::QueryDefinition", QUERY)},
    }


def parameter(given):
    words = {"AllowedValues": "allowed", "AllowedPattern": "pattern", "MinValue": "least", "MaxValue": "most"}
    return {"default": str(given["Default"])} | {words[k]: v for k, v in given.items() if k in words}


def function(values, properties):
    role = values.resources[properties["Role"]["Fn::GetAtt"][0]]["Properties"]
    statements = [s for policy in role.get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]
    return {
        "memory_size": values.text(properties["MemorySize"]),
        "timeout": properties["Timeout"],
        "ephemeral_storage": properties.get("EphemeralStorage", {}).get("Size"),
        "has_ffmpeg": bool(properties.get("Layers")),
        "reserved_concurrency": values.text(properties.get("ReservedConcurrentExecutions", "")),
        "recursive_loop": properties.get("RecursiveLoop"),
        "alias": None,
        "environment": {k: values.text(v) for k, v in properties["Environment"]["Variables"].items()},
        "managed_policies": [arn.removeprefix(MANAGED) for arn in role["ManagedPolicyArns"] if arn not in OF_ALL],
        "policy": [statement(values, given) for given in statements],
        "routes": [],
        "sources": {},
        "schedules": {},
        "events": {},
    }


def alarm(values, given):
    return {
        "description": given["AlarmDescription"],
        "namespace": given["Namespace"],
        "metric": given["MetricName"],
        "dimensions": {one["Name"]: values.text(one["Value"]) for one in given.get("Dimensions", [])},
        "statistic": given["Statistic"],
        "period": given["Period"],
        "periods": given["EvaluationPeriods"],
        "threshold": given["Threshold"],
        "comparison": given["ComparisonOperator"],
        "missing": given["TreatMissingData"],
    }


def statement(values, given):
    refuse(set(given) - {"Effect", "Action", "Resource"}, "a statement")
    refuse({given["Effect"]} - {"Allow"}, "a statement's effect")
    return {
        "actions": listed(given["Action"]),
        "resources": [values.text(resource) for resource in listed(given["Resource"])],
    }


def add_routes(values, functions):
    for api in values.of("AWS::ApiGatewayV2::Api"):
        for path, operations in sorted(api.get("Body", {}).get("paths", {}).items()):
            for method, operation in sorted(operations.items()):
                refuse({"security"} & set(operation), "a route")
                uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
                name = values.function(re.search(r"functions/\$\{(\w+)", uri)[1])
                route = path if path == "$default" else f"{method.upper()} {path}"
                functions[name]["routes"].append(route)


def add_triggers(values, functions):
    for source in values.of("AWS::Lambda::EventSourceMapping", SOURCE):
        record = {
            "arn": values.text(source["EventSourceArn"]),
            "batch_size": source["BatchSize"],
            "maximum_concurrency": values.text(source.get("ScalingConfig", {}).get("MaximumConcurrency", "")),
            "response_types": source.get("FunctionResponseTypes"),
            "starting_position": source.get("StartingPosition"),
            "maximum_retry_attempts": source.get("MaximumRetryAttempts"),
            "maximum_record_age": source.get("MaximumRecordAgeInSeconds"),
            "filters": [given["Pattern"] for given in source.get("FilterCriteria", {}).get("Filters", [])],
        }
        name = values.function(source["FunctionName"]["Ref"])
        functions[name]["sources"][kebab(source["EventSourceArn"]["Fn::GetAtt"][0])] = without_empty(record)
    for schedule in values.of("AWS::Scheduler::Schedule", SCHEDULE):
        target = schedule["Target"]
        refuse(set(target) - {"Arn", "RoleArn", "RetryPolicy", "Input"}, "a schedule's target")
        record = {
            "expression": schedule["ScheduleExpression"],
            "timezone": schedule.get("ScheduleExpressionTimezone"),
            "input": target.get("Input"),
            "maximum_retry_attempts": target.get("RetryPolicy", {}).get("MaximumRetryAttempts"),
        }
        name = values.function(target["Arn"]["Fn::GetAtt"][0])
        functions[name]["schedules"][folder(values, schedule["Name"])] = without_empty(record)
    for rule in values.of("AWS::Events::Rule", {"EventPattern", "Targets"}):
        pattern = json.dumps(values.filled(rule["EventPattern"]))
        for target in rule["Targets"]:
            name = values.function(target["Arn"]["Fn::GetAtt"][0])
            functions[name]["events"][f"event-{len(functions[name]['events']) + 1}"] = pattern


class Values:
    """The values of a translated template as the table writes them."""

    def __init__(self, template):
        self.resources = template["Resources"]
        self.conditions = template["Conditions"]

    def of(self, kind, known=None):
        """The properties of all resources of a type, and none that is not known."""
        for name, resource in self.resources.items():
            if resource["Type"] == kind:
                if known is not None:
                    refuse(set(resource["Properties"]) - known, name)
                yield resource["Properties"]

    def function(self, logical_id):
        """The folder of a function, or of the one that an alias is of."""
        name = self.resources[logical_id]["Properties"]["FunctionName"]
        return self.function(name["Ref"]) if "Ref" in name else folder(self, name)

    def filled(self, value):
        """A structure with its intrinsic functions as text."""
        if isinstance(value, dict) and not is_intrinsic(value):
            return {key: self.filled(child) for key, child in value.items()}
        if isinstance(value, list):
            return [self.filled(child) for child in value]
        return self.text(value)

    def text(self, value):
        """A value as one text with placeholders in it."""
        if not isinstance(value, dict):
            return str(value)
        if value == STACK_UID:
            return "${AWS.StackUid}"
        ((kind, of),) = value.items()
        readers = {"Ref": self.ref, "Fn::GetAtt": self.attribute, "Fn::Sub": self.sub, "Fn::If": self.choice}
        return readers[kind](of)

    def ref(self, name):
        if name == "AWS::NoValue":
            return ""
        if name.startswith("AWS::"):
            return "${AWS.%s}" % name.removeprefix("AWS::")
        if name in self.resources:
            return "${%s.%s}" % (name, REF[self.resources[name]["Type"]])
        return "${%s}" % name

    def attribute(self, of):
        name, attribute = of
        return "${%s.%s}" % (name, ATTRIBUTES[attribute])

    def sub(self, pattern):
        def put(match):
            name = match[1]
            return self.attribute(name.split(".")) if "." in name else self.ref(name)

        return re.sub(r"\$\{([^}]+)\}", put, pattern)

    def choice(self, of):
        condition, yes, no = of
        test = self.test(self.conditions[condition])
        otherwise = f"%{{ else }}{self.text(no)}" if self.text(no) else ""
        return f"%{{ if {test} }}{self.text(yes)}{otherwise}%{{ endif }}"

    def test(self, expression, same="=="):
        """A condition in Terraform's words."""
        ((kind, of),) = expression.items()
        if kind == "Condition":
            return self.test(self.conditions[of], same)
        if kind == "Fn::And":
            return " && ".join(map(self.test, of))
        if kind == "Fn::Not":
            return self.test(of[0], "!=")
        parameter, other = of
        return f'{parameter["Ref"]} {same} "{other}"'


def folder(values, name):
    """`me` of `omnigen-me`."""
    return values.text(name).removeprefix(PREFIX)


def refuse(unknown, what):
    if unknown:
        sys.exit(f"{what}: functions.json has no words for {', '.join(sorted(unknown))}")


def is_intrinsic(value):
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def listed(value):
    return value if isinstance(value, list) else [value]


def without_empty(record):
    return {key: value for key, value in record.items() if value not in (None, "", [], {}) and value is not False}


def kebab(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def dump(value, indent="", width=110):
    """JSON as a person writes it: what fits on a line stands on one."""
    line = json.dumps(value)
    if len(indent) + len(line) <= width or not isinstance(value, (dict, list)) or not value:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{inner}{json.dumps(key)}: {dump(child, inner, width)}" for key, child in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + dump(child, inner, width) for child in value) + f"\n{indent}]"


if __name__ == "__main__":
    main()
