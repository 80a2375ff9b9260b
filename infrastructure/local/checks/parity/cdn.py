"""The site's distribution, and what belongs to it."""

from reading import Seen, first, text, texts

# The default of CloudFront's.
NOWHERE = {"GeoRestriction": {"RestrictionType": "none"}}
NONE = {"Items": []}


def accesses_in_template(template):
    for _, given in template.of("AWS::CloudFront::OriginAccessControl"):
        config = given["OriginAccessControlConfig"]
        yield config["Name"], {
            "origin": config["OriginAccessControlOriginType"],
            "signs": config["SigningBehavior"],
            "protocol": config["SigningProtocol"],
        }


def accesses_in_state(state):
    for given in state.of("aws_cloudfront_origin_access_control"):
        yield given["name"], {
            "origin": given["origin_access_control_origin_type"],
            "signs": given["signing_behavior"],
            "protocol": given["signing_protocol"],
        }


def functions_in_template(template):
    for _, given in template.of("AWS::CloudFront::Function"):
        config = given["FunctionConfig"]
        yield given["Name"], {
            "code": given["FunctionCode"],
            "published": text(given["AutoPublish"]),
            "runtime": config["Runtime"],
            "comment": config["Comment"],
        }


def functions_in_state(state):
    for given in state.of("aws_cloudfront_function"):
        yield given["name"], {
            "code": given["code"],
            "published": text(given["publish"]),
            "runtime": given["runtime"],
            "comment": given["comment"],
        }


def headers_in_template(template):
    for _, given in template.of("AWS::CloudFront::ResponseHeadersPolicy"):
        config = given["ResponseHeadersPolicyConfig"]
        security = config["SecurityHeadersConfig"]
        transport, referrer = security["StrictTransportSecurity"], security["ReferrerPolicy"]
        content = security["ContentSecurityPolicy"]
        yield config["Name"], {
            "transport": [text(transport[k]) for k in ("AccessControlMaxAgeSec", "IncludeSubdomains", "Override")],
            "type": text(security["ContentTypeOptions"]["Override"]),
            "referrer": [referrer["ReferrerPolicy"], text(referrer["Override"])],
            "content": [content["ContentSecurityPolicy"], text(content["Override"])],
            "own": [
                [item["Header"], item["Value"], text(item["Override"])]
                for item in config.get("CustomHeadersConfig", NONE)["Items"]
            ],
            "cors": cors_in_template(config.get("CorsConfig")),
        }


def cors_in_template(cors):
    return cors and {
        "origins": texts(cors["AccessControlAllowOrigins"]["Items"]),
        "methods": texts(cors["AccessControlAllowMethods"]["Items"]),
        "headers": texts(cors["AccessControlAllowHeaders"]["Items"]),
        "exposed": texts(cors["AccessControlExposeHeaders"]["Items"]),
        "credentials": text(cors["AccessControlAllowCredentials"]),
        "age": text(cors["AccessControlMaxAgeSec"]),
        "override": text(cors["OriginOverride"]),
    }


def headers_in_state(state):
    for given in state.of("aws_cloudfront_response_headers_policy"):
        security = first(given["security_headers_config"])
        transport, referrer = first(security["strict_transport_security"]), first(security["referrer_policy"])
        content = first(security["content_security_policy"])
        yield given["name"], {
            "transport": [
                text(transport[k]) for k in ("access_control_max_age_sec", "include_subdomains", "override")
            ],
            "type": text(first(security["content_type_options"])["override"]),
            "referrer": [referrer["referrer_policy"], text(referrer["override"])],
            "content": [content["content_security_policy"], text(content["override"])],
            "own": [
                [item["header"], item["value"], text(item["override"])]
                for item in first(given["custom_headers_config"]).get("items", [])
            ],
            "cors": cors_in_state(given["cors_config"]),
        }


def cors_in_state(block):
    if not block:
        return None
    cors = first(block)
    return {
        "origins": texts(first(cors["access_control_allow_origins"])["items"]),
        "methods": texts(first(cors["access_control_allow_methods"])["items"]),
        "headers": texts(first(cors["access_control_allow_headers"])["items"]),
        "exposed": texts(first(cors["access_control_expose_headers"])["items"]),
        "credentials": text(cors["access_control_allow_credentials"]),
        "age": text(cors["access_control_max_age_sec"]),
        "override": text(cors["origin_override"]),
    }


def caching_in_template(template):
    for _, given in template.of("AWS::CloudFront::CachePolicy"):
        config = given["CachePolicyConfig"]
        parts = config["ParametersInCacheKeyAndForwardedToOrigin"]
        yield config["Name"], {
            "seconds": [text(config[key]) for key in ("MinTTL", "DefaultTTL", "MaxTTL")],
            "gzip": text(parts["EnableAcceptEncodingGzip"]),
            "cookies": parts["CookiesConfig"]["CookieBehavior"],
            "headers": parts["HeadersConfig"]["HeaderBehavior"],
            "queries": parts["QueryStringsConfig"]["QueryStringBehavior"],
            "names": texts(parts["QueryStringsConfig"]["QueryStrings"]),
        }


def caching_in_state(state):
    for given in state.of("aws_cloudfront_cache_policy"):
        parts = first(given["parameters_in_cache_key_and_forwarded_to_origin"])
        queries = first(parts["query_strings_config"])
        yield given["name"], {
            "seconds": [text(given[key]) for key in ("min_ttl", "default_ttl", "max_ttl")],
            "gzip": text(parts["enable_accept_encoding_gzip"]),
            "cookies": first(parts["cookies_config"])["cookie_behavior"],
            "headers": first(parts["headers_config"])["header_behavior"],
            "queries": queries["query_string_behavior"],
            "names": texts(first(queries["query_strings"])["items"]),
        }


