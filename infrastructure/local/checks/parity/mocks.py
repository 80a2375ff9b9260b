"""Writes the tests that tell what Terraform would make, without an account or an emulator.

    python infrastructure/local/checks/parity/mocks.py addresses > tests/addresses.tftest.hcl
    python infrastructure/local/checks/parity/mocks.py plans FILE > tests/plans.tftest.hcl

The first plans, which tells the addresses of everything. The second plans everything again, for
each set of parameters and with answers that are made up; FILE is what `terraform test -json
-verbose` wrote of the first. Every ARN names the address of what it is of, so that a reader of
the plans knows whose attribute stands where. Nothing is made: making what is made up, and
removing it, takes three times as long and tells no more.
"""

import hashlib
import json
import sys
from pathlib import Path

ACCOUNT, REGION = "111122223333", "us-east-1"
PARAMETERS = Path(__file__).parents[3] / "terraform/tests/parameters"
# The provider looks at the form of these where another resource names them.
ARNS = ("arn", "execution_arn", "stream_arn")
IDS = {"aws_cognito_user_pool": {"id": f"{REGION}_mock"}}


def main():
    """Write one of the two."""
    if sys.argv[1] == "addresses":
        print(mocks([]), run("addresses", "everything"), sep="\n")
    else:
        runs = [run(name, name) for name in parameter_sets()]
        print(mocks(planned(Path(sys.argv[2]))), *runs, sep="\n")


def parameter_sets():
    """The names of the sets of parameters that both sides are compared with."""
    return sorted(path.stem for path in PARAMETERS.glob("*.json"))


def planned(file):
    """The address and the made up values of every resource that was planned."""
    for line in file.read_text().splitlines():
        message = json.loads(line)
        if message["type"] == "test_plan":
            plan = message["test_plan"]
    schemas = plan["provider_schemas"]["registry.terraform.io/hashicorp/aws"]["resource_schemas"]
    for change in plan["resource_changes"]:
        if change.get("mode", "managed") == "managed" and change["type"] in schemas:
            attributes = schemas[change["type"]]["block"]["attributes"]
            values = {name: arn(change["address"], name) for name in ARNS if name in attributes}
            identity = {"id": made_up(change["address"])} if "id" in attributes else {}
            yield change["address"], identity | values | IDS.get(change["type"], {})


def arn(address, attribute):
    """The ARN that a resource gets, which names it."""
    return f"arn:aws:mock:{REGION}:{ACCOUNT}:{attribute}/" + address.replace('"', "'")


def made_up(address):
    """An id, of the form that Terraform itself makes up."""
    return hashlib.sha256(address.encode()).hexdigest()[:8]


def mocks(resources):
    overrides = "\n".join(
        f"  override_resource {{\n    target = {address}\n    values = {attributes(values)}\n  }}"
        for address, values in resources
        if values
    )
    return f"""override_resource {{
  target          = terraform_data.stack
  override_during = plan
  values          = {{ output = "made-up-stack" }}
}}

mock_provider "aws" {{
  override_during = plan
  mock_data "aws_caller_identity" {{
    defaults = {{ account_id = "{ACCOUNT}" }}
  }}
  mock_data "aws_partition" {{
    defaults = {{ partition = "aws", dns_suffix = "amazonaws.com" }}
  }}
{overrides}
}}
"""


def attributes(values):
    return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in values.items()) + " }"


def run(name, parameters):
    return f"""run "{name}" {{
  command = plan
  variables {{
    parameters = jsondecode(file("tests/parameters/{parameters}.json"))
  }}
}}
"""


if __name__ == "__main__":
    main()
