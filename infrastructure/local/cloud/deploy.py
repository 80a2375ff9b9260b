"""Deploys a SAM template to the local cloud as `aws cloudformation package` and `deploy` do.

    python infrastructure/local/cloud/deploy.py TEMPLATE STACK ARTIFACTS ROOT STAGED < parameters.json

The template is taken as it is: only the places of the local artifacts (code, layers,
definitions) are replaced by where they were uploaded. Programs are not taken from where
the template says below ROOT, which is where those for AWS lie, but from the same path below
STAGED, where those for this machine lie. Archives are kept in the folder
ARTIFACTS by what they hold, so an unchanged function is neither zipped nor uploaded
again. Parameters that the template does not declare are skipped; the others become its
defaults as well, because the emulator translates a SAM template by its defaults alone. On success the
outputs and the resources of the stack are printed as one JSON object.
"""

import hashlib
import json
import os
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import botocore.exceptions
import botocore.session
from samtranslator.yaml_helper import yaml_parse

BUCKET = "omnigen-artifacts"
ARTIFACT_PROPERTIES = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def main():
    """Package, deploy, print what came out."""
    template_path, stack, artifacts = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    root, staged = Path(sys.argv[4]), Path(sys.argv[5])
    template = yaml_parse(template_path.read_text())
    parameters = declared(json.load(sys.stdin), template)
    for name, value in parameters.items():
        template["Parameters"][name]["Default"] = value
    names = function_names(template)
    session = botocore.session.get_session()
    s3 = session.create_client("s3")
    package(template, lambda resource: place_of(resource, template_path, root, staged),
            artifacts, s3)
    cloudformation = session.create_client("cloudformation")
    deploy(cloudformation, stack, publish(s3, stack, template), parameters)
    print(json.dumps(describe(cloudformation, stack, names)))


def function_names(template):
    """The name of each function's folder, by logical id."""
    return {
        logical_id: Path(resource["Properties"]["CodeUri"]).name
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def place_of(resource, template_path, root, staged):
    """Where a resource's artifact lies on this machine."""
    place = Path(os.path.normpath(template_path.parent / artifact_of(resource)))
    is_program = resource["Type"] != "AWS::Serverless::StateMachine"
    return staged / place.relative_to(root) if is_program else place


def package(template, place, artifacts, s3):
    """Upload every local artifact, side by side, and put its address into the template."""
    artifacts.mkdir(parents=True, exist_ok=True)
    ensure_bucket(s3)
    local = [resource for resource in template["Resources"].values() if is_local(resource)]
    places = [place(resource) for resource in local]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        keys = pool.map(lambda place: upload(s3, place, artifacts), places)
        for resource, key in zip(local, keys):
            name = ARTIFACT_PROPERTIES[resource["Type"]]
            resource["Properties"][name] = address(resource["Type"], key)


def artifact_of(resource):
    """Where a resource's artifact lies, if it has one."""
    name = ARTIFACT_PROPERTIES.get(resource["Type"])
    return resource.get("Properties", {}).get(name) if name else None


def is_local(resource):
    place = artifact_of(resource)
    return isinstance(place, str) and not place.startswith("s3://")


def address(resource_type, key):
    """Where an artifact lies, in the form its resource wants."""
    if resource_type == "AWS::Serverless::StateMachine":
        return {"Bucket": BUCKET, "Key": key}
    return f"s3://{BUCKET}/{key}"


def ensure_bucket(s3):
    try:
        s3.create_bucket(Bucket=BUCKET)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def upload(s3, place, artifacts):
    """Upload a file, or a folder as an archive, unless it is there; return its key."""
    if not place.exists():
        raise SystemExit(f"the template names {place}, which does not exist")
    archive = zipped(place, artifacts) if place.is_dir() else place
    key = archive.name if place.is_dir() else f"{digest([place], place.parent)}{place.suffix}"
    if not uploaded(s3, key):
        with archive.open("rb") as body:
            s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    return key


def uploaded(s3, key):
    try:
        s3.head_object(Bucket=BUCKET, Key=key)
    except botocore.exceptions.ClientError:
        return False
    return True


def zipped(folder, artifacts):
    """The archive of a folder, made anew only when what it holds has changed."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    archive = artifacts / f"{digest(files, folder)}.zip"
    if archive.exists():
        return archive
    unfinished = archive.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for path in files:
            packed.write(path, path.relative_to(folder))
    unfinished.rename(archive)
    return archive


def digest(files, folder):
    """One name for the paths and the contents of the files."""
    total = hashlib.sha256()
    for path in files:
        total.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as content:
            while block := content.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def publish(s3, stack, template):
    """Upload the template itself: a request may carry no more than 51,200 bytes of one."""
    key = f"{stack}.template.json"
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(template, default=str).encode())
    return f"{s3.meta.endpoint_url}/{BUCKET}/{key}"


def declared(parameters, template):
    """Only those parameters that the template declares."""
    known = template.get("Parameters", {})
    return {name: value for name, value in parameters.items() if name in known}


def deploy(cloudformation, stack, template_url, parameters):
    """Create or update the stack through a change set, and wait for it."""
    kind = "UPDATE" if exists(cloudformation, stack) else "CREATE"
    name = f"local-{os.getpid()}"
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateURL=template_url,
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
        Capabilities=CAPABILITIES,
    )
    if not change_set_ready(cloudformation, stack, name):
        return
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=name)
    waiter = cloudformation.get_waiter(f"stack_{kind.lower()}_complete")
    try:
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 180})
    except botocore.exceptions.WaiterError:
        raise SystemExit(failure(cloudformation, stack)) from None


def change_set_ready(cloudformation, stack, name):
    """Wait for the change set; False when there is nothing to change."""
    waiter = cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(StackName=stack, ChangeSetName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    except botocore.exceptions.WaiterError:
        reason = cloudformation.describe_change_set(
            StackName=stack, ChangeSetName=name).get("StatusReason", "")
        if "didn't contain changes" in reason or "No updates" in reason:
            return False
        raise SystemExit(f"the template was refused: {reason}") from None
    return True


def exists(cloudformation, stack):
    """True when the stack is there to be updated; the rest of a failed creation is removed."""
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except botocore.exceptions.ClientError:
        return False
    if found["StackStatus"] not in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "CREATE_FAILED"):
        return True
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return False


def failure(cloudformation, stack):
    """What went wrong, in the stack's own words."""
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    reasons = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return "the stack could not be deployed: " + "; ".join(reasons or ["no reason given"])


def describe(cloudformation, stack, names):
    """The outputs by name, and each resource; functions with their folder's name."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return {
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]},
        "resources": [
            {
                "logicalId": resource["LogicalResourceId"],
                "type": resource["ResourceType"],
                "physicalId": resource["PhysicalResourceId"],
                "folder": names.get(resource["LogicalResourceId"]),
            }
            for resource in resources
        ],
    }


if __name__ == "__main__":
    main()
