"""CloudFront's keys: public keys and key groups are made by CloudFormation, and what a group
guards is served to signed links only (by a canned policy; an ECDSA key and SHA-256)."""

import base64
import time
from urllib.parse import parse_qsl, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

OF_THE_SIGNATURE = ("Expires", "Signature", "Key-Pair-Id", "Hash-Algorithm")


def apply():
    """Make keys, and ask for them."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::CloudFront::PublicKey"] = kept_in(cloudfront._public_keys, "PublicKeyConfig", cloudfront._pk_id)
    handlers["AWS::CloudFront::KeyGroup"] = kept_in(cloudfront._key_groups, "KeyGroupConfig", cloudfront._kg_id)
    cloudfront._dataplane_behavior = with_key_groups(cloudfront._dataplane_behavior)
    cloudfront.handle_viewer_request = signed_only(cloudfront.handle_viewer_request)


def kept_in(store, member, new_id):
    """What CloudFormation calls for a type whose records lie in ``store``."""

    def create(logical_id, properties, stack):
        made = new_id()
        store[made] = {
            "Id": made,
            "ETag": made,
            "CreatedTime": cloudfront._now_iso(),
            "LastModifiedTime": cloudfront._now_iso(),
            "Config": properties[member],
        }
        return made, {"Id": made}

    def update(physical_id, old, new, stack):
        if old[member] == new[member]:
            return physical_id, {"Id": physical_id}
        return create(None, new, stack)

    def delete(physical_id, properties):
        store.pop(physical_id, None)

    return {"create": create, "update": update, "delete": delete}


def with_key_groups(read):
    def read_with_key_groups(element, *pattern, **named):
        trusted = cloudfront._find(element, "TrustedKeyGroups")
        groups = cloudfront._find(trusted, "Items") if trusted is not None else None
        names = [group.text for group in groups] if groups is not None else []
        return read(element, *pattern, **named) | {"key_groups": names}

    return read_with_key_groups


def signed_only(handle):
    async def handle_signed(distribution, method, path, uri, query, headers, *rest, **named):
        behaviour = cloudfront._match_behavior(cloudfront.parse_distribution_dataplane_config(distribution), path)
        groups = behaviour["key_groups"] if behaviour else []
        scheme = headers.get("x-forwarded-proto", "http")
        if groups and not is_signed(groups, f"{scheme}://{headers.get('host', '')}{uri}", query, time.time()):
            return cloudfront._cf_error_response(403, "Access denied", "Error from cloudfront")
        status, answered, body = await handle(distribution, method, path, uri, query, headers, *rest, **named)
        if groups and status < 300:
            answered = answered | said_by_query(behaviour, query)
        return status, answered, body

    return handle_signed


def said_by_query(behaviour, query):
    """The headers that a query asks of the bucket, which is not handed it here, where the behaviour forwards them."""
    _, _, is_forwarded = cloudfront._forwarding_predicates(behaviour)
    asked = [(name, value) for name, value in parse_qsl(query) if name.startswith("response-") and is_forwarded(name)]
    return {name.removeprefix("response-").title(): value for name, value in asked}


def is_signed(groups, address, query, now):
    """Whether a key of the groups signed the policy that the address and its query make."""
    parts = [part for part in query.split("&") if part]
    given = dict(part.partition("=")[::2] for part in parts)
    own = "&".join(part for part in parts if part.split("=")[0] not in OF_THE_SIGNATURE)
    key = given.get("Key-Pair-Id")
    trusted = {name for group in groups for name in cloudfront._key_groups[group]["Config"]["Items"]}
    expires = given.get("Expires", "")
    if key not in trusted or not expires.isdigit() or int(expires) < now or given.get("Hash-Algorithm") != "SHA256":
        return False
    resource = f"{address}?{own}" if own else address
    policy = '{"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":%s}}}]}' % (resource, expires)
    signature = unquote(given.get("Signature", "")).replace("-", "+").replace("_", "=").replace("~", "/")
    public = load_pem_public_key(cloudfront._public_keys[key]["Config"]["EncodedKey"].encode())
    try:
        public.verify(base64.b64decode(signature), policy.encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
