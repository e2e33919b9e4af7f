"""Where the doctor runs, from local marks only: files, environment, the system's own words."""

from __future__ import annotations

import platform
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from smtpdoctor import __released__
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
        fqdn=full_host_name(),
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


def full_host_name() -> str:
    """This host's name where it is a full one. Asks no name server, as getfqdn would."""
    name = socket.gethostname()
    return name if "." in name.strip(".") else ""
