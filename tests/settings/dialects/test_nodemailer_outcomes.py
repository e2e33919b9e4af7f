"""What Nodemailer makes of options and URLs: the model against outcomes of five releases."""

from __future__ import annotations

import pytest

from .nodemailer_table import MAJORS, RECORDED, agree, model, recorded


@pytest.mark.parametrize("major", MAJORS)
def test_the_model_says_what_the_release_did(major: int) -> None:
    for row in RECORDED:
        real, answer = recorded(row, major), model(row["given"], major)
        assert agree(real, answer), (row["given"], real, answer)
