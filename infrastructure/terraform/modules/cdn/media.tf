# Films through the distribution, where there is a key: who brings a link that it signed may
# read one.

# It can only be replaced by another name's: to change it, apply once without it.
resource "aws_cloudfront_public_key" "media" {
  count = var.media.public_key == "" ? 0 : 1

  name        = "${var.name}-${var.region}-media"
  encoded_key = replace("-----BEGIN PUBLIC KEY-----,${var.media.public_key},-----END PUBLIC KEY-----,", ",", "\n")
}

resource "aws_cloudfront_key_group" "media" {
  count = length(aws_cloudfront_public_key.media)

  name  = "${var.name}-${var.region}-media"
  items = [aws_cloudfront_public_key.media[0].id]
}

# The bucket's keys do not begin with the folder that the distribution serves them under.
resource "aws_cloudfront_function" "media" {
  count = length(aws_cloudfront_public_key.media)

  name    = "${var.name}-${var.region}-media"
  runtime = "cloudfront-js-2.0"
  comment = "The bucket has no folder assets."
  publish = true
  code    = file("${path.module}/media.js")
}

# A link's signature is no part of what is kept under it; what its headers shall say is.
resource "aws_cloudfront_cache_policy" "media" {
  count = length(aws_cloudfront_public_key.media)

  name        = "${var.name}-${var.region}-media"
  min_ttl     = 0
  default_ttl = 86400
  max_ttl     = 86400

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_gzip = false

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "whitelist"

      query_strings {
        items = ["response-content-type", "response-content-disposition"]
      }
    }
  }
}

# What users uploaded comes from the site's own origin, where nothing of it may run.
resource "aws_cloudfront_response_headers_policy" "media" {
  count = length(aws_cloudfront_public_key.media)

  name = "${var.name}-${var.region}-media"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      override                   = true
    }

    content_type_options {
      override = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    content_security_policy {
      content_security_policy = "default-src 'none'; frame-ancestors 'none'; sandbox"
      override                = true
    }
  }

  cors_config {
    access_control_allow_credentials = false
    access_control_max_age_sec       = 600
    origin_override                  = true

    access_control_allow_origins {
      items = var.media.allowed_origins
    }

    access_control_allow_methods {
      items = ["GET", "HEAD"]
    }

    access_control_allow_headers {
      items = ["range"]
    }

    access_control_expose_headers {
      items = ["etag", "content-range", "content-length", "accept-ranges"]
    }
  }
}

output "media_key" {
  value = { Id = try(aws_cloudfront_public_key.media[0].id, "") }
}
