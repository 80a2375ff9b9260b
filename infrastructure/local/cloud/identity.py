"""Cognito: a pool id that is known before the deploy, so that key addresses can be parameters."""

from ministack.services import cognito

POOL_SUFFIX = "omnigen"


def apply():
    """Name the first pool of a region `<region>_omnigen`; any further one gets a random id."""
    random_pool_id = cognito._pool_id

    def pool_id():
        wanted = f"{cognito.get_region()}_{POOL_SUFFIX}"
        return random_pool_id() if wanted in cognito._user_pools else wanted

    cognito._pool_id = pool_id
