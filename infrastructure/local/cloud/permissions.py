"""IAM: requests are held to the policies of who makes them, as on AWS.

The bucket's policy refuses what does not come over TLS, which nobody speaks on 127.0.0.1:
each request counts as one over TLS.
"""

import os

# The emulator reads it when it is imported.
os.environ["AUTH"] = "true"

from ministack import app  # noqa: E402


def apply():
    """Let policies ask for TLS."""
    pin_origin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _is_secure: pin_origin(source_ip, True)
