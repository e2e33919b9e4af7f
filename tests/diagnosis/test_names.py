"""How a look-up failed, and the code that stands for it."""

from __future__ import annotations

from typing import get_args

from smtpdoctor.diagnosis.engine import rules
from smtpdoctor.diagnosis.views import isolation, names, reach


def test_every_failure_has_its_code() -> None:
    assert set(names.CODES) == set(get_args(names.Failure))


def test_the_tables_name_codes_that_exist() -> None:
    known = {rule.code for rule in rules()}
    for table in (names.CODES, reach.CODES, isolation.CODES):
        assert set(table.values()) <= known
