"""What Nodemailer makes of options and URLs: the model against outcomes of five releases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .nodemailer_table import MAJORS, RECORDED, agree, model, recorded


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("row", RECORDED, ids=lambda row: json.dumps(row["given"])[:60])
def test_the_model_says_what_the_release_did(row: dict[str, Any], major: int) -> None:
    real, answer = recorded(row, major), model(row["given"], major)
    assert agree(real, answer), (real, answer)
