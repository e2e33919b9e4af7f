"""Whether a model agrees with what its program gave for a text."""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv import read

#: What a shell, or the program around a reader, sets by itself.
NOT_OF_THE_FILE = frozenset({"PWD", "SHLVL", "_", "OLDPWD", "PATH", "LC_CTYPE"})


def told(reader: str, text: str, environ: Mapping[str, str]) -> bool:
    """Whether the model tells every value: no command, nothing that grows without end."""
    file = read(reader, text, environ)
    return not any(
        fault.kind == "runs-as-command" and fault.effect == "rest-lost" for fault in file.faults
    ) and not any(entry.untold in ("command", "too-large") for entry in file.entries)


def difference(
    reader: str,
    text: str,
    environ: Mapping[str, str],
    outcome: Mapping[str, object],
    *,
    whole: bool,
) -> str | None:
    """In words what differs, None where nothing does. `whole`: the outcome is the environment
    afterwards, else what the file gives. Values that the model can't tell are not compared."""
    file = read(reader, text, environ)
    if "error" in outcome or file.refused:
        same = ("error" in outcome) == file.refused
        return None if same else f"refused: {file.refused}, program: {outcome}"
    given = outcome["values"]
    assert isinstance(given, dict)
    expected: dict[str, str | None] = dict(environ) if whole else {}
    unknown = set()
    for name, value in file.values().items():
        if not name or "\0" in name or (whole and not file.wins(name, environ)):
            continue
        entry = file.entry(name)
        assert entry is not None
        if value is None and entry.untold not in ("error", "null"):
            unknown.add(name)
        if whole and entry.untold == "null":
            continue
        expected[name] = None if value is None else value.reveal()
    for name in sorted({*expected, *given} - unknown - NOT_OF_THE_FILE):
        if name and given.get(name) != expected.get(name):
            return f"{name}: model {expected.get(name)!r}, program {given.get(name)!r}"
    return None
