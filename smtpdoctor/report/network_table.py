"""The one table of a report: hosts by ports, and the ways to two ports beside each other.

Knows what was seen of the network, as data and as lines of text. Must not know the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from smtpdoctor.addresses import Family, family_of
from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.paths import Paths, final, routers
from smtpdoctor.diagnosis.views.reach import TELLING
from smtpdoctor.observations import ConnectAttempt, PathTrace
from smtpdoctor.words import OUTCOME_WORDS

UNTRIED = "-"
INDENT = 4
#: A host's name is cut to no less.
SHORTEST_NAME = 12


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One host, or several that answered alike, and the outcome on each of the table's ports."""

    hosts: tuple[str, ...]
    note: str = ""  # "for comparison", "IPv6"
    cells: tuple[str, ...]


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """The way to one port: what was heard at each hop, and how it ended."""

    port: int
    hops: tuple[str, ...]
    end: str


class NetworkTable(msgspec.Struct, frozen=True, kw_only=True):
    """Takes the place of what was seen of the network, here and for comparison."""

    ports: tuple[int, ...]
    rows: tuple[Row, ...]
    ways: tuple[Way, ...]


def network_table(run: Run, diagnosis: Diagnosis) -> NetworkTable | None:
    """The table beside an error of the network; None beside others, and where it shows nothing
    but what the diagnosis says."""
    if diagnosis.area != "network" or diagnosis.severity != "error":
        return None
    reach = run.reach
    family = family_of(run.main.session.address) if run.main else reach.family
    paths = run.paths[family]
    rows, ports = _rows(run) if reach.failed else ((), ())
    ways = tuple(way(trace, paths) for trace in paths.shown) if paths.seen else ()
    if not ways and len(ports) < 2:
        return None
    return NetworkTable(ports=ports, rows=rows, ways=ways)


def address_table(run: Run) -> NetworkTable | None:
    """Every address of the configured host that was tried, on each port. None where none was."""
    seen = _own(run)
    ports = _in_order(seen, run.settings.port or 0)
    rows = tuple(
        Row(
            hosts=(address,),
            cells=tuple(
                _cell((item for item in seen if item.address == address), port) for port in ports
            ),
        )
        for address in sorted({item.address for item in seen}, key=lambda each: (":" in each, each))
    )
    return NetworkTable(ports=ports, rows=rows, ways=()) if rows else None


def lines(table: NetworkTable, width: int) -> Iterator[str]:
    """The table in lines of at most `width` characters."""
    widths = [
        max(len(cell) for cell in (str(port), *(row.cells[place] for row in table.rows)))
        for place, port in enumerate(table.ports)
    ]
    room = width - INDENT - sum(each + 2 for each in widths)
    names = [_name(row, max(room, SHORTEST_NAME)) for row in table.rows]
    longest = max((len(name) for name in names), default=0)
    if table.rows:
        yield _line("", table.ports, longest, widths)
    for name, row in zip(names, table.rows, strict=True):
        yield _line(name, row.cells, longest, widths)
    digits = max((len(str(way.port)) for way in table.ways), default=0)
    for each in table.ways:
        head = f"{' ' * INDENT}port {each.port:<{digits}}  "
        yield head + _shortened(each, width - len(head))


def _rows(  # branches: comprehensions over three kinds of hosts
    run: Run,
) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    host = run.settings.host or ""
    own = _own(run)
    controls = run.connects("control")
    landmarks = run.connects("control-address")
    passing = any(item.ok for item in (*own, *controls))
    seen = [*own, *controls, *(() if passing else landmarks)]
    ports = _in_order(seen, run.settings.port or 0)
    rows = list(_of_host(host, own, ports))
    others = [
        row
        for name in sorted({item.host for item in controls})  # who answered first says nothing
        for row in _of_host(name, [item for item in controls if item.host == name], ports)
    ]
    if not passing:
        for name in sorted({item.host for item in landmarks}, key=lambda name: (":" in name, name)):
            found = [item for item in landmarks if item.host == name]
            others += _of_host(name, found, ports)
    rows += [
        msgspec.structs.replace(row, note=row.note or "for comparison") for row in _merged(others)
    ]
    return tuple(rows), ports


def _own(run: Run) -> list[ConnectAttempt]:
    """What was tried of the configured host."""
    return [*run.connects(), *run.connects("other-port")]


def _in_order(seen: Iterable[ConnectAttempt], configured: int) -> tuple[int, ...]:
    """The ports: the configured one first, the web's last."""
    others = {item.port for item in seen} - {configured}
    return (configured, *sorted(others, key=lambda port: (port == 443, port)))


