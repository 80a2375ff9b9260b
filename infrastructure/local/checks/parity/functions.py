"""Functions, their layer, and what makes them run."""

import json
import re

from policies import role_in_state, role_in_template
from reading import Seen, first, listed, text, texts, whole


def functions_in_template(template):
    published = {given["FunctionName"] for _, given in template.of("AWS::Lambda::Version")}
    for _, given in template.of("AWS::Lambda::Function"):
        yield given["FunctionName"], {
            "memory": text(given.get("MemorySize", 128)),
            "timeout": text(given.get("Timeout", 3)),
            "scratch": text(given.get("EphemeralStorage", Seen({})).get("Size", 512)),
            "layers": texts(given.get("Layers")),
            "runtime": given["Runtime"],
            "handler": given["Handler"],
            "architectures": texts(given["Architectures"]),
            "log group": given["LoggingConfig"]["LogGroup"],
            "log format": given["LoggingConfig"].get("LogFormat", "Text"),
            "reserved": text(given.get("ReservedConcurrentExecutions", -1)),
            "recursion": given.get("RecursiveLoop", "Terminate"),
            "published": text(given["FunctionName"] in published),
            "tracing": given.get("TracingConfig", Seen({})).get("Mode", "PassThrough"),
            "environment": {name: text(value) for name, value in given["Environment"]["Variables"].items()},
            "role": role_in_template(template, given["Role"]),
        }


def functions_in_state(state):
    recursion = {r["function_name"]: r["recursive_loop"] for r in state.of("aws_lambda_function_recursion_config")}
    for given in state.of("aws_lambda_function"):
        logging = first(given["logging_config"])
        yield given["function_name"], {
            "memory": text(given["memory_size"]),
            "timeout": text(given["timeout"]),
            "scratch": text(first(given["ephemeral_storage"]).get("size", 512)),
            "layers": texts(given["layers"]),
            "runtime": given["runtime"],
            "handler": given["handler"],
            "architectures": texts(given["architectures"]),
            "log group": logging.get("log_group"),
            "log format": logging.get("log_format"),
            "reserved": text(given["reserved_concurrent_executions"]),
            "recursion": recursion.get(given["function_name"], "Terminate"),
            "published": text(given["publish"]),
            "tracing": first(given["tracing_config"]).get("mode", "PassThrough"),
            "environment": whole(first(given["environment"]).get("variables", {})),
            "role": role_in_state(state, given["role"]),
        }


def aliases_in_template(template):
    versions = {f"<AWS::Lambda::Version {name} Version>": given["FunctionName"] for name, given in
                template.of("AWS::Lambda::Version")}
    for _, given in template.of("AWS::Lambda::Alias"):
        yield f"{given['FunctionName']}:{given['Name']}", {"newest of": versions[given["FunctionVersion"]]}


def aliases_in_state(state):
    versions = {given["version"]: given["function_name"] for given in state.of("aws_lambda_function")}
    for given in state.of("aws_lambda_alias"):
        yield f"{given['function_name']}:{given['name']}", {"newest of": versions[given["function_version"]]}


def deployments_in_template(template):
    for name, given in template.of("AWS::CodeDeploy::DeploymentGroup"):
        yield name, {"said": whole(given), "role": role_in_template(template, given["ServiceRoleArn"])}


def deployments_in_state(_):
    return []


def layers_in_template(template):
    for _, given in template.of("AWS::Lambda::LayerVersion"):
        yield given["LayerName"], {
            "description": given["Description"],
            "architectures": texts(given["CompatibleArchitectures"]),
            "runtimes": texts(given["CompatibleRuntimes"]),
            "licence": given["LicenseInfo"],
        }


def layers_in_state(state):
    for given in state.of("aws_lambda_layer_version"):
        yield given["layer_name"], {
            "description": given["description"],
            "architectures": texts(given["compatible_architectures"]),
            "runtimes": texts(given["compatible_runtimes"]),
            "licence": given["license_info"],
        }


def invokers_in_template(template):
    for _, given in template.of("AWS::Lambda::Permission"):
        yield f"{given['Principal']} {given['Action']} {given['FunctionName']}", {}


def invokers_in_state(state):
    for given in state.of("aws_lambda_permission"):
        function, alias = given["function_name"], given["qualifier"]
        called = f"<alias {function}:{alias} arn>" if alias else function
        yield f"{given['principal']} {given['action']} {called}", {}


