"""IAM: requests are held to the policies of who makes them, as on AWS.

The bucket's policy refuses what does not come over TLS, which nobody speaks on 127.0.0.1:
each request counts as one over TLS. A secret is referred to by its ARN, as policies name it;
the emulator refers to it by its name. A task's token is of a state machine, which the
emulator does not look up: it is that of the only one there is.
"""

import os

# The emulator reads it when it is imported.
os.environ["AUTH"] = "true"

from ministack import app  # noqa: E402
from ministack.core import iam_actions  # noqa: E402
from ministack.services import secretsmanager, stepfunctions  # noqa: E402
from ministack.services.cloudformation import provisioners  # noqa: E402

SECRET = "AWS::SecretsManager::Secret"


def apply():
    """Let policies ask for TLS, and name secrets."""
    pin_origin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _is_secure: pin_origin(source_ip, True)
    iam_actions.extract_resource_arn = _of_tasks(iam_actions.extract_resource_arn)
    handler = provisioners._RESOURCE_HANDLERS[SECRET]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def update_named(physical_id, *properties, **named):
        return _by_arn(update(_name(physical_id), *properties, **named))

    handler["create"] = lambda *properties: _by_arn(create(*properties))
    handler["update"] = update_named
    handler["delete"] = lambda physical_id, *properties: delete(_name(physical_id), *properties)


def _of_tasks(extract):
    def extract_of_tasks(service, method, path, headers, body, *rest):
        if service == "states" and b'"taskToken"' in (body or b""):
            (machine,) = stepfunctions._state_machines.keys()
            return machine
        return extract(service, method, path, headers, body, *rest)

    return extract_of_tasks


def _by_arn(made):
    _, attributes = made
    return attributes["Arn"], attributes


def _name(physical_id):
    """The key under which the emulator keeps the secret."""
    for name, secret in secretsmanager._secrets.items():
        if secret["ARN"] == physical_id:
            return name
    return physical_id
