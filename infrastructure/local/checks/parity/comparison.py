"""The comparison of both sides, kind by kind."""

import json
import re
from dataclasses import dataclass

import alarms
import cdn
import edge
import functions
import storage
from states import State
from template import Template

# How each kind is read of the template, and how of Terraform's state.
KINDS = {
    "function": (functions.functions_in_template, functions.functions_in_state),
    "alias": (functions.aliases_in_template, functions.aliases_in_state),
    "deployment": (functions.deployments_in_template, functions.deployments_in_state),
    "layer": (functions.layers_in_template, functions.layers_in_state),
    "invoker": (functions.invokers_in_template, functions.invokers_in_state),
    "source": (functions.sources_in_template, functions.sources_in_state),
    "schedule": (functions.schedules_in_template, functions.schedules_in_state),
    "rule": (functions.rules_in_template, functions.rules_in_state),
    "workflow": (functions.workflows_in_template, functions.workflows_in_state),
    "table": (storage.tables_in_template, storage.tables_in_state),
    "queue": (storage.queues_in_template, storage.queues_in_state),
    "bucket": (storage.buckets_in_template, storage.buckets_in_state),
    "secret": (storage.secrets_in_template, storage.secrets_in_state),
    "log group": (storage.log_groups_in_template, storage.log_groups_in_state),
    "topic": (alarms.topics_in_template, alarms.topics_in_state),
    "alarm": (alarms.alarms_in_template, alarms.alarms_in_state),
    "dashboard": (alarms.dashboards_in_template, alarms.dashboards_in_state),
    "query": (alarms.queries_in_template, alarms.queries_in_state),
    "api": (edge.apis_in_template, edge.apis_in_state),
    "route": (edge.routes_in_template, edge.routes_in_state),
    "pool": (edge.pools_in_template, edge.pools_in_state),
    "client": (edge.clients_in_template, edge.clients_in_state),
    "group": (edge.groups_in_template, edge.groups_in_state),
    "domain": (edge.domains_in_template, edge.domains_in_state),
    "origin access": (cdn.accesses_in_template, cdn.accesses_in_state),
    "edge function": (cdn.functions_in_template, cdn.functions_in_state),
    "headers": (cdn.headers_in_template, cdn.headers_in_state),
    "caching": (cdn.caching_in_template, cdn.caching_in_state),
    "public key": (cdn.keys_in_template, cdn.keys_in_state),
    "key group": (cdn.groups_in_template, cdn.groups_in_state),
    "distribution": (cdn.distributions_in_template, cdn.distributions_in_state),
}


@dataclass
class Result:
    """What a comparison found, and which of the allowed differences it met."""

    facts: int
    problems: list
    used: set


def compare(document, parameters, state_document, allowed):
    """Hold the translated template against a state."""
    template, state = Template(document, parameters), State(state_document)
    ours, theirs = {}, {}
    for kind, (in_template, in_state) in KINDS.items():
        ours |= rows(kind, in_template(template))
        theirs |= rows(kind, in_state(state))
    ours |= rows("output", ((name, {"value": value}) for name, value in template.outputs().items()))
    theirs |= rows("output", ((name, {"value": value}) for name, value in state.outputs.items()))
    result = Result(len(ours), [], set())
    for path in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(path, "nothing"), theirs.get(path, "nothing")
        if one != other:
            add(result, path, f"template {one[:300]}, Terraform {other[:300]}", allowed["differences"])
    for path, value in {path: value for path, value in template.unread()}.items():
        add(result, path, f"the template says {str(value)[:200]}, which nobody compares", allowed["template"])
    for path, value in {path: value for path, value in state.unread()}.items():
        add(result, path, f"Terraform says {str(value)[:200]}, which nobody compares", allowed["terraform"])
    return result


def add(result, path, problem, allowed):
    """Keep a problem, unless the list has a reason for it."""
    for pattern in allowed:
        if re.fullmatch(pattern, path):
            result.used.add(pattern)
            return
    result.problems.append(f"{path}: {problem}")


def patterns(allowed):
    """All patterns of the list."""
    return {pattern for part in allowed.values() for pattern in part}


def rows(kind, things):
    """Each fact with its path; a thing is a fact itself."""
    found = {}
    for name, facts in things:
        found[f"{kind} / {name}"] = "there"
        found |= flat(f"{kind} / {name}", facts)
    return found


def flat(path, facts):
    found = {}
    for key, value in facts.items():
        if isinstance(value, dict) and key != "definition":
            found |= flat(f"{path} / {key}", value)
        else:
            found[f"{path} / {key}"] = json.dumps(value, sort_keys=True)
    return found