def _of_host(host: str, seen: list[ConnectAttempt], ports: tuple[int, ...]) -> Iterator[Row]:
    """One row, or one for each family where not the same ports are open.

    A family without a route says nothing beside the other.
    """
    by_family: dict[Family, tuple[str, ...]] = {}
    families: tuple[Family, ...] = ("IPv4", "IPv6")
    for family in families:
        found = [item for item in seen if item.family == family]
        if any(item.outcome != "no-route" for item in found) or (found and len(found) == len(seen)):
            by_family[family] = tuple(_cell(found, port) for port in ports)
    passing = {tuple(cell == "open" for cell in cells) for cells in by_family.values()}
    alike = len(passing) == 1
    for family, cells in by_family.items():
        yield Row(hosts=(host,), note="" if alike else family, cells=cells)
        if alike:
            return


def _cell(seen: Iterable[ConnectAttempt], port: int) -> str:
    outcomes = [item.outcome for item in seen if item.port == port]
    return OUTCOME_WORDS[min(outcomes, key=TELLING.index)] if outcomes else UNTRIED


def _merged(rows: list[Row]) -> list[Row]:
    """Rows with the same cells become one."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for row in rows:
        found.setdefault((row.note, row.cells), []).extend(row.hosts)
    return [
        Row(hosts=tuple(hosts), note=note, cells=cells) for (note, cells), hosts in found.items()
    ]


def way(trace: PathTrace, paths: Paths | None = None) -> Way:
    """The way to one port; `paths` tells whether it is the server that answers there."""
    end = final(trace)
    heard = routers(trace)
    words = "nothing more" if heard else "nothing"
    if end is not None and end.outcome == "open":
        near = paths is not None and paths.nearer is not None and trace is paths.configured
        words = f"{'an answer' if near else 'the server'} at hop {end.ttl}"
    elif end is not None and end.outcome == "refused":
        words = f"refused at hop {end.ttl}"
    elif end is not None and end.icmp is not None:
        words = end.icmp.name.replace("-", " ") or "an ICMP error"
        if not heard or heard[-1].sender != end.sender:
            words += f" by {end.sender}"
    elif end is not None:
        words = end.error or "failed"
    last = heard[-1].ttl if heard else 0
    return Way(
        port=trace.port, hops=tuple(hop.sender or "?" for hop in trace.hops[:last]), end=words
    )


def words(way: Way) -> str:
    """The whole way in one line."""
    return " > ".join((*way.hops, way.end))


def _name(row: Row, room: int) -> str:
    """The hosts of a row in so many characters."""
    note = f", {row.note}" if row.note else ""
    for words in (f"{', '.join(row.hosts)}{note}", ", ".join(row.hosts)):
        if len(words) <= room:
            return words
    more = f" and {len(row.hosts) - 1} more" if len(row.hosts) > 1 else ""
    first = row.hosts[0]
    kept = room - len(more)
    return (first if len(first) <= kept else f"{first[: kept - 1]}~") + more


def _line(name: str, cells: Iterable[object], longest: int, widths: list[int]) -> str:
    line = f"{' ' * INDENT}{name:<{longest}}"
    for cell, width in zip(cells, widths, strict=True):
        line += f"  {cell!s:<{width}}"
    return line.rstrip()


def _shortened(way: Way, room: int) -> str:
    """The whole way, or its two ends where it is too long."""
    whole = words(way)
    for left_out in range(1, len(way.hops) + 1):
        if len(whole) <= room:
            break
        kept = len(way.hops) - left_out
        first, last = way.hops[: (kept + 1) // 2], way.hops[len(way.hops) - kept // 2 :]
        whole = words(Way(port=way.port, hops=(*first, f"{left_out} more", *last), end=way.end))
    return whole


def tried_ways(run: Run) -> dict[bool, str]:
    """The ways to the provider that were tried, by whether they work: hosts with their ports."""
    tried: dict[tuple[str, int], bool] = {}
    for attempt in (*run.connects("other-port"), *run.connects("other-host")):
        tried.setdefault((attempt.host, attempt.port), False)
    for view in run.sessions:
        way = (view.session.host, view.session.port)
        tried[way] = tried.get(way, False) or view.works
    found: dict[bool, dict[str, list[str]]] = {True: {}, False: {}}
    for (host, port), works in sorted(tried.items()):
        found[works].setdefault(host, []).append(str(port))
    return {
        works: ", ".join(f"{host} on {' and '.join(ports)}" for host, ports in hosts.items())
        for works, hosts in found.items()
        if hosts
    }
