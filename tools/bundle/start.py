"""Where the bundle starts: `smtpdoctor`, with the environment as the user has it.

PyInstaller's loader points LD_LIBRARY_PATH at the libraries that it has unpacked, and keeps the
user's own value beside it. Its own libraries are found by then; a program that the doctor starts
(git, a browser) must not get them.
"""

import os

if (theirs := os.environ.pop("LD_LIBRARY_PATH_ORIG", None)) is None:
    os.environ.pop("LD_LIBRARY_PATH", None)
else:
    os.environ["LD_LIBRARY_PATH"] = theirs

from smtpdoctor.__main__ import main

main()
