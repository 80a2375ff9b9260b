"""Breaks one thing at a time on either side, and tells what the comparison does not see."""

import json

import comparison


def unseen(template, parameters, state, allowed):
    """A line for each thing that may be broken without being noticed."""
    found = []
    for name, mutate in IN_TEMPLATE.items():
        broken = copied(template)
        mutate(broken["Resources"])
        if not is_seen(broken, parameters, state, allowed):
            found.append(f"not seen in the template: {name}")
    for name, (kind, mutate) in IN_TERRAFORM.items():
        resources = copied(state["resources"])
        broken = {**state, "resources": resources}
        mutate(resources, next(x for x in resources if x["type"] == kind))
        if not is_seen(template, parameters, broken, allowed):
            found.append(f"not seen in Terraform: {name}")
    print(f"{len(IN_TEMPLATE) + len(IN_TERRAFORM)} things broken, {len(found)} of them not seen")
    return found


def copied(document):
    """A copy of a document of JSON, in a tenth of the time that `copy.deepcopy` takes."""
    return json.loads(json.dumps(document))


def is_seen(template, parameters, state, allowed):
    """What cannot be read is seen as well."""
    try:
        return bool(comparison.compare(template, parameters, state, allowed).problems)
    except (KeyError, IndexError, TypeError):
        return True


def environment(resources):
    return resources["MeFunction"]["Properties"]["Environment"]["Variables"]


def statement(resources):
    return resources["MeFunctionRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]


def paths(resources):
    return resources["Api"]["Properties"]["Body"]["paths"]


def behaviours(resources):
    return properties("SiteDistribution")(resources)["DistributionConfig"]["CacheBehaviors"]


def properties(name):
    return lambda resources: resources[name]["Properties"]


def added(kind, **given):
    return lambda resources: resources.update(Extra={"Type": kind, "Properties": given})


def changed(name, **values):
    return lambda resources: resources[name]["Properties"].update(values)


def without(name, *path):
    def remove(resources):
        place = resources[name]["Properties"]
        for key in path[:-1]:
            place = place[key]
        place.pop(path[-1])

    return remove


IN_TEMPLATE = {
    "a route": lambda r: paths(r).update({"/api/v1/mine": paths(r).pop("/api/v1/me")}),
    "a method": lambda r: paths(r)["/api/v1/me"].update(put=paths(r)["/api/v1/me"].pop("get")),
    "an environment variable": lambda r: environment(r).update(NEW="1"),
    "its value": lambda r: environment(r).update(QUOTA_PER_MONTH="11"),
    "a policy action": lambda r: statement(r)["Action"].append("dynamodb:Scan"),
    "a policy's resource": lambda r: statement(r).update(Resource={"Fn::GetAtt": ["JobTable", "Arn"]}),
    "a schedule": changed("QuotaResetFunctionMonthly", ScheduleExpression="rate(1 day)"),
    "a schedule's absence": lambda r: r.pop("QuotaResetFunctionMonthly"),
    "an alarm": added("AWS::CloudWatch::Alarm", AlarmName="omnigen-extra", Threshold=1),
    "an alarm's threshold": changed("ReconcilerFailuresAlarm", Threshold=4),
    "a widget": lambda r: properties("Dashboard")(r).update(DashboardBody='{"widgets": []}'),
    "a saved query": changed("SlowRequestsQuery", QueryString="filter status = 500"),
    "a trace": without("MeFunction", "TracingConfig"),
    "who is told": changed("AlarmTopic", Subscription=[]),
    "a topic": added("AWS::SNS::Topic", TopicName="omnigen-extra"),
    "memory": changed("MeFunction", MemorySize=512),
    "a time limit": changed("ComposerFunction", Timeout=899),
    "a layer": without("ComposerFunction", "Layers"),
    "a queue's concurrency": changed("TranscodeFailedFunctionMessage", ScalingConfig={"MaximumConcurrency": 3}),
    "an alias": changed("JobsCreateFunctionAliaslive", Name="other"),
    "what an alias is of": lambda r: properties("JobsCreateFunctionAliaslive")(r).update(
        FunctionVersion=properties("JobsCancelFunctionAliaslive")(r)["FunctionVersion"]
    ),
    "an index": without("JobTable", "GlobalSecondaryIndexes", 0),
    "time to live": without("UsageTable", "TimeToLiveSpecification"),
    "a deletion policy": lambda r: r["JobTable"].pop("DeletionPolicy"),
    "how long a message is hidden": changed("TranscodeQueue", VisibilityTimeout=60),
    "a bucket's policy": lambda r: r.pop("AssetsBucketPolicy"),
    "a sign-in flow": without("UserPoolClient", "ExplicitAuthFlows", 0),
    "a property that nobody knows": changed("UserPool", UserPoolTier="PLUS"),
    "a permission": lambda r: r.pop("ReconcilerFunctionExecutionEndedPermission"),
    "a log group's days": changed("FunctionLogGroup", RetentionInDays=30),
    "a stream": without("JobTable", "StreamSpecification"),
    "a live route": lambda r: r.pop("LiveAnyRoute"),
    "an edge function": changed("SiteScreens", FunctionCode="function handler(event) {}"),
    "a page's policy": without(
        "SiteHeaders", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig", "ContentSecurityPolicy"
    ),
    "a firewall": lambda r: properties("SiteDistribution")(r)["DistributionConfig"].update(WebACLId="arn:other"),
    "a path of the distribution": without("SiteDistribution", "DistributionConfig", "CacheBehaviors", 0),
    "a film without a signature": lambda r: behaviours(r)[1]["Fn::If"][1].pop("TrustedKeyGroups"),
    "how long a film is kept": lambda r: properties("MediaCaching")(r)["CachePolicyConfig"].update(DefaultTTL=60),
    "a key": lambda r: properties("MediaKey")(r)["PublicKeyConfig"].update(EncodedKey="other"),
    "the workflow": lambda r: properties("Workflow")(r)["DefinitionSubstitutions"].update(SceneConcurrency="9"),
}


def set_to(**values):
    return lambda resources, resource: resource["values"].update(values)


IN_TERRAFORM = {
    "a route": ("aws_apigatewayv2_route", lambda all_of, one: all_of.remove(one)),
    "an environment variable": (
        "aws_lambda_function",
        lambda all_of, one: one["values"]["environment"][0]["variables"].update(NEW="1"),
    ),
    "a policy": ("aws_iam_role_policy", lambda all_of, one: all_of.remove(one)),
    "a schedule": ("aws_scheduler_schedule", set_to(schedule_expression="rate(1 day)")),
    "an alarm": (
        "aws_lambda_function",
        lambda all_of, one: all_of.append(
            {**one, "type": "aws_cloudwatch_metric_alarm", "values": {"alarm_name": "extra", "threshold": 1}}
        ),
    ),
    "a widget": ("aws_cloudwatch_dashboard", set_to(dashboard_body='{"widgets": []}')),
    "a trace of the workflow": ("aws_sfn_state_machine", set_to(tracing_configuration=[])),
    "an attribute that nobody knows": ("aws_sqs_queue", set_to(delay_seconds=5)),
    "an alias": ("aws_lambda_alias", lambda all_of, one: all_of.remove(one)),
    "an alias's version": ("aws_lambda_alias", set_to(function_version="1")),
    "whose alias may be called": ("aws_lambda_permission", set_to(qualifier=None)),
    "a signer's key": ("aws_cloudfront_key_group", set_to(items=[])),
    "a trigger": ("aws_lambda_event_source_mapping", lambda all_of, one: all_of.remove(one)),
}
