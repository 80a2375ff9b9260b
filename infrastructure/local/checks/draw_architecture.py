"""Draws docs/diagrams.md from template.yaml and the state machine.

    python infrastructure/local/checks/draw_architecture.py [--check]

For each product its functions, with their routes, and what their policies let them reach; the
state machine; what runs by itself. A product is the crate in shared/ that a function is made of.
With --check the file is compared, not written.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

from export_functions import ROOT, Values, table
from translate_sam import translated

PAGE = ROOT / "docs/diagrams.md"
MACHINE = ROOT / "statemachine/generate-video.asl.json"
# A function that is made of several stands with the first of them.
PRODUCTS = ("films", "transcodes", "gallery", "accounts", "janitor")
OTHERS = "of no product"
# The property with a resource's name, and the form it is drawn in.
SHAPES = {
    "AWS::DynamoDB::Table": ("TableName", '[("{}")]'),
    "AWS::S3::Bucket": ("BucketName", '[("{}")]'),
    "AWS::SQS::Queue": ("QueueName", '[["{}"]]'),
    "AWS::SecretsManager::Secret": ("Name", '>"{}"]'),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", '{{{{"{}"}}}}'),
    "AWS::ApiGatewayV2::Api": ("Name", '(["{}"])'),
}
READS = re.compile(r":(Get|List|Query|Scan|BatchGet|Receive|Describe)")
HEAD = """# Diagrams

Drawn from `template.yaml` and `statemachine/` by `infrastructure/local/checks/draw_architecture.py`; `cargo xtask check` is
red when they are another. An arrow says what a policy allows: whole to write, dotted to read alone. Left out are `HEAD`, which
whatever answers `GET` answers too, `/api/v1` before a path, and that each user's requests are counted in `usage`.
"""


def main():
    """Write the page, or say that the one that is there is another."""
    template = translated(ROOT / "template.yaml")
    text = page(template, json.loads(MACHINE.read_text()))
    if "--check" not in sys.argv:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        sys.exit(f"{PAGE.relative_to(ROOT)} is stale: run infrastructure/local/checks/draw_architecture.py")


def page(template, machine):
    things, functions = Things(template), table(template)["functions"]
    parts = [HEAD]
    for product in (*PRODUCTS, OTHERS):
        members = {name: given for name, given in functions.items() if product_of(name) == product}
        for title, is_called in ((f"The API: {product}", True), (f"Behind the API: {product}", False)):
            part = {name: given for name, given in members.items() if bool(given.get("routes")) == is_called}
            if part:
                parts.append(section(title, product_diagram(things, part)))
    parts.append(section("A film's state machine", machine_diagram(template, machine)))
    parts.append(section("What runs by itself", events_diagram(template, things, functions)))
    return "\n".join(parts)


def section(title, lines):
    return "\n".join([f"## {title}", "", "```mermaid", *lines, "```", ""])


def product_of(function):
    manifest = tomllib.loads((ROOT / "functions" / function / "Cargo.toml").read_text())
    return next((name for name in PRODUCTS if name in manifest["dependencies"]), OTHERS)


class Things:
    """What functions reach, by the template's logical ids."""

    def __init__(self, template):
        self.values, self.shapes = Values(template), {}
        for name, resource in template["Resources"].items():
            if resource["Type"] in SHAPES:
                key, shape = SHAPES[resource["Type"]]
                self.shapes[name] = shape.format(self.short(resource["Properties"].get(key, name)))

    def short(self, name):
        """`jobs` of `${NamePrefix}-jobs`, `assets` of `${NamePrefix}-assets-${AWS.AccountId}`."""
        return re.sub(r"^\$\{NamePrefix\}[-/]|-?\$\{[^}]*\}", "", self.values.text(name))

    def node(self, name):
        return f"{name}{self.shapes[name]}"

    def reached(self, function):
        """What a function's policy names: the logical id, and whether it may be changed."""
        found = {}
        for statement in function.get("policy", []):
            if is_count(statement, function):
                continue
            writes = any(not READS.search(action) for action in statement["actions"])
            for name in filter(None, map(self.named, statement["resources"])):
                found[name] = found.get(name, False) or writes
        return tuple(sorted(found.items()))

    def named(self, resource):
        if ":states:" in resource:
            return "Workflow"
        match = re.search(r"\$\{(\w+)\.(?:Arn|Id)\}", resource)
        return match and match[1]


def is_count(statement, function):
    """Every request of a user is counted; that alone is no arrow."""
    counts = {"actions": ["dynamodb:UpdateItem"], "resources": ["${UsageTable.Arn}"]}
    return statement == counts and "RATE_LIMIT_PER_MIN" in function["environment"]


