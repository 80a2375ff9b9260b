"""The API, and who may sign in to it."""

import re

from reading import Seen, first, text, texts, whole


def apis_in_template(template):
    stages = {given["ApiId"]: given for _, given in template.of("AWS::ApiGatewayV2::Stage")}
    for _, given in template.of("AWS::ApiGatewayV2::Api"):
        kind = given.get("ProtocolType", "HTTP").lower()
        cors = given.get("Body", Seen({})).get("x-amazon-apigateway-cors", Seen({}))
        stage = stages[f"<api {kind} id>"]
        throttling, log = stage["DefaultRouteSettings"], stage.get("AccessLogSettings", Seen({}))
        yield kind, {
            "name": given.get("Name"),
            "selection": given.get("RouteSelectionExpression"),
            "origins": texts(cors.get("allowOrigins")),
            "methods": texts(cors.get("allowMethods")),
            "headers": texts(cors.get("allowHeaders")),
            "exposed": texts(cors.get("exposeHeaders")),
            "age": text(cors.get("maxAge")),
            "stage": stage["StageName"],
            "deployed by itself": text(stage["AutoDeploy"]),
            "rate": text(throttling["ThrottlingRateLimit"]),
            "burst": text(throttling["ThrottlingBurstLimit"]),
            "log group": log.get("DestinationArn", "").removesuffix(":*"),
            "log format": log.get("Format"),
        }


def apis_in_state(state):
    stages = {given["api_id"]: given for given in state.of("aws_apigatewayv2_stage")}
    for given in state.of("aws_apigatewayv2_api"):
        kind = given["protocol_type"].lower()
        cors, stage = first(given["cors_configuration"]), stages[f"<api {kind} id>"]
        throttling, log = first(stage["default_route_settings"]), first(stage["access_log_settings"])
        yield kind, {
            # SAM calls the HTTP API by the stack.
            "name": {"http": None}.get(kind, given["name"]),
            "selection": given["route_selection_expression"],
            "origins": texts(cors.get("allow_origins")),
            "methods": texts(cors.get("allow_methods")),
            "headers": texts(cors.get("allow_headers")),
            "exposed": texts(cors.get("expose_headers")),
            "age": text(cors.get("max_age")),
            "stage": stage["name"],
            "deployed by itself": text(stage["auto_deploy"]),
            "rate": text(throttling["throttling_rate_limit"]),
            "burst": text(throttling["throttling_burst_limit"]),
            "log group": log.get("destination_arn", ""),
            "log format": log.get("format"),
        }


def routes_in_template(template):
    for _, given in template.of("AWS::ApiGatewayV2::Api"):
        for path, methods in given.get("Body", Seen({})).get("paths", Seen({})).items():
            for method, operation in methods.items():
                integration = operation["x-amazon-apigateway-integration"]
                name = path if path == "$default" else f"{method.upper()} {path}"
                yield f"<api http id> {name}", {
                    "function": function_behind(integration["uri"]),
                    "type": f"{integration['httpMethod']} {integration['type'].upper()}",
                    "payload": integration["payloadFormatVersion"],
                    "authorisation": "JWT" if operation.get("security") else "NONE",
                }
    integrations = {f"integrations/<integration {n} id>": g for n, g in template.of("AWS::ApiGatewayV2::Integration")}
    for _, given in template.of("AWS::ApiGatewayV2::Route"):
        integration = integrations[given["Target"]]
        yield f"{integration['ApiId']} {given['RouteKey']}", {
            "api": given["ApiId"],
            "function": function_behind(integration.get("IntegrationUri")),
            "type": integration["IntegrationType"],
            "template": integration.get("TemplateSelectionExpression"),
            "templates": whole(integration.get("RequestTemplates", {})),
            "authorisation": given.get("AuthorizationType", "NONE"),
        }


def routes_in_state(state):
    integrations = {}
    for kind, address, given in state.resources:
        if kind == "aws_apigatewayv2_integration":
            integrations[f"integrations/<integration {address} id>"] = given
    for given in state.of("aws_apigatewayv2_route"):
        integration = integrations[given["target"]]
        facts = {
            "function": function_behind(integration["integration_uri"]),
            "type": integration["integration_type"],
            "authorisation": given["authorization_type"] or "NONE",
        }
        if given["api_id"] == "<api http id>":
            facts["type"] = f"{integration['integration_method']} {facts['type']}"
            facts["payload"] = integration["payload_format_version"]
        else:
            facts["api"] = given["api_id"]
            facts["template"] = integration["template_selection_expression"]
            facts["templates"] = whole(integration["request_templates"]) or {}
        yield f"{integration['api_id']} {given['route_key']}", facts


