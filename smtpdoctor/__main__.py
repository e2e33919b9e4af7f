"""The program's start: `smtpdoctor`, or `python -m smtpdoctor` where that is not on the path.

Loads the rest of the program only when Ctrl-C has an answer, and never from the working folder.
"""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # what -m puts there: the folder to be diagnosed, whose modules are not ours

import os
import signal


def main() -> None:
    """Start; Ctrl-C while the program is still being loaded ends it without a word."""
    signal.signal(signal.SIGINT, lambda number, frame: os._exit(130))
    from smtpdoctor import cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