def sources_in_template(template):
    for _, given in template.of("AWS::Lambda::EventSourceMapping"):
        scaling = given.get("ScalingConfig", Seen({}))
        yield f"{given['EventSourceArn']} to {given['FunctionName']}", {
            "batch": text(given["BatchSize"]),
            "answers": texts(given.get("FunctionResponseTypes")),
            "concurrency": text(scaling.get("MaximumConcurrency")),
            "start": given.get("StartingPosition"),
            "tries": text(given.get("MaximumRetryAttempts", 0)),
            "age": text(given.get("MaximumRecordAgeInSeconds", 0)),
            "filters": sorted(f["Pattern"] for f in given.get("FilterCriteria", Seen({})).get("Filters", [])),
        }


def sources_in_state(state):
    for given in state.of("aws_lambda_event_source_mapping"):
        name = re.sub(r"<function (.*) arn>", r"\1", given["function_name"])
        yield f"{given['event_source_arn']} to {name}", {
            "batch": text(given["batch_size"]),
            "answers": texts(given["function_response_types"]),
            "concurrency": text(first(given["scaling_config"]).get("maximum_concurrency")),
            "start": given["starting_position"],
            "tries": text(given["maximum_retry_attempts"]),
            "age": text(given["maximum_record_age_in_seconds"]),
            "filters": sorted(f["pattern"] for f in first(given["filter_criteria"]).get("filter", [])),
        }


def schedules_in_template(template):
    for _, given in template.of("AWS::Scheduler::Schedule"):
        target = given["Target"]
        yield given["Name"], {
            "expression": given["ScheduleExpression"],
            "zone": given.get("ScheduleExpressionTimezone", "UTC"),
            "state": given.get("State", "ENABLED"),
            "window": given["FlexibleTimeWindow"]["Mode"],
            "target": target["Arn"],
            "input": target.get("Input"),
            "retries": text(target.get("RetryPolicy", Seen({})).get("MaximumRetryAttempts", 185)),
            "role": role_in_template(template, target["RoleArn"]),
        }


def schedules_in_state(state):
    for given in state.of("aws_scheduler_schedule"):
        target = first(given["target"])
        yield given["name"], {
            "expression": given["schedule_expression"],
            "zone": given["schedule_expression_timezone"],
            "state": given["state"] or "ENABLED",
            "window": first(given["flexible_time_window"])["mode"],
            "target": target["arn"],
            "input": target["input"],
            "retries": text(first(target["retry_policy"]).get("maximum_retry_attempts", 185)),
            "role": role_in_state(state, target["role_arn"]),
        }


def rules_in_template(template):
    for _, given in template.of("AWS::Events::Rule"):
        yield json.dumps(whole(given["EventPattern"]), sort_keys=True), {
            "state": given.get("State", "ENABLED"),
            "targets": sorted(target["Arn"] for target in listed(given["Targets"])),
        }


def rules_in_state(state):
    targets = state.of("aws_cloudwatch_event_target")
    for given in state.of("aws_cloudwatch_event_rule"):
        yield json.dumps(json.loads(given["event_pattern"]), sort_keys=True), {
            "state": given["state"] or "ENABLED",
            "targets": sorted(target["arn"] for target in targets if target["rule"] == given["name"]),
        }


def workflows_in_template(template):
    for _, given in template.of("AWS::StepFunctions::StateMachine"):
        definition = given["DefinitionString"]
        for name, value in given["DefinitionSubstitutions"].items():
            definition = definition.replace("${%s}" % name, text(value))
        logging = given["LoggingConfiguration"]
        destinations = [d["CloudWatchLogsLogGroup"]["LogGroupArn"] for d in logging["Destinations"]]
        yield given["StateMachineName"], {
            "definition": json.loads(definition),
            "type": given["StateMachineType"],
            "log level": logging["Level"],
            "log data": text(logging["IncludeExecutionData"]),
            "log group": ", ".join(destinations),
            "tracing": text(given.get("TracingConfiguration", Seen({})).get("Enabled", False)),
            "role": role_in_template(template, given["RoleArn"]),
        }


def workflows_in_state(state):
    for given in state.of("aws_sfn_state_machine"):
        logging = first(given["logging_configuration"])
        yield given["name"], {
            "definition": json.loads(given["definition"]),
            "type": given["type"],
            "log level": logging["level"],
            "log data": text(logging["include_execution_data"]),
            "log group": logging["log_destination"],
            "tracing": text(first(given["tracing_configuration"]).get("enabled", False)),
            "role": role_in_state(state, given["role_arn"]),
        }
