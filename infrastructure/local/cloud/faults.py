"""Faults on request: a share of the functions' calls to DynamoDB, S3, SQS and Step Functions
is throttled, refused by a server error, or done without a word of it.

``PUT /_local/faults?percent=5`` sets the share, 0 by default. Only what functions ask for is
touched: not the tests' own calls, and not the links that clients follow.
"""

import json
import os
import random

from ministack import app

PATH = "/_local/faults"
SERVICES = ("dynamodb", "s3", "sqs", "states")
ROOT = os.environ["AWS_ACCESS_KEY_ID"]

# What each service says: when it is asked too often, and when it fails.
THROTTLED = {
    "dynamodb": (400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"),
    "s3": (503, "SlowDown"),
    "sqs": (400, "com.amazonaws.sqs#RequestThrottled"),
    "states": (400, "ThrottlingException"),
}
FAILED = {
    "dynamodb": (500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
    "s3": (500, "InternalError"),
    "sqs": (503, "ServiceUnavailable"),
    "states": (500, "InternalFailure"),
}

percent = 0
injected = {"throttled": 0, "failed": 0, "lost": 0}


def apply():
    """Stand before the four services, and answer to the control route."""
    for service in SERVICES:
        app.SERVICE_HANDLERS[service] = _faulty(service, app.SERVICE_HANDLERS[service])
    handle = app._handle_pre_body_request

    async def handle_or_control(method, path, headers, query_params, request_id):
        if path == PATH:
            return _control(query_params)
        return await handle(method, path, headers, query_params, request_id)

    app._handle_pre_body_request = handle_or_control


def _control(query_params):
    """Sets the share of this moment on; answers how many calls of each kind were hit so far."""
    global percent
    if "percent" in query_params:
        percent = int(query_params["percent"][0])
    body = json.dumps({"percent": percent, **injected}).encode()
    return 200, {"Content-Type": "application/json"}, body


def _faulty(service, handle):
    async def handle_or_fail(method, path, headers, body, query_params):
        if not _is_hit(headers):
            return await handle(method, path, headers, body, query_params)
        kind = random.choice(tuple(injected))
        injected[kind] += 1
        if kind == "lost":
            await handle(method, path, headers, body, query_params)
        return _answer(service, *(THROTTLED if kind == "throttled" else FAILED)[service])

    return handle_or_fail


def _is_hit(headers):
    """Whether a function asks, by its own signature, and meets a fault."""
    if not percent:
        return False
    signature = headers.get("authorization", "")
    is_function = "Credential=" in signature and f"Credential={ROOT}/" not in signature
    return is_function and random.uniform(0, 100) < percent


def _answer(service, status, code):
    message = "injected"
    if service == "s3":
        text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return status, {"Content-Type": "application/xml"}, text.encode()
    body = json.dumps({"__type": code, "message": message}).encode()
    return status, {"Content-Type": "application/x-amz-json-1.0"}, body
