"""Programs of a folder whose mail settings are in no file: what to say in place of nothing.

Knows images, and where each program has its settings instead, from its source or its manual. Must
not know any program's settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from smtpdoctor.settings.dialects.table import is_image
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.workspace import Workspace


class Kept(NamedTuple):
    """A program by its images. page: where its settings are looked at and changed."""

    name: str
    images: tuple[str, ...]
    page: str


#: louislam/uptime-kuma server/notification.js, 1 and 2; knadh/listmonk config.toml.sample, 2 to 6;
#: zammad/zammad app/models/channel.rb, 6; Zabbix manual, “Media types”, 3.0 to 7.4;
#: Dolibarr/dolibarr htdocs/admin/mails.php, 21.
PROGRAMS = (
    Kept("Uptime Kuma", ("louislam/uptime-kuma",), "Settings, Notifications"),
    Kept("listmonk", ("listmonk/listmonk",), "Settings, SMTP"),
    Kept(
        "Zammad",
        ("zammad/zammad", "zammad/zammad-docker-compose"),
        "Channels, Email, Email notification",
    ),
    Kept(
        "Zabbix",
        ("zabbix/zabbix-server-mysql", "zabbix/zabbix-server-pgsql"),
        "Alerts, Media types",
    ),
    Kept("Dolibarr", ("dolibarr/dolibarr",), "Home, Setup, Emails"),
)


def kept_elsewhere(workspace: Workspace) -> Iterator[Skipped]:
    """One for each such program that a container of the folder is."""
    for item in workspace.surroundings:
        for program in PROGRAMS:
            if is_image(item.image, program.images):
                where = f"in its database (page “{program.page}”)"
                how = "check them with --host, --port and --user"
                why = f"{program.name} has its mail settings {where}: {how}"
                yield Skipped(path=item.place, why=why, elsewhere=True)
