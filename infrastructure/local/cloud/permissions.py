"""IAM: requests are held to the policies of who makes them, as on AWS.

The bucket's policy refuses what does not come over TLS, which nobody speaks on 127.0.0.1:
each request counts as one over TLS. A secret is referred to by its ARN, as policies name it;
the emulator refers to it by its name.
"""

import os

# The emulator reads it when it is imported.
os.environ["AUTH"] = "true"

from ministack import app  # noqa: E402
from ministack.services import secretsmanager  # noqa: E402
from ministack.services.cloudformation import provisioners  # noqa: E402

SECRET = "AWS::SecretsManager::Secret"


def apply():
    """Let policies ask for TLS, and name secrets."""
    pin_origin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _is_secure: pin_origin(source_ip, True)
    handler = provisioners._RESOURCE_HANDLERS[SECRET]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def update_named(physical_id, *properties, **named):
        return _by_arn(update(_name(physical_id), *properties, **named))

    handler["create"] = lambda *properties: _by_arn(create(*properties))
    handler["update"] = update_named
    handler["delete"] = lambda physical_id, *properties: delete(_name(physical_id), *properties)


def _by_arn(made):
    _, attributes = made
    return attributes["Arn"], attributes


def _name(physical_id):
    """The key under which the emulator keeps the secret."""
    for name, secret in secretsmanager._secrets.items():
        if secret["ARN"] == physical_id:
            return name
    return physical_id
