"""API Gateway: SAM writes an HTTP API as one OpenAPI body, which the emulator ignores.

The body's routes, integrations, JWT authorizers and CORS rules are imported after every
create and update. The first API is called `omnigen`, the first for WebSockets `omnigenlive`,
so that their addresses are known before the deploy, whoever makes it.
"""

import json
import re

from ministack.services import apigateway

import provisioners

API_ID = "omnigen"
LIVE_API_ID = "omnigenlive"
RESOURCE = "AWS::ApiGatewayV2::Api"
ID_TAG = "ms-custom-id"


def apply():
    """Import the body of every HTTP API, and name the first one."""
    provisioners.before(RESOURCE, _named_with_cors)
    provisioners.after(RESOURCE, _import_body)
    apigateway._create_api = _naming(apigateway._create_api)


def _naming(create):
    """Name the first API of each kind that is made by a call, as Terraform does."""

    def create_named(data):
        wanted = LIVE_API_ID if data.get("protocolType") == "WEBSOCKET" else API_ID
        if apigateway.find_api_scope(wanted) is not None:
            return create(data)
        answer = create({**data, "tags": {**(data.get("tags") or {}), ID_TAG: wanted}})
        # Nobody asked for the tag.
        for tags in (apigateway._apis[wanted]["tags"], apigateway._api_tags[apigateway._api_arn(wanted)]):
            tags.pop(ID_TAG, None)
        return answer

    return create_named


def _named_with_cors(properties):
    prepared = dict(properties or {})
    wanted = LIVE_API_ID if prepared.get("ProtocolType") == "WEBSOCKET" else API_ID
    if apigateway.find_api_scope(wanted) is None:
        prepared["Tags"] = {**(prepared.get("Tags") or {}), ID_TAG: wanted}
    if prepared.get("CorsConfiguration"):
        prepared["CorsConfiguration"] = _lower_first(prepared["CorsConfiguration"])
    return prepared


def _lower_first(settings):
    return {name[:1].lower() + name[1:]: value for name, value in settings.items()}


def _import_body(api_id, properties):
    body = properties.get("Body")
    if not body:
        return
    if isinstance(body, str):
        body = json.loads(body)
    apigateway._routes[api_id] = {}
    apigateway._integrations[api_id] = {}
    apigateway._authorizers[api_id] = {}
    authorizers = _create_authorizers(api_id, body)
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            _create_route(api_id, path, method, operation, authorizers)
    if body.get("x-amazon-apigateway-cors"):
        apigateway._update_api(api_id, {"corsConfiguration": body["x-amazon-apigateway-cors"]})


def _create_authorizers(api_id, body):
    """The JWT authorizers of the body: their ids by scheme name."""
    created = {}
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    for name, scheme in schemes.items():
        authorizer = scheme.get("x-amazon-apigateway-authorizer") or {}
        if authorizer.get("type") != "jwt":
            continue
        source = authorizer.get("identitySource")
        answer = apigateway._create_authorizer(api_id, {
            "authorizerType": "JWT",
            "name": name,
            "identitySource": source if isinstance(source, list) else [source],
            "jwtConfiguration": authorizer["jwtConfiguration"],
        })
        created[name] = _answered(answer)["authorizerId"]
    return created


def _create_route(api_id, path, method, operation, authorizers):
    integration = operation.get("x-amazon-apigateway-integration")
    if not integration:
        return
    route = {
        "routeKey": _route_key(path, method),
        "target": f"integrations/{_create_integration(api_id, integration)}",
    }
    for requirement in operation.get("security") or []:
        for scheme, scopes in requirement.items():
            if scheme in authorizers:
                route.update(
                    authorizationType="JWT",
                    authorizerId=authorizers[scheme],
                    authorizationScopes=scopes,
                )
    _answered(apigateway._create_route(api_id, route))


def _create_integration(api_id, integration):
    function = re.search(r"functions/(.+)/invocations", integration["uri"]).group(1)
    answer = apigateway._create_integration(api_id, {
        "integrationType": "AWS_PROXY",
        "integrationUri": function,
        "payloadFormatVersion": integration.get("payloadFormatVersion", "2.0"),
        "timeoutInMillis": integration.get("timeoutInMillis", 30000),
    })
    return _answered(answer)["integrationId"]


def _route_key(path, method):
    if path in ("$default", "/$default"):
        return "$default"
    verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    return f"{verb} {path}"


def _answered(answer):
    """The JSON of an emulator's answer; a refusal fails the deploy."""
    status, _headers, body = answer
    if status >= 400:
        raise ValueError(f"the HTTP API body could not be imported: {body!r}")
    return json.loads(body)
