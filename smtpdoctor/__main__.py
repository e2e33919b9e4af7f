"""The program's start: `smtpdoctor`, or `python -m smtpdoctor` where that is not on the path.

Loads the rest of the program only when Ctrl-C has an answer, and never from the working folder.
"""

import _signal  # type: ignore[import-not-found]  # built in: nothing is loaded for it
import sys

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    # until there is a handler of ours the system ends the program by itself, and without a word
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # what -m puts there: the folder to be diagnosed, whose modules are not ours


def _without_a_word(kind, error, trace):  # type: ignore[no-untyped-def]
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _without_a_word  # Ctrl-C until there is a handler: Python ends with 130 by itself

import os  # noqa: E402

_here, _home = os.path.realpath("."), os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
if _here != _home:  # nor where PYTHONPATH names the folder, unless the program stands in it
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != _here]


def _leave_out_programs_of_the_project() -> None:
    """Take them off $PATH: an entry such as `.`, or the node_modules/.bin that `npm exec` puts
    there, would have the project's own `git` or `xdg-open` run."""
    top = _here
    while not os.path.lexists(os.path.join(top, ".git")) and top != os.path.dirname(top):
        top = os.path.dirname(top)
    if top == os.path.dirname(top):  # no repository around it
        top = _here
    own = os.path.join(top, "")

    def is_of_others(entry: str) -> bool:
        at_the_root = top == os.path.dirname(top)  # whose programs are the system's
        return at_the_root or not os.path.join(os.path.realpath(entry), "").startswith(own)

    given = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = [entry for entry in given if os.path.isabs(entry) and is_of_others(entry)]
    os.environ["PATH"] = os.pathsep.join(found) or os.defpath  # of none the folder would be one


def _unraisable(what):  # type: ignore[no-untyped-def]
    """Ctrl-C in the middle of a callback or a destructor, where Python would go on without it."""
    if what.exc_type is not None and issubclass(what.exc_type, KeyboardInterrupt):
        os._exit(128 + _signal.SIGINT)
    sys.__unraisablehook__(what)


def main() -> None:
    """Start; Ctrl-C while the program is still being loaded ends it without a word."""
    _signal.signal(_signal.SIGINT, lambda number, frame: os._exit(128 + number))
    _leave_out_programs_of_the_project()
    if sys.argv[1:2] == ["watch"]:
        # to end is what a service is told by it, also while it is still being loaded
        _signal.signal(_signal.SIGTERM, lambda number, frame: os._exit(0))
    if sys.argv[1:] == ["--version"] and _version_written():
        return
    import gc

    # what a run makes stays, some 70,000 objects: to look through them takes a tenth of its time
    gc.set_threshold(100_000)
    from smtpdoctor import cli

    sys.unraisablehook = _unraisable
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    cli.main()


def _version_written() -> bool:
    """Print the version without the command line's forty modules. An output that takes nothing
    is for the command line to speak of."""
    from smtpdoctor import __version__

    try:
        os.write(1, f"smtpdoctor {__version__}\n".encode())
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
