"""Translates template.yaml to plain CloudFormation, offline, for cfn-lint to read.

    python infrastructure/local/checks/translate_sam.py template.yaml translated.json [NAME=VALUE]...

The state machine's definition is put in as an object, which cfn-lint can check; a
substitution that the definition uses and the template does not give is an error, and so
is one that is given and not used.
"""

import json
import os
import re
import sys
from pathlib import Path

# The translator asks boto3 for a region, and nothing else of AWS.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ARTIFACT = "s3://artifacts/key"


class NoManagedPolicies:
    """The translator's way to AWS's own policies, which the template does not use."""

    def load(self):
        return {}


def main():
    """Translate, or say what stands in the way."""
    source, destination = Path(sys.argv[1]), Path(sys.argv[2])
    parameters = dict(given.split("=", 1) for given in sys.argv[3:])
    destination.write_text(json.dumps(translated(source, parameters), indent=1))


def translated(source, parameters=None):
    """The template as plain CloudFormation; SAM itself reads some of the parameters."""
    template = yaml_parse(source.read_text())
    problems = []
    for name, resource in template["Resources"].items():
        problems += prepare(name, resource, source.parent)
    if problems:
        sys.exit("\n".join(problems))
    # Of plain dicts: the translator's own ones are slow to read and to copy.
    return json.loads(json.dumps(transform(template, parameters or {}, NoManagedPolicies())))


def prepare(name, resource, root):
    """Replace what lies on this machine; return what is wrong with it."""
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::Serverless::Function":
        properties["CodeUri"] = ARTIFACT
    if resource["Type"] == "AWS::Serverless::LayerVersion":
        properties["ContentUri"] = ARTIFACT
    if resource["Type"] == "AWS::Serverless::StateMachine":
        return inline_definition(name, properties, root)
    return []


def inline_definition(name, properties, root):
    text = (root / properties.pop("DefinitionUri")).read_text()
    given = set(properties.get("DefinitionSubstitutions", {}))
    used = set(re.findall(r"\$\{([A-Za-z0-9_]+)\}", text))
    properties["Definition"] = json.loads(text)
    return [f"{name}: ${{{missing}}} is not substituted" for missing in sorted(used - given)] + [
        f"{name}: the substitution {unused} is not used" for unused in sorted(given - used)
    ]


if __name__ == "__main__":
    main()
