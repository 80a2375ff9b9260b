"""Asks a stack the operator's first ten questions, and prints the answers on one screen.

    python infrastructure/local/status.py PREFIX API

PREFIX is the stack's NamePrefix: a stack made by SAM and one made by Terraform have the same
names. API is its address. Nothing is written. Where and as whom it asks is the matter of AWS's
own settings: region, credentials and, for the local cloud, AWS_ENDPOINT_URL. The exit status is
0 when all is well, 1 when something wants to be looked at, 2 when a question has no answer.
"""

import json
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import BotoCoreError, ClientError

# How long the oldest transcode may wait.
LONGEST_WAIT = timedelta(minutes=15)
# The reconciler runs every minute.
LONGEST_SILENCE = timedelta(minutes=4)
# Log events that are read of an hour, and kinds of errors that are named.
EVENTS, NAMED = 1_000, 3


@dataclass
class Answer:
    """What was found, and whether it is as it should be."""

    is_well: bool
    text: str


class Stack:
    """A stack as it stands at one moment."""

    def __init__(self, prefix, api, now):
        self.prefix, self.api, self.now = prefix, api.rstrip("/"), now

    def client(self, service):
        return boto3.client(service)

    def row(self, table, **key):
        """A row of a table, with Python's values; empty when there is none."""
        found = boto3.resource("dynamodb").Table(f"{self.prefix}-{table}").get_item(Key=key)
        return found.get("Item", {})

    def first(self, table, index, name, value):
        """How many rows an index holds under a value, and the oldest of them."""
        found = boto3.resource("dynamodb").Table(f"{self.prefix}-{table}").query(
            IndexName=index, KeyConditionExpression=Key(name).eq(value)
        )
        rows = found["Items"]
        return len(rows), (rows[0] if rows else None), "LastEvaluatedKey" in found

    def lines(self, words, since, **wanted):
        """What the functions logged since a time with these words and fields, and when; as far
        as the first pages go."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{self.prefix}",
            filterPattern=words,
            startTime=int(since.timestamp() * 1000),
            PaginationConfig={"MaxItems": EVENTS},
        )
        events = ((event["timestamp"] / 1000, fields(event["message"])) for page in pages for event in page["events"])
        return [(at, line) for at, line in events if wanted.items() <= line.items()]

    def messages(self, queue):
        """How many messages wait in a queue, and how many are being worked on."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=f"{self.prefix}-{queue}")["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(found["ApproximateNumberOfMessages"]), int(found["ApproximateNumberOfMessagesNotVisible"])

    def age(self, text):
        """How long ago a time in a table was."""
        return self.now - datetime.fromisoformat(text)


def api_answers(stack):
    started = time.monotonic()
    with urllib.request.urlopen(f"{stack.api}/api/v1/health", timeout=30) as answer:
        status = answer.status
    return Answer(status == 200, f"health says {status} after {(time.monotonic() - started) * 1000:.0f} ms")


def alarms_are_silent(stack):
    prefix = f"{stack.prefix}-"
    found = stack.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
    if not found:
        return Answer(True, "there are none: the stack is without AlarmEmail")
    ringing = [alarm["AlarmName"].removeprefix(prefix) for alarm in found if alarm["StateValue"] == "ALARM"]
    return Answer(not ringing, ", ".join(ringing) or f"none of {len(found)} rings")


def reconciler_runs(stack):
    lines = stack.lines('"reconciler" "done"', stack.now - LONGEST_SILENCE, step="reconciler")
    if not lines:
        return Answer(False, f"not within {LONGEST_SILENCE.seconds // 60} minutes")
    return Answer(True, f"{max(stack.now.timestamp() - max(at for at, _ in lines), 0):.0f} s ago")


def money_is_left(stack):
    settings = stack.row("usage", userId="installation", sk="spending")
    day = stack.row("usage", userId="installation", sk=f"spending#{stack.now:%Y-%m-%d}")
    function = stack.client("lambda").get_function_configuration(FunctionName=f"{stack.prefix}-admin-spending")
    limit = float(function["Environment"]["Variables"]["DAILY_SPENDING_LIMIT_USD"])
    limit = float(settings["limitNanoUsd"]) / 1e9 if "limitNanoUsd" in settings else limit
    taken, spent = (float(day.get(name, 0)) / 1e9 for name in ("taken", "spent"))
    stopped = "; all buying is STOPPED" if settings.get("isStopped") else ""
    text = f"{spent:.2f} USD spent and {taken - spent:.2f} promised of today's {limit:.2f}{stopped}"
    return Answer(not stopped and taken < limit * 0.9, text)


