"""What the tests of the Perl reader expect is what Perl makes of the same programs."""

from __future__ import annotations

import subprocess

import pytest

from tests.settings.readers.test_perl import TABLE, VALUES

from .conftest import require

pytestmark = pytest.mark.real

SHOWN = '\n;print STDERR defined $x ? "=$x" : "undef";\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [row for row in TABLE if row[1] is not None],  # None may be: not told
)
def test_perl_comes_to_the_same(text: str, expected: object) -> None:
    require("perl")
    program, end, rest = text.partition("\n__END__")
    done = subprocess.run(
        ["perl", "-X", "-e", program + SHOWN + end + rest],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **VALUES},
        capture_output=True,
        text=True,
        check=True,
    )
    said = {True: "1", False: ""}.get(expected) if isinstance(expected, bool) else str(expected)
    assert done.stderr == f"={said}"
