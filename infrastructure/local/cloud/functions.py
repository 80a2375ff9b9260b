"""Lambda: concurrency as numbers, and a Runtime API without the 50 ms floor."""

import socketserver

from ministack.services import lambda_svc

import provisioners


def apply():
    """Take reserved concurrency over from the template; send small answers at once."""
    # The Runtime API answers in two small writes; with Nagle's algorithm the second
    # waits for the delayed acknowledgement of the first: 50 ms for every invocation.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    provisioners.after("AWS::Lambda::Function", _set_reserved_concurrency)
    provisioners.before("AWS::Lambda::EventSourceMapping", _with_numeric_concurrency)


def _set_reserved_concurrency(function, properties):
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is None:
        return
    lambda_svc._put_function_concurrency(function, {"ReservedConcurrentExecutions": int(reserved)})


def _with_numeric_concurrency(properties):
    """A template's parameter is a text; the emulator's poller compares it with a number."""
    scaling = properties.get("ScalingConfig") or {}
    if "MaximumConcurrency" not in scaling:
        return properties
    limit = int(scaling["MaximumConcurrency"])
    return {**properties, "ScalingConfig": {**scaling, "MaximumConcurrency": limit}}
