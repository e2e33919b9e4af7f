"""`python -m smtpdoctor` and the program's own command, for which nothing of the folder it runs in
may be imported: a `random.py` there would run with the user's settings."""

import sys


def _leave_out_the_folder() -> None:
    """Take the working folder off the path, unless the program itself stands in it."""
    import os

    here = os.path.realpath(".")
    if here == os.path.dirname(os.path.dirname(os.path.realpath(__file__))):
        return
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != here]


def main() -> None:
    """The command line."""
    from smtpdoctor.cli import main as command_line

    command_line()


_leave_out_the_folder()

if __name__ == "__main__":
    main()
