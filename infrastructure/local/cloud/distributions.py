"""CloudFront: the first distribution is called `omnigen`, so that its address is known
before the deploy."""

from ministack.services import cloudfront

DOMAIN = "omnigen.cloudfront.net"


def apply():
    """Name the first distribution."""
    new_domain = cloudfront._new_distribution_domain

    def named_domain():
        taken = {distribution["DomainName"] for distribution in cloudfront._distributions.values()}
        return new_domain() if DOMAIN in taken else DOMAIN

    cloudfront._new_distribution_domain = named_domain
