"""How an adaptation gets its hands on what CloudFormation creates and updates."""

from ministack.services.cloudformation import provisioners


def after(resource_type, follow_up):
    """Call ``follow_up(physical_id, properties)`` whenever a resource was created or updated."""
    handler = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handler["create"], handler["update"]

    def create_then(logical_id, properties, stack):
        result = create(logical_id, properties, stack)
        follow_up(result[0], properties)
        return result

    def update_then(physical_id, old, new, stack, *rest, **named):
        result = update(physical_id, old, new, stack, *rest, **named)
        follow_up(result[0], new)
        return result

    handler["create"], handler["update"] = create_then, update_then


def before(resource_type, prepare):
    """Hand the emulator ``prepare(properties)`` in place of a resource's properties."""
    handler = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handler["create"], handler["update"]

    def create_prepared(logical_id, properties, stack):
        return create(logical_id, prepare(properties), stack)

    def update_prepared(physical_id, old, new, stack, *rest, **named):
        return update(physical_id, prepare(old), prepare(new), stack, *rest, **named)

    handler["create"], handler["update"] = create_prepared, update_prepared
