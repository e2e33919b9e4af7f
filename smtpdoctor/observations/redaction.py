"""x."""

from __future__ import annotations


class Redactor:
    """Cuts secrets out of any text, in every form in which they go over the wire.

    Secrets of fewer than four characters are cut only where they stand as a word of their own,
    or every report would fall to pieces.
    """

    def __init__(self, mask: str) -> None:
        self._mask = mask
        self._forms: set[str] = set()

    def add(self, *forms: str | bytes) -> None:
        """Add secrets or their encoded forms; empty ones are ignored."""
        for form in forms:
            data = form if isinstance(form, bytes) else wire_bytes(form)
            # as a reply's raw bytes and as its readable text have what is not UTF-8
            for how in ("surrogateescape", "backslashreplace"):
                text = data.decode("utf-8", how)
                if text.strip():
                    self._forms.add(text)

    @property
    def longest(self) -> int:
        """The length of the longest form, in characters."""
        return max(map(len, self._forms), default=0)

    def __call__(self, text: str) -> str:
        import re

        for form in sorted(self._forms, key=len, reverse=True):
            if len(form) >= 4:
                text = text.replace(form, self._mask)
            else:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", self._mask, text)
        return text

    def bytes(self, data: bytes) -> bytes:
        """The same for bytes."""
        return self(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def wire_bytes(text: str) -> bytes:
    """The text as UTF-8; bytes of the environment that are none as they came."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for no byte
        return text.encode("utf-8", "surrogatepass")
