"""What both sides are read with: dicts that know what was looked at."""


class Seen(dict):
    """A dict that remembers which of its keys were asked for.

    What nobody compares would otherwise look equal.
    """

    def __init__(self, value):
        super().__init__({key: seen(child) for key, child in value.items()})
        self.asked = set()

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.asked.add(key)
        return super().get(key, default)

    def items(self):
        self.asked.update(self.keys())
        return super().items()

    def unread(self, path):
        """The path and the value of everything that was not asked for."""
        for key in self.keys():
            value = super().__getitem__(key)
            if key not in self.asked:
                yield f"{path}.{key}", value
            else:
                yield from unread(value, f"{path}.{key}")


def seen(value):
    if isinstance(value, dict):
        return Seen(value)
    return [seen(child) for child in value] if isinstance(value, list) else value


def unread(value, path):
    if isinstance(value, Seen):
        yield from value.unread(path)
    if isinstance(value, list):
        for child in value:
            yield from unread(child, path)


def whole(value):
    """The value, all of it looked at."""
    if isinstance(value, dict):
        return {key: whole(child) for key, child in value.items()}
    return [whole(child) for child in value] if isinstance(value, list) else value


def listed(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def first(block):
    """A block of Terraform that stands once, or an empty one."""
    return block[0] if block else Seen({})


def text(value):
    """A scalar as both sides write it: parameters are texts, and 7.0 is 7."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def texts(values):
    return sorted(text(value) for value in listed(values))
