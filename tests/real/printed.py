"""Has real clients meet every situation and notes what each prints: what the pages quote.

Run as root in namespaces of its own: `unshare -n -u -m python -m tests.real.printed [PART]`, where
PART is a part of the names of situations or clients. It prints JSON, which `make printed` writes to
where the pages are made from: by situation its codes, what is met, and by client the text.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from smtpdoctor.demo.authority import Certificate
from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.demo.server import SMTPServer

from .matrix import Certificates, Client, clients, run_client
from .situations import HOST, SITUATIONS, Name, Situation, Way

#: The clients that are quoted, by the names of `matrix.clients`, and what the pages call them.
QUOTED = {
    "nodemailer-10": "Nodemailer 10.6",
    "smtplib-3.11": "Python smtplib 3.11",
    "django-5": "Django 5.2",
    "phpmailer": "PHPMailer 6.6",
    "symfony": "Symfony Mailer 5.4",
    "jakarta": "Jakarta Mail 2.0",
    "go": "Go net/smtp 1.19",
    "ruby-mail": "Ruby mail 2.7",
    "ruby": "Ruby net/smtp 0.3",
    "aiosmtplib": "aiosmtplib 5.1",
    "curl": "curl 7.88",
    "msmtp": "msmtp 1.8",
    "swaks": "swaks 20201014",
}
#: Seconds after which a client gives up: it waits only where nothing comes at all.
SECONDS = 2
#: What `matrix` says in a client's place where it had to be ended.
NOTHING = ("no end", "nothing said: no end")
DOMAIN = "example.net"
RESOLVER = "127.0.0.77"
#: What the pages show for the address of the host.
ADDRESS = "192.0.2.25"
_SILENT, _UNREACHABLE, _DENIED, _UNROUTED = (
    *("192.0.2.66", "198.51.100.7", "198.51.100.8"),
    "203.0.113.9",
)
_AT = {
    Way.SILENT: _SILENT,
    Way.UNREACHABLE: _UNREACHABLE,
    Way.DENIED: _DENIED,
    Way.UNROUTED: _UNROUTED,
}


def _namespace() -> None:
    for words in (
        "link set lo up",
        # an address besides loopback: without, Nodemailer takes the family for unsupported
        "link add mail0 type veth peer name mail1",
        "addr add 192.0.2.9/24 dev mail0",
        "link set mail0 up",
        "link set mail1 up",
        f"neigh add {_SILENT} lladdr 02:00:00:00:00:09 dev mail0 nud permanent",
        f"route add unreachable {_UNREACHABLE}/32",
        f"route add prohibit {_DENIED}/32",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    socket.sethostname("web1")


def _mounted(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)


def _answer_questions() -> None:
    """A name server that says of a name what its first label asks for, and of others that they
    don't exist."""
    import dns.flags
    import dns.message
    import dns.rcode

    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind((RESOLVER, 53))
    while True:
        data, sender = listening.recvfrom(4096)
        question = dns.message.from_wire(data)
        label = question.question[0].name.labels[0].decode().lower()
        if label == Name.UNANSWERED.value:
            continue
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        codes = {Name.WITHOUT_ADDRESS.value: "NOERROR", Name.FAILING.value: "SERVFAIL"}
        answer.set_rcode(dns.rcode.from_text(codes.get(label, "NXDOMAIN")))
        listening.sendto(answer.to_wire(), sender)


def _job(situation: Situation, host: str, client: Client, cafile: Path) -> dict[str, object]:
    return {
        "id": situation.name,
        "host": host,
        "port": situation.port,
        "tls": situation.tls,
        "required": True,
        "user": situation.user if situation.login else "",
        "password": situation.password if situation.login else "",
        "sender": situation.sender,
        "recipient": "user@example.org",
        "cafile": str(cafile),
        "seconds": SECONDS,
    }


