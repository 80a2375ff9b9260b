"""DynamoDB: the template's TimeToLiveSpecification, which the emulator drops; and a line in
the log for every call, for whoever counts them."""

import json
import logging

from ministack.services import dynamodb

import provisioners

CALLS = logging.getLogger("dynamodb.calls")


def apply():
    """Take the time to live over from the template; log calls."""
    provisioners.after("AWS::DynamoDB::Table", _set_time_to_live)
    _log_calls()


def _set_time_to_live(table, properties):
    wanted = properties.get("TimeToLiveSpecification")
    if not wanted:
        return
    dynamodb._update_ttl({
        "TableName": table,
        "TimeToLiveSpecification": {
            "Enabled": str(wanted.get("Enabled")).lower() == "true",
            "AttributeName": wanted.get("AttributeName"),
        },
    })


def _log_calls():
    handle = dynamodb.handle_request

    async def handle_and_log(method, path, headers, body, query_params):
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        CALLS.info("%s %s", operation, _table_of(body))
        return await handle(method, path, headers, body, query_params)

    dynamodb.handle_request = handle_and_log


def _table_of(body):
    """The table that a call names; calls over several tables name none."""
    try:
        return json.loads(body).get("TableName", "several")
    except (ValueError, AttributeError):
        return "unknown"
