"""DynamoDB: the template's TimeToLiveSpecification, which the emulator drops; and expressions
parsed once, not once a row."""

import functools

from ministack.services import dynamodb

import provisioners


def apply():
    """Take the time to live over from the template; remember expressions."""
    provisioners.after("AWS::DynamoDB::Table", _set_time_to_live)
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


def _remember_expressions():
    """The emulator holds a query's condition to every row of the partition and parses it
    anew each time: five sixths of the time of a query over 100,000 rows."""
    remember = functools.lru_cache(maxsize=4096)
    dynamodb._tokenize = remember(dynamodb._tokenize)
    dynamodb._condition_syntax_error = remember(dynamodb._condition_syntax_error)