async def _said(
    situations: list[Situation], everybody: list[Client], folder: Path
) -> dict[str, dict[str, str]]:
    certificates = Certificates(folder)
    trust = certificates.trust_store()
    hosts, names = ["127.0.0.1 localhost\n127.0.1.1 web1.example.net web1\n"], {}
    async with contextlib.AsyncExitStack() as servers:
        for number, situation in enumerate(situations, 1):
            at, own = situation.at, f"s{number}.{DOMAIN}"
            address = f"127.1.0.{number}"
            names[situation.name] = situation.host or own
            if isinstance(at, Name):
                names[situation.name] = situation.host or f"{at.value}.{DOMAIN}"
                continue
            if isinstance(at, Behaviour):
                files = certificates.issue(situation.certificate, own, address)
                at = replace(at, certificate=Certificate(*files))
                server = SMTPServer(at, host=address, port=situation.port)
                await servers.enter_async_context(server)
            hosts.append(f"{_AT.get(at, address) if isinstance(at, Way) else address} {own}\n")
        _mounted(folder, "hosts", "".join(hosts))
        _mounted(folder, "resolv.conf", f"nameserver {RESOLVER}\noptions timeout:1 attempts:1\n")
        threading.Thread(target=_answer_questions, daemon=True).start()

        def run(client: Client) -> dict[str, str]:
            jobs = [
                _job(each, names[each.name], client, certificates.cafile) for each in situations
            ]
            said = run_client(client, jobs, trust, folder)
            return {
                name: _as_shown(text, names[name], folder)
                for name, text in said.items()
                if text and text not in NOTHING
            }

        with ThreadPoolExecutor(4) as pool:
            loop = asyncio.get_running_loop()
            made = await asyncio.gather(
                *(loop.run_in_executor(pool, run, client) for client in everybody)
            )
    said = dict(zip((client.name for client in everybody), made, strict=True))
    return {
        each.name: {
            name: said[client][each.name]
            for client, name in QUOTED.items()
            if each.name in said.get(client, ())
        }
        for each in situations
    }


def _as_shown(text: str, host: str, folder: Path) -> str:
    """A client's words without what is this run's own: names, addresses, numbers of a thread."""
    text = text.replace(host, host if host.endswith(HOST) else HOST)
    own = "|".join(map(re.escape, _AT.values()))
    text = re.sub(rf"127\.1\.0\.\d+|\b(?:{own})\b", ADDRESS, text)
    text = re.sub(r"\b[0-9A-F]{12,16}:error:", "…:error:", text)
    text = re.sub(r"(0x)[0-9a-f]{8,}", r"\1…", text)
    text = re.sub(re.escape(str(folder)), "…", text)
    text = re.sub(r"\bafter \d+ (ms|milliseconds)", r"after … \1", text)
    text = re.sub(rf"\b({ADDRESS}|127\.0\.0\.1):\d{{4,5}}->", r"\1:…->", text)
    text = text.partition("\nMore details here: https://curl.se")[0]
    lines = (line.strip() for line in text.strip().splitlines())
    return "\n".join(line for line in lines if line)


def _found(wanted: str) -> tuple[list[Situation], list[str]]:
    situations = [each for each in SITUATIONS if wanted in each.name]
    names = [name for name in QUOTED if wanted in name]
    return situations or list(SITUATIONS), names or list(QUOTED)


def main(wanted: str = "") -> None:
    """Everything, or what has `wanted` in its name."""
    folder = Path(tempfile.mkdtemp(prefix="printed-"))
    _namespace()
    situations, names = _found(wanted)
    everybody = [each for each in clients(folder) if each.name in names]
    said = asyncio.run(_said(situations, everybody, folder))
    noted = {
        each.name: {"codes": each.codes, "meets": each.meets, "printed": said[each.name]}
        for each in situations
    }
    print(json.dumps(noted, ensure_ascii=False, indent=1))
    sys.stdout.flush()
    os._exit(0)  # the name server's thread waits for nobody


if __name__ == "__main__":
    main(*sys.argv[1:])