def product_diagram(things, functions):
    """Functions that reach the same stand together."""
    groups = {}
    for name, given in functions.items():
        groups.setdefault(things.reached(given), []).append(label(name, given))
    lines, nodes = ["flowchart LR"], set()
    for number, (reached, labels) in enumerate(sorted(groups.items())):
        lines.append(f'  group{number}["{"<br/>".join(labels)}"]')
        for target, writes in reached:
            nodes.add(f"  {things.node(target)}")
            lines.append(f"  group{number} {'-->' if writes else '-.->'} {target}")
    return [*lines, *sorted(nodes)]


def label(name, function):
    routes = [route for route in function.get("routes", []) if not route.startswith("HEAD ")]
    return " · ".join([name, *(re.sub(r"/api/v1(?=/)", "", route) for route in routes)])


def machine_diagram(template, machine):
    given = template["Resources"]["Workflow"]["Properties"]["DefinitionSubstitutions"]
    values = Values(template)

    def function(argument):
        value = given[argument.strip("${}")]
        return values.function(value["Fn::GetAtt"][0]) if "Fn::GetAtt" in value else None

    return ["flowchart TD", *states(machine, "", function)]


def states(machine, prefix, function, indent="  "):
    """The states of a machine, of an item or of a branch, and the ways between them."""
    lines, ways = [], []
    for name, state in machine["States"].items():
        node = ident(prefix + name)
        inner = [state["ItemProcessor"]] if state["Type"] == "Map" else state.get("Branches", [])
        if inner:
            lines.append(f'{indent}subgraph {node}["{name}{": for each, side by side" if state["Type"] == "Map" else ""}"]')
            for one in inner:
                lines += states(one, f"{prefix}{name} ", function, indent + "  ")
            lines.append(f"{indent}end")
        else:
            lines.append(f"{indent}{node}{shape(name, state, function)}")
        ways += [f"{indent}{node} {way} {ident(prefix + target)}" for way, target in ways_of(state)]
    return lines + ways


def shape(name, state, function):
    form = {"Choice": '{{"{}"}}', "Succeed": '(["{}"])', "Fail": '(["{}"])', "Pass": '("{}")'}
    called = (state.get("Arguments") or {}).get("FunctionName")
    text = f"{name}<br/>{function(called)}" if called else name
    if state.get("Resource", "").endswith(".waitForTaskToken"):
        text += "<br/>waits for its token"
    return form.get(state["Type"], '["{}"]').format(text)


def ways_of(state):
    """An arrow for each way out of a state, and where it leads."""
    if "Next" in state:
        yield "-->", state["Next"]
    for choice in state.get("Choices", []):
        yield f'-->|"{re.sub("[{%} $]", "", choice["Condition"])}"|', choice["Next"]
    if "Default" in state:
        yield "-->|else|", state["Default"]
    for catch in state.get("Catch", []):
        yield f'-.->|"{", ".join(catch["ErrorEquals"])}"|', catch["Next"]


def events_diagram(template, things, functions):
    """Schedules, queues with what gave up in them, streams, events and sockets."""
    ways = [way for name, given in functions.items() for way in triggers(name, given)]
    ways += [way for name, given in functions.items() for way in messages(things, name, given)]
    for name, resource in template["Resources"].items():
        ways += given_up(name, resource) + sockets(things, resource)
    named = {end for way in ways for end in (way[0], way[2]) if end in things.shapes}
    return ["flowchart LR", *(f"  {things.node(name)}" for name in sorted(named)), *(f"  {' '.join(way)}" for way in ways)]


def triggers(function, given):
    for schedule in given.get("schedules", {}).values():
        yield occasion(schedule["expression"]), "-->", function
    for event in given.get("events", {}).values():
        yield occasion(json.loads(event)["detail-type"][0]), "-->", function
    for source in given.get("sources", {}).values():
        name, attribute = re.search(r"\$\{(\w+)\.(\w+)\}", source["arn"]).groups()
        yield name, "-->|stream|" if attribute == "StreamArn" else "-->", function


def messages(things, function, given):
    for statement in given.get("policy", []):
        if "sqs:SendMessage" in statement["actions"]:
            for queue in map(things.named, statement["resources"]):
                yield function, "-->|message|", queue


def given_up(name, resource):
    dead = resource.get("Properties", {}).get("RedrivePolicy", {}).get("deadLetterTargetArn")
    return [(name, "-.->|given up|", dead["Fn::GetAtt"][0])] if dead else []


def sockets(things, resource):
    uri = resource.get("Properties", {}).get("IntegrationUri")
    if not uri:
        return []
    function = re.search(r"functions/\$\{(\w+)", uri["Fn::Sub"])[1]
    return [(resource["Properties"]["ApiId"]["Ref"], "-->", things.values.function(function))]


def occasion(text):
    return f'{ident(text)}(["{text}"])'


def ident(text):
    return re.sub(r"\W+", "_", text).strip("_")


if __name__ == "__main__":
    main()
