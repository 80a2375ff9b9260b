"""CloudFront: the first distribution is called `omnigen`, so that its address is known
before the deploy; what it fetches from a bucket comes over TLS, as a policy may ask."""

from ministack.core import iam_evaluator
from ministack.services import cloudfront, s3

DOMAIN = "omnigen.cloudfront.net"


def apply():
    """Name the first distribution; fetch from buckets over TLS."""
    cloudfront._new_distribution_domain = _named(cloudfront._new_distribution_domain)
    s3.serve_cloudfront_origin_fetch = _over_tls(s3.serve_cloudfront_origin_fetch)


def _named(new_domain):
    def named_domain():
        taken = {distribution["DomainName"] for distribution in cloudfront._distributions.values()}
        return new_domain() if DOMAIN in taken else DOMAIN

    return named_domain


def _over_tls(fetch):
    def fetch_over_tls(*origin, **named):
        iam_evaluator.pin_request_origin("127.0.0.1", True)
        return fetch(*origin, **named)

    return fetch_over_tls
