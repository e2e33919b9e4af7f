"""Where the doctor runs, from local marks only: files, environment, the system's own words."""

from __future__ import annotations

import platform
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from smtpdoctor import __released__
from smtpdoctor.addresses import family_of
from smtpdoctor.network.system_files import hosts_file, names_in_hosts_file
from smtpdoctor.observations import Place

#: Programs read either case.
PROXY_VARIABLES = tuple(
    form for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY") for form in (name, name.lower())
)


def look_around(
    environ: Mapping[str, str],
    *,
    root: Path = Path("/"),
    trust_store: int | None = None,
    trust_store_path: str = "",
) -> Place:
    """The observation of this machine. `root` is where its files are looked for."""
    return Place(
        system=platform.system() or "unknown system",
        container=container(environ, root),
        fqdn=own_names().dotted,
        clock=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        released=__released__,
        proxies=tuple(name for name in PROXY_VARIABLES if environ.get(name)),
        trust_store=trust_store,
        trust_store_path=trust_store_path,
    )


def container(environ: Mapping[str, str], root: Path = Path("/")) -> str | None:
    """The container this process is in, in words, None where no mark of one is found."""
    if environ.get("KUBERNETES_SERVICE_HOST"):
        return "Kubernetes pod"
    if (root / ".dockerenv").exists():
        name = socket.gethostname()
        # Docker's default host name is the start of the container's id
        is_id = len(name) == 12 and all(letter in "0123456789abcdef" for letter in name)
        return f"container {name}" if is_id else "container"
    if (root / "run/.containerenv").exists() or environ.get("container"):
        return "container"
    return None


class OwnNames(msgspec.Struct, frozen=True, kw_only=True):
    """The names of this machine, as programs on it may find them; "" for what there is not.

    `full` is what getfqdn gives, which falls back on `host`; `address` is the host name's own, and
    `canonical` the first name of that address. Only files were asked: a program that asks name
    servers, too, may find another one.
    """

    host: str = ""
    full: str = ""
    canonical: str = ""
    address: str = ""

    @property
    def dotted(self) -> str:
        """The host name where it is a full one."""
        return self.host if "." in self.host.strip(".") else ""


def own_names() -> OwnNames:
    """The names of this machine. Asks no name server, as getfqdn would."""
    host = socket.gethostname()
    address = next((item for item in hosts_file(host) if family_of(item) == "IPv4"), "")
    names = names_in_hosts_file(address) if address else ()
    dotted = next((name for name in names if "." in name), "")
    return OwnNames(
        host=host,
        full=dotted or (names[0] if names else host),
        canonical=names[0] if names else "",
        address=address,
    )
