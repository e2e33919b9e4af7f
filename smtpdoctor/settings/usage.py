"""The fault of whoever calls the doctor, apart from the modules that raise it: `explain` catches it
and reads no settings. Knows nothing."""


class UsageError(Exception):
    """The doctor was called wrongly, or a settings file cannot be read. One clear line."""
