"""Runs smtpdoctor as if this were another system: `simulated.py win32|darwin ARGUMENTS…`.

What only POSIX or only Linux has is taken away before anything of smtpdoctor is loaded. Python's
own modules are loaded before that: they are this system's. With `modules` as the only argument
every module of the package is imported.
"""

from __future__ import annotations

import asyncio
import asyncio.subprocess
import concurrent.futures
import errno
import getpass
import importlib
import ipaddress
import locale
import logging
import os
import pkgutil
import platform
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import types
import webbrowser

import dns.asyncquery
import dns.resolver
import dns.win32util
import rich.console
import typer

LOADED = (
    asyncio, concurrent.futures, errno, getpass, ipaddress, locale, logging, platform, shutil, ssl,
    subprocess, tempfile, webbrowser, rich.console, typer,
)  # fmt: skip
#: Modules that the system doesn't have.
MODULES = {
    "win32": ("crypt", "curses", "fcntl", "grp", "nis", "posix", "pty", "pwd", "readline",
              "resource", "spwd", "syslog", "termios", "tty"),
    "darwin": (),
}  # fmt: skip
#: Names that its modules don't have. macOS lacks what Linux added.
NAMES = {
    "win32": {
        os: ("O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW", "O_CLOEXEC", "O_DIRECTORY", "chown", "fchmod",
             "fchown", "fork", "getegid", "geteuid", "getgid", "getuid", "mkfifo", "uname",
             "sched_getaffinity"),
        signal: ("SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2"),
        socket: ("AF_NETLINK", "MSG_ERRQUEUE", "TCP_INFO", "TCP_MAXSEG"),
    },
    "darwin": {
        os: ("sched_getaffinity",),
        socket: ("AF_NETLINK", "MSG_ERRQUEUE", "TCP_INFO"),
    },
}  # fmt: skip


def become(system: str) -> None:
    """Take away what that system doesn't have."""
    for name in MODULES[system]:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in NAMES[system].items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    sys.platform = system
    platform.system = lambda: {"win32": "Windows", "darwin": "Darwin"}[system]
    if system == "win32":
        os.supports_dir_fd = set()
        # what the registry has
        info = types.SimpleNamespace(
            nameservers=["127.0.0.1"], domain=dns.name.from_text("example.com"), search=[]
        )
        dns.win32util.get_dns_info = lambda: info
        # the certificates of its stores are loaded by SSL_CERT_FILE here
        ssl.enum_certificates = lambda store: []
        # no completion port of Windows opens a socket by a path of its own, and none waits for two
        for name in ("add_reader", "add_writer", "add_signal_handler", "create_unix_connection"):
            setattr(asyncio.SelectorEventLoop, name, _not_there)


def _not_there(*_: object, **__: object) -> None:
    raise NotImplementedError


def import_all(system: str) -> None:
    """Import every module of the package whose extra is installed."""
    import smtpdoctor

    for info in pkgutil.walk_packages(smtpdoctor.__path__, "smtpdoctor."):
        if info.name == "smtpdoctor.__main__":
            continue
        try:
            importlib.import_module(info.name)
        except ModuleNotFoundError as error:
            name = (error.name or "").partition(".")[0]
            if name == "smtpdoctor" or name in MODULES[system]:
                raise


if __name__ == "__main__":
    become(sys.argv[1])
    if sys.argv[2:] == ["modules"]:
        import_all(sys.argv[1])
        sys.exit()
    from smtpdoctor import cli

    sys.argv = ["smtpdoctor", *sys.argv[2:]]
    cli.main()
