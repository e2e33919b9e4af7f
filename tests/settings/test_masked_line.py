from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings.masked_line import MaskedLine
from smtpdoctor.settings.model import MASK


def test_what_is_not_known_to_be_harmless_is_masked() -> None:
    line = MaskedLine("  pass: 's3cret', port: 587, // old", [(2, 7), (16, 27)])
    assert "s3cret" not in line.text
    assert "old" not in line.text


def test_columns_behind_a_mask_tell_no_length() -> None:
    for secret in ("a", "a-much-longer-one"):
        raw = f"pass={secret};port=587"
        start = raw.index("587")
        line = MaskedLine(raw, [(0, 5), (start - 6, len(raw))])
        assert line.text == f"pass={MASK};port=587"
        shown = line.columns(start + 1, start + 4)
        assert line.text[shown[0] - 1 : shown[1] - 1] == "587"


@given(
    st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)
)
def test_what_is_kept_is_found_at_its_columns(raw: str, harmless: list[tuple[int, int]]) -> None:
    line = MaskedLine(raw, harmless)
    for start, last in harmless:
        end = min(last, len(raw))
        if start < end:
            shown = line.columns(start + 1, end + 1)
            assert line.text[shown[0] - 1 : shown[1] - 1] == raw[start:end]
