"""Signs the requests of schemathesis in, for `cargo xtask fuzz`.

A user's minute has a hundred requests. Each user makes ninety in a row, so that what
one request made the next ones find; then comes the next user.
"""

import itertools
import json
import os

import schemathesis

REQUESTS_OF_A_USER = 90

with open(os.environ["OMNIGEN_FUZZ_TOKENS"], encoding="utf-8") as file:
    _tokens = json.load(file)


def _in_turns(tokens):
    counter = itertools.count()

    def next_token():
        return tokens[next(counter) // REQUESTS_OF_A_USER % len(tokens)]

    return next_token


_user = _in_turns(_tokens["users"])
_admin = _in_turns(_tokens["admins"])


@schemathesis.auth(refresh_interval=None)
class Bearer:
    """A token of a user, or of an administrator where one is asked for."""

    def get(self, case, context):
        return _admin() if "/admin/" in case.path else _user()

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Keeps the installation from being stopped: every creation would answer 503."""
    is_switch = case.operation.label == "PUT /api/v1/admin/spending"
    if is_switch and isinstance(case.body, dict) and case.body.get("stopped") is True:
        case.body["stopped"] = False