def function_behind(uri):
    """The function that an integration calls, if it calls one."""
    found = re.search(r"<(?:function|alias) (.*) (arn|invoke)>", uri or "")
    return found and found[1]


def pools_in_template(template):
    for name, given in template.of("AWS::Cognito::UserPool"):
        rules = given["Policies"]["PasswordPolicy"]
        yield given["UserPoolName"], {
            "names": texts(given["UsernameAttributes"]),
            "verified": texts(given["AutoVerifiedAttributes"]),
            "length": text(rules["MinimumLength"]),
            "lower": text(rules.get("RequireLowercase", False)),
            "numbers": text(rules.get("RequireNumbers", False)),
            "symbols": text(rules.get("RequireSymbols", False)),
            "upper": text(rules.get("RequireUppercase", False)),
            "only administrators": text(given["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]),
            "kept": text(template.is_kept(name)),
        }


def pools_in_state(state):
    for given in state.of("aws_cognito_user_pool"):
        rules = first(given["password_policy"])
        yield given["name"], {
            "names": texts(given["username_attributes"]),
            "verified": texts(given["auto_verified_attributes"]),
            "length": text(rules["minimum_length"]),
            "lower": text(rules["require_lowercase"]),
            "numbers": text(rules["require_numbers"]),
            "symbols": text(rules["require_symbols"]),
            "upper": text(rules["require_uppercase"]),
            "only administrators": text(first(given["admin_create_user_config"])["allow_admin_create_user_only"]),
            "kept": text(given["deletion_protection"] == "ACTIVE"),
        }


def clients_in_template(template):
    for _, given in template.of("AWS::Cognito::UserPoolClient"):
        units, rotation = given["TokenValidityUnits"], given["RefreshTokenRotation"]
        yield given["ClientName"], {
            "pool": given["UserPoolId"],
            "secret": text(given["GenerateSecret"]),
            "hides users": given["PreventUserExistenceErrors"],
            "flows": texts(given["ExplicitAuthFlows"]),
            "providers": texts(given["SupportedIdentityProviders"]),
            "oauth": text(given["AllowedOAuthFlowsUserPoolClient"]),
            "oauth flows": texts(given["AllowedOAuthFlows"]),
            "scopes": texts(given["AllowedOAuthScopes"]),
            "callbacks": texts(given["CallbackURLs"]),
            "logouts": texts(given["LogoutURLs"]),
            "revocation": text(given["EnableTokenRevocation"]),
            "access": f"{given['AccessTokenValidity']} {units['AccessToken']}",
            "id": f"{given['IdTokenValidity']} {units['IdToken']}",
            "refresh": f"{given['RefreshTokenValidity']} {units['RefreshToken']}",
            "rotation": f"{rotation['Feature']} {rotation['RetryGracePeriodSeconds']}",
        }


def clients_in_state(state):
    for given in state.of("aws_cognito_user_pool_client"):
        units, rotation = first(given["token_validity_units"]), first(given["refresh_token_rotation"])
        yield given["name"], {
            "pool": given["user_pool_id"],
            "secret": text(given["generate_secret"]),
            "hides users": given["prevent_user_existence_errors"],
            "flows": texts(given["explicit_auth_flows"]),
            "providers": texts(given["supported_identity_providers"]),
            "oauth": text(given["allowed_oauth_flows_user_pool_client"]),
            "oauth flows": texts(given["allowed_oauth_flows"]),
            "scopes": texts(given["allowed_oauth_scopes"]),
            "callbacks": texts(given["callback_urls"]),
            "logouts": texts(given["logout_urls"]),
            "revocation": text(given["enable_token_revocation"]),
            "access": f"{given['access_token_validity']} {units['access_token']}",
            "id": f"{given['id_token_validity']} {units['id_token']}",
            "refresh": f"{given['refresh_token_validity']} {units['refresh_token']}",
            "rotation": f"{rotation['feature']} {rotation['retry_grace_period_seconds']}",
        }


def groups_in_template(template):
    for _, given in template.of("AWS::Cognito::UserPoolGroup"):
        yield given["GroupName"], {"pool": given["UserPoolId"]}


def groups_in_state(state):
    for given in state.of("aws_cognito_user_group"):
        yield given["name"], {"pool": given["user_pool_id"]}


def domains_in_template(template):
    for _, given in template.of("AWS::Cognito::UserPoolDomain"):
        yield given["Domain"], {"pool": given["UserPoolId"]}


def domains_in_state(state):
    for given in state.of("aws_cognito_user_pool_domain"):
        yield given["domain"], {"pool": given["user_pool_id"]}
