"""Alarms and who is told of them, the dashboard, the saved queries."""

import json

from reading import text, whole


def topics_in_template(template):
    for _, given in template.of("AWS::SNS::Topic"):
        subscriptions = [(one["Protocol"], one["Endpoint"]) for one in given.get("Subscription", [])]
        yield given["TopicName"], {"told": sorted(subscriptions)}


def topics_in_state(state):
    subscriptions = {}
    for given in state.of("aws_sns_topic_subscription"):
        told = given["protocol"], given["endpoint"]
        subscriptions.setdefault(given["topic_arn"], []).append(told)
    for given in state.of("aws_sns_topic"):
        yield given["name"], {"told": sorted(subscriptions.get(f"<topic {given['name']} arn>", []))}


def alarms_in_template(template):
    for _, given in template.of("AWS::CloudWatch::Alarm"):
        yield given["AlarmName"], {
            "about": given["AlarmDescription"],
            "metric": f"{given['Namespace']} {given['MetricName']}",
            "of": {one["Name"]: one["Value"] for one in given.get("Dimensions", [])},
            "statistic": given["Statistic"],
            "seconds": text(given["Period"]),
            "periods": text(given["EvaluationPeriods"]),
            "threshold": text(given["Threshold"]),
            "comparison": given["ComparisonOperator"],
            "missing": given["TreatMissingData"],
            "told": whole(given.get("AlarmActions", [])),
            "told when it is over": whole(given.get("OKActions", [])),
        }


def alarms_in_state(state):
    for given in state.of("aws_cloudwatch_metric_alarm"):
        yield given["alarm_name"], {
            "about": given["alarm_description"],
            "metric": f"{given['namespace']} {given['metric_name']}",
            "of": whole(given["dimensions"] or {}),
            "statistic": given["statistic"],
            "seconds": text(given["period"]),
            "periods": text(given["evaluation_periods"]),
            "threshold": text(given["threshold"]),
            "comparison": given["comparison_operator"],
            "missing": given["treat_missing_data"],
            "told": whole(given["alarm_actions"]),
            "told when it is over": whole(given["ok_actions"]),
        }


def dashboards_in_template(template):
    for _, given in template.of("AWS::CloudWatch::Dashboard"):
        yield given["DashboardName"], widgets(given["DashboardBody"])


def dashboards_in_state(state):
    for given in state.of("aws_cloudwatch_dashboard"):
        yield given["dashboard_name"], widgets(given["dashboard_body"])


def widgets(body):
    return {widget["properties"]["title"]: widget for widget in json.loads(body)["widgets"]}


def queries_in_template(template):
    for _, given in template.of("AWS::Logs::QueryDefinition"):
        yield given["Name"], {"groups": whole(given["LogGroupNames"]), "query": given["QueryString"]}


def queries_in_state(state):
    for given in state.of("aws_cloudwatch_query_definition"):
        yield given["name"], {"groups": whole(given["log_group_names"]), "query": given["query_string"]}
