"""The fault of whoever calls the doctor, apart from the modules that raise it: `explain` catches it
and reads no settings. Knows nothing."""


class UsageError(Exception):
    """The doctor was called wrongly, or a settings file cannot be read. One clear line.

    `unnamed` is the line without the names of the folder's set-ups, for a log that is public.
    """

    def __init__(self, line: str, unnamed: str = "") -> None:
        super().__init__(line)
        self.unnamed = unnamed or line
