"""Feeds arbitrary programs and documents to the readers of code and configuration.

Needs atheris: `python -m pip install atheris`, then `python fuzz/code_readers.py -runs=100000`.
A finding is an exception, or the end of the process by a parser in C.
"""

import sys

import atheris

with atheris.instrument_imports():
    from smtpdoctor.settings.readers.document import Document
    from smtpdoctor.settings.readers.model import Known, Span, Value, plain
    from smtpdoctor.settings.readers.module import Module
    from smtpdoctor.settings.readers.project import CODE, DOCUMENTS, Project

KINDS = [*CODE, *DOCUMENTS]


class One:
    """A folder of one file, and an environment of one variable."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, path: str) -> bytes:
        return self._content

    def lookup(self, name: str) -> Value | None:
        return Known("1", Span(".env", 1, (1, 2), 1)) if name == "X" else None


def fuzz(data: bytes) -> None:
    """One run; the first byte says what kind of file the others are."""
    kind, content = KINDS[data[0] % len(KINDS)] if data else "js", data[1:]
    folder = One(content)
    project = Project(folder, folder)
    if kind in DOCUMENTS:
        document = project.document("a", kind)
        for part in document.parts if isinstance(document, Document) else ():
            plain(part)
        return
    module = project.module(f"a.{kind}")
    if not isinstance(module, Module):
        return
    for call in module.calls():
        _ = call.reached, call.function, call.target, call.named(), call.uses(), repr(call)
        for value in (call.argument(0), call.argument(1, "x"), call.result, call.receiver):
            plain(value.at("x", 0))
    for assignment in module.assignments():
        plain(assignment.value)
    for function in module.functions().values():
        plain(module.result(function))
    plain(module.value("x", "y"))


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()
