"""CloudWatch Logs: the saved queries of Logs Insights, which the emulator does not know."""

import copy
import json
import uuid

from ministack.core.responses import AccountRegionScopedDict, error_response_json, json_response
from ministack.services import cloudwatch_logs
from ministack.services.cloudformation import provisioners

TYPE = "AWS::Logs::QueryDefinition"
KEPT = "query_definitions"

_queries = AccountRegionScopedDict()


def apply():
    """Keep saved queries, by the service's calls and by CloudFormation."""
    cloudwatch_logs.handle_request = _knowing_queries(cloudwatch_logs.handle_request)
    cloudwatch_logs.get_state = _keeping_queries(cloudwatch_logs.get_state)
    cloudwatch_logs.load_persisted_state = _finding_queries(cloudwatch_logs.load_persisted_state)
    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": _create, "update": _update, "delete": _delete}


def _knowing_queries(handle):
    calls = {
        "PutQueryDefinition": _put,
        "DescribeQueryDefinitions": _describe,
        "DeleteQueryDefinition": _remove,
    }

    async def handle_with_queries(method, path, headers, body, query_params):
        call = calls.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if call is None:
            return await handle(method, path, headers, body, query_params)
        return call(json.loads(body or b"{}"))

    return handle_with_queries


def _keeping_queries(get_state):
    """What is kept while the local cloud is down: CloudFormation will not make them again."""
    return lambda: {**get_state(), KEPT: copy.deepcopy(_queries)}


def _finding_queries(load_persisted_state):
    def load(state):
        _queries.update(state.pop(KEPT, {}))
        load_persisted_state(state)

    return load


def _put(given):
    identity = given.get("queryDefinitionId") or str(uuid.uuid4())
    _queries[identity] = {
        "queryDefinitionId": identity,
        "name": given["name"],
        "queryString": given["queryString"],
        "logGroupNames": given.get("logGroupNames", []),
    }
    return json_response({"queryDefinitionId": identity})


def _describe(given):
    prefix = given.get("queryDefinitionNamePrefix", "")
    found = [query for query in _queries.values() if query["name"].startswith(prefix)]
    return json_response({"queryDefinitions": found})


def _remove(given):
    if _queries.pop(given["queryDefinitionId"], None) is None:
        return error_response_json("ResourceNotFoundException", "There is no such query.", 400)
    return json_response({"success": True})


def _create(logical_id, properties, stack):
    identity = str(uuid.uuid4())
    _put(_as_call(identity, properties))
    return identity, {"QueryDefinitionId": identity}


def _update(physical_id, old, new, stack):
    _put(_as_call(physical_id, new))
    return physical_id, {"QueryDefinitionId": physical_id}


def _delete(physical_id, properties):
    _queries.pop(physical_id, None)


def _as_call(identity, properties):
    return {
        "queryDefinitionId": identity,
        "name": properties["Name"],
        "queryString": properties["QueryString"],
        "logGroupNames": properties.get("LogGroupNames", []),
    }
