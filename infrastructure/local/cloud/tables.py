"""DynamoDB: the template's TimeToLiveSpecification, which the emulator drops; a line in the
log for every call, for whoever counts them; and expressions parsed once, not once a row."""

import functools
import json
import logging

from ministack.services import dynamodb

import provisioners

CALLS = logging.getLogger("dynamodb.calls")


def apply():
    """Take the time to live over from the template; log calls; remember expressions."""
    provisioners.after("AWS::DynamoDB::Table", _set_time_to_live)
    _log_calls()
    _remember_expressions()


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


def _remember_expressions():
    """The emulator holds a query's condition to every row of the partition and parses it
    anew each time: five sixths of the time of a query over 100,000 rows."""
    remember = functools.lru_cache(maxsize=4096)
    dynamodb._tokenize = remember(dynamodb._tokenize)
    dynamodb._condition_syntax_error = remember(dynamodb._condition_syntax_error)


def _table_of(body):
    """The table that a call names; calls over several tables name none."""
    try:
        return json.loads(body).get("TableName", "several")
    except (ValueError, AttributeError):
        return "unknown"
