"""Cognito: a pool id that is known before the deploy, what the token endpoint lacks, and
tokens that have expired.

The emulator neither rotates refresh tokens nor serves `/oauth2/revoke`. Both are added for
clients that the template gives `RefreshTokenRotation`.
"""

import contextvars
import json
import threading
import time
from urllib.parse import parse_qsl

from ministack import app
from ministack.services import cognito

import provisioners

POOL_SUFFIX = "omnigen"
CLIENT = "AWS::Cognito::UserPoolClient"

# How long the tokens of a sign-in live whose ClientMetadata says `lifetimeSeconds`.
_lifetime = contextvars.ContextVar("lifetime", default=None)
# When a refresh token was used first; from then on it is good for the grace period.
_used_at = {}


def apply():
    """Name the first pool of a region `<region>_omnigen`, let calls take turns, make tokens of
    another lifetime, rotate and revoke refresh tokens."""
    _name_pools()
    _take_turns()
    _give_lifetimes()
    provisioners.after(CLIENT, _keep_rotation)
    cognito._run_idp_handler = _keeping_rotation(cognito._run_idp_handler)
    cognito._oauth2_token = _rotating(cognito._oauth2_token)
    app._handle_cognito_body_request = _revoking(app._handle_cognito_body_request)


def _take_turns():
    """The emulator's threads change the users of a pool while others go through them."""
    turn = threading.RLock()
    handle = cognito._run_idp_handler

    def handle_in_turn(handler, action, data):
        with turn:
            return handle(handler, action, data)

    cognito._run_idp_handler = handle_in_turn


def _give_lifetimes():
    """Nobody can wait for the pool's own tokens to expire."""
    handle, usual = cognito._run_idp_handler, cognito._token_validity

    def handle_with_lifetime(handler, action, data):
        wanted = (data.get("ClientMetadata") or {}).get("lifetimeSeconds")
        before = _lifetime.set(wanted)
        try:
            return handle(handler, action, data)
        finally:
            _lifetime.reset(before)

    def validity(pool_id, client_id, token_type):
        wanted = _lifetime.get()
        return usual(pool_id, client_id, token_type) if wanted is None else int(wanted)

    cognito._run_idp_handler = handle_with_lifetime
    cognito._token_validity = validity


def _name_pools():
    random_pool_id = cognito._pool_id

    def pool_id():
        wanted = f"{cognito.get_region()}_{POOL_SUFFIX}"
        return random_pool_id() if wanted in cognito._user_pools else wanted

    cognito._pool_id = pool_id


def _keep_rotation(client_id, properties):
    """The emulator drops the property of a client that it does not know."""
    _pool_id, _pool, client = cognito._find_pool_by_client_id(client_id)
    client["RefreshTokenRotation"] = properties.get("RefreshTokenRotation") or {}


def _keeping_rotation(handle):
    """The same for a client that is made or changed by a call, as Terraform does."""

    def handle_and_keep(handler, action, data):
        answer = handle(handler, action, data)
        if action not in ("CreateUserPoolClient", "UpdateUserPoolClient") or answer[0] != 200:
            return answer
        status, headers, body = answer
        client = json.loads(body)["UserPoolClient"]
        _keep_rotation(client["ClientId"], data)
        client["RefreshTokenRotation"] = data.get("RefreshTokenRotation") or {}
        return status, headers, json.dumps({"UserPoolClient": client}).encode()

    return handle_and_keep


def _form(body):
    return dict(parse_qsl((body or b"").decode("utf-8", errors="replace")))


def _rotating(answer):
    """The token endpoint, with a new refresh token for each that is used."""

    def token(data, query_params, raw_body=b"", headers=None):
        form = _form(raw_body)
        used = form.get("refresh_token", "")
        rotation = _rotation_of(form.get("client_id", ""))
        if form.get("grant_type") != "refresh_token" or rotation.get("Feature") != "ENABLED":
            return answer(data, query_params, raw_body, headers)
        grace = int(rotation.get("RetryGracePeriodSeconds") or 0)
        if time.time() > _used_at.get(used, time.time()) + grace:
            return cognito._oauth2_error("invalid_grant", "The refresh token has been rotated.")
        status, answered, body = answer(data, query_params, raw_body, headers)
        if status == 200:
            _used_at.setdefault(used, time.time())
            body = json.dumps({**json.loads(body), "refresh_token": _next(used)}).encode()
        return status, answered, body

    return token


def _rotation_of(client_id):
    _pool_id, _pool, client = cognito._find_pool_by_client_id(client_id)
    return (client or {}).get("RefreshTokenRotation") or {}


def _next(used):
    """A refresh token of the same sign-in: revoking one revokes them all."""
    claims = cognito._token_claims(used)
    pool_id = claims["iss"].rsplit("/", 1)[-1]
    token = cognito._fake_token(
        claims["sub"], pool_id, claims["client_id"], "refresh",
        origin_jti=claims["origin_jti"], scope=claims.get("scope"))
    if used in cognito._refresh_tokens:
        cognito._refresh_tokens[token] = dict(cognito._refresh_tokens[used])
    return token


def _revoking(answer):
    """The emulator's routes with a body, and RFC 7009's."""

    async def handle(method, path, headers, body, query_params):
        if (method, path) != ("POST", "/oauth2/revoke"):
            return await answer(method, path, headers, body, query_params)
        form = _form(body)
        pool_id, _pool, _client = cognito._find_pool_by_client_id(form.get("client_id", ""))
        if pool_id is None:
            return cognito._oauth2_error("invalid_client", "There is no such client.")
        cognito._revoke_token({"Token": form.get("token", "")})
        return 200, {}, b""

    return handle
