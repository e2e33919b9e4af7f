"""The small steps by which `make mutants` changes the code."""

from __future__ import annotations

import pytest

from tools.mutants.changes import changes

SOURCE = '''
class Account:
    def may(self, name: str = "x", most: int = 3) -> bool:
        """Whether it may."""
        if not name or len(name) > most:
            return False
        return self.known[name:].get(name, "ok") == f"{name} is fine"
'''


def what(source: str) -> list[str]:
    return [change.what for change in changes(source)]


def test_each_step_is_one_place_and_can_be_compiled() -> None:
    found = list(changes(SOURCE))
    assert {change.function for change in found} == {"Account.may"}
    codes = [change.compiled("account.py") for change in found]
    assert all(code is not None and code.co_name == "may" for code in codes)
    assert len({(code.co_code, code.co_consts, code.co_names) for code in codes if code}) == len(
        found
    )
    assert what(SOURCE) == [
        "if not name or len(name) > most → if not (not name or len(name) > most)",
        "not name or len(name) > most → not name and len(name) > most",
        "not name or len(name) > most → len(name) > most",
        "not name or len(name) > most → not name",
        "not name → name",
        "len(name) > most → len(name) >= most",
        "len(name) > most → len(name) <= most",
        "len(name) → len(None)",
        "False → True",
        "return self.known[name:].get(name, 'ok') == f'{name} is fine' → return None",
        "self.known[name:].get(name, 'ok') == f'{name} is fine'"
        " → self.known[name:].get(name, 'ok') != f'{name} is fine'",
        "self.known[name:].get(name, 'ok') → self.known[name:].get(None, 'ok')",
        "name: → :",
        "'ok' → 'XXok'",
    ]


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        ("return 'a sentence of words'", []),
        ("raise ValueError('no words')", []),
        ("'''Says nothing.'''\n    return None", []),
        ("x: int = 1\n    return None", ["1 → 2"]),
        ("return [a for a in b if a]", 2),
        ("f(x=1)", ["f(x=1) → f(x=1) if False else None", "f(x=1) → f()", "1 → 2"]),
    ],
)
def test_prose_and_annotations_stay(body: str, steps: list[str] | int) -> None:
    found = what(f"def f():\n    {body}\n")
    assert (len(found) if isinstance(steps, int) else found) == steps


def test_a_loop_goes_on_where_it_ended() -> None:
    (change,) = changes("def f():\n    for a in b:\n        continue\n")
    assert change.what == "continue → break"
    assert change.compiled("f.py") is not None