def films_go_on(stack):
    count, oldest, more = stack.first("jobs", "openJobs", "open", "yes")
    if oldest is None:
        return Answer(True, "none is being made")
    job = stack.row("jobs", jobId=oldest["jobId"], sk="job")
    late = stack.age(job["deadline"]) if "deadline" in job else timedelta(0)
    text = f"{count}{'+' if more else ''}, the oldest {minutes(stack.age(oldest['createdAt']))} old, {job.get('status')}"
    return Answer(late <= timedelta(minutes=2), f"{text} ({oldest['jobId']})")


def executions_succeed(stack):
    states = stack.client("stepfunctions")
    machines = states.get_paginator("list_state_machines").paginate()
    arn = next(
        machine["stateMachineArn"]
        for page in machines
        for machine in page["stateMachines"]
        if machine["name"] == f"{stack.prefix}-workflow"
    )
    since = stack.now - timedelta(days=1)

    def ended(status):
        found = states.list_executions(stateMachineArn=arn, statusFilter=status, maxResults=1000)["executions"]
        return sum(1 for execution in found if execution["startDate"] >= since)

    good, bad, late = (ended(status) for status in ("SUCCEEDED", "FAILED", "TIMED_OUT"))
    return Answer(late == 0 and bad <= good, f"{good} succeeded, {bad} failed, {late} timed out in a day")


def functions_log_no_errors(stack):
    lines = stack.lines('"ERROR"', stack.now - timedelta(hours=1), level="ERROR")
    kinds = Counter(line.get("failure") or line.get("code") or line["message"] for _, line in lines)
    named = ", ".join(f"{count} {name}" for name, count in kinds.most_common(NAMED))
    return Answer(not lines, f"{len(lines)}{'+' if len(lines) == EVENTS else ''} in an hour{': ' if named else ''}{named}")


def transcodes_go_on(stack):
    waiting, working = stack.messages("transcodes")
    _, oldest, _ = stack.first("transcodes", "byStatus", "status", "PENDING")
    age = stack.age(oldest["createdAt"]) if oldest else timedelta(0)
    since = f", the oldest for {minutes(age)}" if oldest else ""
    return Answer(age <= LONGEST_WAIT, f"{waiting} wait{since}; {working} are worked on")


def no_letters_are_dead(stack):
    counts = {queue: sum(stack.messages(queue)) for queue in ("transcodes-dead", "webhooks-dead")}
    return Answer(not any(counts.values()), ", ".join(f"{count} in {queue}" for queue, count in counts.items()))


def functions_find_room(stack):
    limit = stack.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    found = stack.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda", MetricName="Throttles", StartTime=stack.now - timedelta(hours=1), EndTime=stack.now,
        Period=3600, Statistics=["Sum"],
    )["Datapoints"]
    throttled = sum(point["Sum"] for point in found)
    return Answer(throttled == 0, f"{throttled:.0f} of the account's were refused in an hour; {limit} may run at once")


QUESTIONS = {
    "Does the API answer?": api_answers,
    "Does an alarm ring?": alarms_are_silent,
    "When did the reconciler run?": reconciler_runs,
    "Is there money left today?": money_is_left,
    "Do films go on?": films_go_on,
    "How did executions end?": executions_succeed,
    "What errors are logged?": functions_log_no_errors,
    "Do transcodes go on?": transcodes_go_on,
    "Are there dead letters?": no_letters_are_dead,
    "Do functions find room?": functions_find_room,
}


def fields(message):
    """A log line's fields; none of one that Lambda itself writes."""
    return json.loads(message) if message.startswith("{") else {}


def minutes(age):
    return f"{age.total_seconds() / 60:.0f} min"


def main():
    """Ask everything; a question without an answer does not keep the others waiting."""
    stack = Stack(sys.argv[1], sys.argv[2], datetime.now(timezone.utc))
    status = 0
    for question, ask in QUESTIONS.items():
        try:
            answer = ask(stack)
            mark, text = ("ok  " if answer.is_well else "LOOK"), answer.text
            status = max(status, 0 if answer.is_well else 1)
        except (BotoCoreError, ClientError, OSError, KeyError, StopIteration, ValueError) as error:
            mark, text, status = "?   ", f"{type(error).__name__}: {error}", 2
        print(f"{mark}  {question:<30} {text}")
    sys.exit(status)


if __name__ == "__main__":
    main()