def keys_in_template(template):
    for _, given in template.of("AWS::CloudFront::PublicKey"):
        config = given["PublicKeyConfig"]
        # Terraform makes one up.
        config["CallerReference"]
        yield config["Name"], {"key": config["EncodedKey"]}


def keys_in_state(state):
    for given in state.of("aws_cloudfront_public_key"):
        yield given["name"], {"key": given["encoded_key"]}


def groups_in_template(template):
    for _, given in template.of("AWS::CloudFront::KeyGroup"):
        config = given["KeyGroupConfig"]
        yield config["Name"], {"keys": texts(config["Items"])}


def groups_in_state(state):
    for given in state.of("aws_cloudfront_key_group"):
        yield given["name"], {"keys": texts(given["items"])}


def distributions_in_template(template):
    for _, given in template.of("AWS::CloudFront::Distribution"):
        config = given["DistributionConfig"]
        certificate = config["ViewerCertificate"]
        behaviours = [("default", config["DefaultCacheBehavior"])]
        behaviours += [(behaviour["PathPattern"], behaviour) for behaviour in config["CacheBehaviors"]]
        yield "site", {
            "enabled": text(config["Enabled"]),
            "comment": config["Comment"],
            "http": config["HttpVersion"],
            "ipv6": text(config["IPV6Enabled"]),
            "first page": config["DefaultRootObject"],
            "firewall": config.get("WebACLId") or "",
            "aliases": texts(config.get("Aliases")),
            "countries": config.get("Restrictions", NOWHERE)["GeoRestriction"]["RestrictionType"],
            "certificate": {
                "own": text(certificate.get("CloudFrontDefaultCertificate", False)),
                "arn": certificate.get("AcmCertificateArn"),
                "ssl": certificate.get("SslSupportMethod"),
                "least": certificate.get("MinimumProtocolVersion"),
            },
            "origins": {origin["Id"]: origin_in_template(origin) for origin in config["Origins"]},
            "behaviours": {
                name: {
                    "origin": given["TargetOriginId"],
                    "viewers": given["ViewerProtocolPolicy"],
                    "methods": texts(given["AllowedMethods"]),
                    "cached": texts(given.get("CachedMethods", ["GET", "HEAD"])),
                    "compress": text(given["Compress"]),
                    "cache": given["CachePolicyId"],
                    "request": given.get("OriginRequestPolicyId"),
                    "headers": given["ResponseHeadersPolicyId"],
                    "signers": texts(given.get("TrustedKeyGroups")),
                    "functions": [[f["EventType"], f["FunctionARN"]] for f in given["FunctionAssociations"]],
                }
                for name, given in behaviours
            },
        }


def origin_in_template(origin):
    own = origin.get("CustomOriginConfig", Seen({}))
    # A bucket is reached by its origin access, not by an identity.
    origin.get("S3OriginConfig", Seen({})).get("OriginAccessIdentity")
    return {
        "host": origin["DomainName"],
        "path": origin.get("OriginPath") or "",
        "access": origin.get("OriginAccessControlId"),
        "ports": [text(own.get("HTTPPort")), text(own.get("HTTPSPort", 443 if own else None))],
        "protocol": own.get("OriginProtocolPolicy"),
        "tls": texts(own.get("OriginSSLProtocols")),
        "headers": {h["HeaderName"]: h["HeaderValue"] for h in origin.get("OriginCustomHeaders", [])},
    }


def distributions_in_state(state):
    for given in state.of("aws_cloudfront_distribution"):
        certificate = first(given["viewer_certificate"])
        behaviours = [("default", first(given["default_cache_behavior"]))]
        behaviours += [(behaviour["path_pattern"], behaviour) for behaviour in given["ordered_cache_behavior"]]
        yield "site", {
            "enabled": text(given["enabled"]),
            "comment": given["comment"],
            "http": given["http_version"],
            "ipv6": text(given["is_ipv6_enabled"]),
            "first page": given["default_root_object"],
            "firewall": given["web_acl_id"] or "",
            "aliases": texts(given["aliases"]),
            "countries": first(first(given["restrictions"])["geo_restriction"])["restriction_type"],
            "certificate": {
                "own": text(certificate["cloudfront_default_certificate"] or False),
                "arn": certificate["acm_certificate_arn"],
                "ssl": certificate["ssl_support_method"],
                "least": certificate["minimum_protocol_version"],
            },
            "origins": {origin["origin_id"]: origin_in_state(origin) for origin in given["origin"]},
            "behaviours": {
                name: {
                    "origin": given["target_origin_id"],
                    "viewers": given["viewer_protocol_policy"],
                    "methods": texts(given["allowed_methods"]),
                    "cached": texts(given["cached_methods"]),
                    "compress": text(given["compress"]),
                    "cache": given["cache_policy_id"],
                    "request": given["origin_request_policy_id"],
                    "headers": given["response_headers_policy_id"],
                    "signers": texts(given["trusted_key_groups"]),
                    "functions": [[f["event_type"], f["function_arn"]] for f in given["function_association"]],
                }
                for name, given in behaviours
            },
        }


def origin_in_state(origin):
    own = first(origin["custom_origin_config"])
    return {
        "host": origin["domain_name"],
        "path": origin["origin_path"] or "",
        "access": origin["origin_access_control_id"] or None,
        "ports": [text(own.get("http_port")), text(own.get("https_port"))],
        "protocol": own.get("origin_protocol_policy"),
        "tls": texts(own.get("origin_ssl_protocols")),
        "headers": {header["name"]: header["value"] for header in origin["custom_header"]},
    }
