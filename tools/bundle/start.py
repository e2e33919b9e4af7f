"""Where the bundle starts: `smtpdoctor`, with the environment as the user has it.

PyInstaller's loader points LD_LIBRARY_PATH at the libraries that it has unpacked, and keeps the
user's own value beside it. Its own libraries are found by then; a program that the doctor starts
(git, a browser) must not get them.

libgcc_s is the system's own, which fits its glibc; a system without one gets the builder's.
"""

import contextlib
import os
import sys
from _ctypes import dlopen  # type: ignore[attr-defined]

if (theirs := os.environ.pop("LD_LIBRARY_PATH_ORIG", None)) is None:
    os.environ.pop("LD_LIBRARY_PATH", None)
else:
    os.environ["LD_LIBRARY_PATH"] = theirs

# whatever asks for a library of that name is given the one that is loaded
for place in ("libgcc_s.so.1", f"{sys._MEIPASS}/fallback/libgcc_s.so.1"):  # type: ignore[attr-defined]
    with contextlib.suppress(OSError):
        dlopen(place, os.RTLD_LAZY)
        break

from smtpdoctor.__main__ import main  # noqa: E402 - found by what stands above

main()
