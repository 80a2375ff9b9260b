locals {
  # AWS's own policies.
  caching_optimized             = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  caching_disabled              = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_viewer_except_host_header = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  viewers                       = var.api.has_tls ? "redirect-to-https" : "allow-all"
}

resource "aws_cloudfront_origin_access_control" "site" {
  name                              = "${var.name}-${var.region}-site"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# A path without an ending is a screen of the app, which its own router knows. Error pages of
# the distribution would be the API's as well.
resource "aws_cloudfront_function" "screens" {
  name    = "${var.name}-${var.region}-screens"
  runtime = "cloudfront-js-2.0"
  comment = "A path without an ending is a screen of the app."
  publish = true
  code    = file("${path.module}/screens.js")
}

# The gateway sees the distribution's address, not the viewer's, by whom requests without a
# token are counted. It is believed of requests that bring the distribution's secret.
resource "aws_cloudfront_function" "viewers" {
  name    = "${var.name}-${var.region}-viewers"
  runtime = "cloudfront-js-2.0"
  comment = "Tells the API the viewer's address."
  publish = true
  code    = file("${path.module}/viewers.js")
}

resource "aws_cloudfront_response_headers_policy" "site" {
  name = "${var.name}-${var.region}-site"

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
      referrer_policy = "strict-origin-when-cross-origin"
      override        = false
    }

    # A page of the API's own brings its own. Styles: the components and the player set them inline.
    content_security_policy {
      override = false
      content_security_policy = join(" ", [
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';",
        "img-src 'self' data: blob: ${var.bucket_origin}; media-src 'self' blob: ${var.bucket_origin};",
        "connect-src 'self' ${var.bucket_origin} ${var.live_url}; worker-src 'self' blob:; object-src 'none';",
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      ])
    }
  }

  custom_headers_config {
    items {
      header   = "permissions-policy"
      value    = "camera=(), geolocation=(), microphone=()"
      override = true
    }
  }
}

# Whether a film may be seen is known by the API alone, which gives links that end: to the bucket,
# or to here.
resource "aws_cloudfront_distribution" "site" {
  enabled             = true
  comment             = var.name
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  default_root_object = "index.html"
  web_acl_id          = var.web_acl_arn
  aliases             = var.certificate_arn == "" ? [] : [var.host]

  viewer_certificate {
    cloudfront_default_certificate = var.certificate_arn == "" ? true : null
    acm_certificate_arn            = var.certificate_arn == "" ? null : var.certificate_arn
    ssl_support_method             = var.certificate_arn == "" ? null : "sni-only"
    minimum_protocol_version       = var.certificate_arn == "" ? null : "TLSv1.2_2021"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  origin {
    origin_id                = "site"
    domain_name              = "${aws_s3_bucket.site.bucket}.s3.${var.region}.${var.suffix}"
    origin_access_control_id = aws_cloudfront_origin_access_control.site.id
  }

  dynamic "origin" {
    for_each = aws_cloudfront_key_group.media

    content {
      origin_id                = "media"
      domain_name              = "${var.media.bucket}.s3.${var.region}.${var.suffix}"
      origin_access_control_id = aws_cloudfront_origin_access_control.site.id
    }
  }

  origin {
    origin_id   = "api"
    domain_name = var.api.host
    origin_path = var.api.path

    custom_origin_config {
      http_port              = var.api.port
      https_port             = 443
      origin_protocol_policy = var.api.has_tls ? "https-only" : "http-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }

    custom_header {
      name  = "x-origin-secret"
      value = var.origin_secret
    }
  }

  default_cache_behavior {
    target_origin_id           = "site"
    viewer_protocol_policy     = local.viewers
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.caching_optimized
    response_headers_policy_id = aws_cloudfront_response_headers_policy.site.id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.screens.arn
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = aws_cloudfront_key_group.media

    content {
      path_pattern               = "/assets/*"
      target_origin_id           = "media"
      viewer_protocol_policy     = local.viewers
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = false
      cache_policy_id            = aws_cloudfront_cache_policy.media[0].id
      response_headers_policy_id = aws_cloudfront_response_headers_policy.media[0].id
      trusted_key_groups         = [ordered_cache_behavior.value.id]

      function_association {
        event_type   = "viewer-request"
        function_arn = aws_cloudfront_function.media[0].arn
      }
    }
  }

  # What other sites show of a video comes from the API as well.
  dynamic "ordered_cache_behavior" {
    for_each = [
      { paths = "/api/*", methods = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"] },
      { paths = "/v/*", methods = ["GET", "HEAD"] },
      { paths = "/embed/*", methods = ["GET", "HEAD"] },
    ]

    content {
      path_pattern               = ordered_cache_behavior.value.paths
      target_origin_id           = "api"
      viewer_protocol_policy     = local.viewers
      allowed_methods            = ordered_cache_behavior.value.methods
      cached_methods             = ["GET", "HEAD"]
      compress                   = false
      cache_policy_id            = local.caching_disabled
      origin_request_policy_id   = local.all_viewer_except_host_header
      response_headers_policy_id = aws_cloudfront_response_headers_policy.site.id

      function_association {
        event_type   = "viewer-request"
        function_arn = aws_cloudfront_function.viewers.arn
      }
    }
  }
}

output "arn" {
  value = "arn:${var.partition}:cloudfront::${var.account}:distribution/${aws_cloudfront_distribution.site.id}"
}

output "domain" {
  value = aws_cloudfront_distribution.site.domain_name
}
