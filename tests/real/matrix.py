"""Runs every client and the doctor in every world of one machine; prints what became of each.

Run as root in namespaces of its own: `unshare -n -u -m python -m tests.real.matrix MACHINE`. The
last line is JSON: {"cells": [[world, client, sent, verdict, codes, what the client said], …]}.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .scripted import ScriptedServer
from .worlds import SILENT, SILENT_IPV6, WORLDS, World

HERE = Path(__file__).parent
CLIENTS_FOLDER = HERE / "clients"
UNPACKED = HERE.parents[1] / "build" / "real"
#: Seconds after which a client gives up: slow worlds take twelve.
SECONDS = 16
#: So much of what a command says is kept.
LONGEST = 1000

DOMAIN = "example.net"
HOST_NAMES = {"container": "3f2a9c1b7d44", "web1": "web1"}
HOSTS = {
    "container": "127.0.0.1 localhost\n::1 localhost\n172.17.0.2 3f2a9c1b7d44\n",
    "web1": "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 web1.example.net web1\n",
}


@dataclass(frozen=True)
class Client:
    """A real client: the name and release that the doctor is told, and how it is run."""

    name: str
    doctor: str
    command: tuple[str, ...] = ()
    one_by_one: Callable[[dict[str, object]], tuple[list[str], str]] | None = None
    environment: tuple[tuple[str, str], ...] = ()
    tabs: bool = False
    single: bool = False
    #: With STARTTLS it verifies nothing, as the doctor is told.
    unverified: bool = False


def _python(version: str) -> str:
    """The interpreter of that version, by pyenv or the system."""
    for found in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
        return str(found)
    return f"python{version}"


def _is_here(client: Client) -> bool:
    """Whether its program is installed: a machine may have one Python alone."""
    program = shutil.which(client.command[0]) if client.command else client.name
    libraries = (value for name, value in client.environment if name == "PYTHONPATH")
    return program is not None and all(map(os.path.isdir, libraries))


def _curl(job: dict[str, object]) -> tuple[list[str], str]:
    scheme = "smtps" if job["tls"] == "implicit" else "smtp"
    security = ["--ssl-reqd" if job["required"] else "--ssl"] if job["tls"] == "starttls" else []
    login = ["--user", f"{job['user']}:{job['password']}"] if job["user"] else []
    return [
        *("curl", "-sS", "--max-time", str(job["seconds"]), "--cacert", str(job["cafile"])),
        *("--url", f"{scheme}://{job['host']}:{job['port']}"),
        *security,
        *login,
        *("--mail-from", str(job["sender"]), "--mail-rcpt", str(job["recipient"])),
        *("--upload-file", "-"),
    ], "Subject: test\r\n\r\nhello\r\n"


def _swaks(job: dict[str, object]) -> tuple[list[str], str]:
    security = {
        "implicit": ["--tls-on-connect"],
        "starttls": ["--tls" if job["required"] else "--tls-optional"],
        "none": [],
    }[str(job["tls"])]
    login = (
        ["--auth", "--auth-user", str(job["user"]), "--auth-password", str(job["password"])]
        if job["user"]
        else []
    )
    verify = ["--tls-verify", "--tls-ca-path", str(job["cafile"])] if job["tls"] != "none" else []
    return [
        *("swaks", "--server", str(job["host"]), "--port", str(job["port"]), "--silent", "2"),
        *security,
        *verify,
        *login,
        *("--from", str(job["sender"]), "--to", str(job["recipient"])),
        *("--timeout", str(job["seconds"])),
    ], ""


def _msmtp(job: dict[str, object]) -> tuple[list[str], str]:
    security = {
        "implicit": ["--tls=on", "--tls-starttls=off"],
        "starttls": ["--tls=on", "--tls-starttls=on"],
        "none": ["--tls=off"],
    }[str(job["tls"])]
    login = [
        "--auth=on",
        f"--user={job['user']}",
        f"--passwordeval=printf '%s\\n' {shlex.quote(str(job['password']))}",
    ]
    return [
        *("msmtp", f"--host={job['host']}", f"--port={job['port']}"),
        *security,
        *([f"--tls-trust-file={job['cafile']}"] if job["tls"] != "none" else []),
        *(login if job["user"] else []),
        *(f"--from={job['sender']}", f"--timeout={job['seconds']}", str(job["recipient"])),
    ], "Subject: test\n\nhello\n"


def _snail(job: dict[str, object]) -> tuple[list[str], str]:
    scheme = "smtps" if job["tls"] == "implicit" else "smtp"
    user, password = (urllib.parse.quote(str(job[name]), safe="") for name in ("user", "password"))
    login = f"{user}:{password}@" if user else ""
    variables = [
        *("v15-compat=yes", "sendwait", "tls-ca-no-defaults", "tls-verify=strict"),
        f"tls-ca-file={job['cafile']}",
        f"mta={scheme}://{login}{job['host']}:{job['port']}",
        f"from={job['sender']}",
        f"socket-connect-timeout={job['seconds']}",
        *(["smtp-use-starttls"] if job["tls"] == "starttls" else []),
        *([] if user else ["smtp-auth=none"]),
    ]
    settings = [word for each in variables for word in ("-S", each)]
    return ["s-nail", "-:/", *settings, "-s", "test", str(job["recipient"])], "hello\n"


def _mutt(job: dict[str, object]) -> tuple[list[str], str]:
    scheme = "smtps" if job["tls"] == "implicit" else "smtp"
    user = urllib.parse.quote(str(job["user"]), safe="") + "@" if job["user"] else ""
    starttls = job["tls"] == "starttls"
    password = str(job["password"]).replace('"', '\\"')
    variables = {
        "smtp_url": f"{scheme}://{user}{job['host']}:{job['port']}/",
        "smtp_pass": password,
        "ssl_starttls": "yes" if starttls else "no",
        "ssl_force_tls": "yes" if starttls and job["required"] else "no",
        "ssl_ca_certificates_file": job["cafile"],
        "certificate_file": job["cafile"],
        "from": job["sender"],
        "use_envelope_from": "yes",
        "envelope_from_address": job["sender"],
        "copy": "no",
        "connect_timeout": job["seconds"],
        "sleep_time": "0",
    }
    settings = [
        word for name, value in variables.items() for word in ("-e", f'set {name}="{value}"')
    ]
    return [
        "mutt",
        "-n",
        "-F",
        "/dev/null",
        *settings,
        "-s",
        "test",
        "--",
        str(job["recipient"]),
    ], ("hello\n")


def _perl(job: dict[str, object]) -> tuple[list[str], str]:
    return ["perl", str(CLIENTS_FOLDER / "net_smtp_client.pl"), json.dumps(job)], ""


def _of_folder(*parts: str) -> tuple[str, ...]:
    return (*parts[:-1], str(CLIENTS_FOLDER / parts[-1]))


def clients(folder: Path) -> list[Client]:
    """All clients; Go's program is built into `folder`."""
    folders = {"5": UNPACKED / "python-clients", "6": UNPACKED / "django-6"}
    libraries = {version: (("PYTHONPATH", str(path)),) for version, path in folders.items()}
    found = [
        Client(
            f"nodemailer-{major}",
            f"nodemailer@{major}",
            ("node", str(CLIENTS_FOLDER / "nodemailer_client.cjs"), package),
            single=True,
        )
        for major, package in (("6", "nodemailer-6"), ("7", "nodemailer-7"), ("10", "nodemailer"))
    ]
    found += [
        Client(
            f"smtplib-{version}",
            f"python@{version}",
            _of_folder(_python(version), "smtplib_client.py"),
        )
        for version in ("3.11", "3.12", "3.13")
    ]
    jakarta = ":".join(
        f"/usr/share/java/{name}.jar" for name in ("jakarta-mail", "jakarta-activation")
    )
    go = str(folder / "go_client")
    subprocess.run(
        ["go", "build", "-o", go, "main.go"],
        cwd=CLIENTS_FOLDER / "go",
        env={**os.environ, "GO111MODULE": "off", "GOCACHE": str(folder / "go-cache")},
        check=True,
    )
    return [
        *found,
        Client(
            "aiosmtplib",
            "aiosmtplib",
            _of_folder(_python("3.11"), "aiosmtplib_client.py"),
            environment=libraries["5"],
        ),
        Client(
            "django-5",
            "django@5.2",
            _of_folder(_python("3.11"), "django_client.py"),
            environment=libraries["5"],
        ),
        Client(
            "django-6",
            "django@6.1",
            _of_folder(_python("3.12"), "django_client.py"),
            environment=libraries["6"],
        ),
        Client(
            "emailjs",
            "emailjs",
            _of_folder("node", "emailjs_client.mjs"),
            single=True,
            unverified=True,
        ),
        Client("phpmailer", "phpmailer", _of_folder("php", "phpmailer_client.php"), single=True),
        Client("symfony", "symfony", _of_folder("php", "symfony_client.php"), single=True),
        Client("ruby", "net-smtp", _of_folder("ruby", "ruby_client.rb")),
        Client("ruby-mail", "ruby-mail", _of_folder("ruby", "ruby_mail_client.rb")),
        Client("go", "go", (go,)),
        Client(
            "jakarta",
            "jakarta@2.0.0",
            (
                "java",
                "-Djavax.net.ssl.trustStore={trust}",
                "-Djavax.net.ssl.trustStorePassword=changeit",
                "-cp",
                jakarta,
                str(CLIENTS_FOLDER / "Send.java"),
            ),
            tabs=True,
        ),
        Client("msmtp", "msmtp", one_by_one=_msmtp),
        Client("curl", "curl", one_by_one=_curl),
        Client("perl", "net-smtp-perl", one_by_one=_perl),
        Client("s-nail", "s-nail", one_by_one=_snail),
        Client("mutt", "mutt", one_by_one=_mutt),
        Client("swaks", "swaks@20201014", one_by_one=_swaks),
    ]


# --- certificates ---------------------------------------------------------------------------------


#: Keys other than RSA of 2048 bits, as genpkey makes them, by the kind of certificate.
KEYS = {
    "rsa-1024": "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
    "elliptic": "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    "p521": "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
    "ed25519": "-algorithm ED25519",
    "rsa-4096": "-algorithm RSA -pkeyopt rsa_keygen_bits:4096",
    "rsa-pss": "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
}


class Certificates:
    """The authority and what it signs, by OpenSSL: it still makes what is given up elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cafile = folder / "ca.pem"
        self._key("ca", 2048)
        self._key("leaf", 2048)
        self._root("ca", "Example CA")
        self._intermediates()
        for name, how in KEYS.items():
            self._openssl("genpkey", *how.split(), "-out", f"{name}.key")
        self._key("stranger", 2048)
        self._root("stranger", "Stranger")
        self._openssl("dhparam", "-dsaparam", "-out", "dh.pem", "1024")
        self._openssl(
            *("genpkey", "-genparam", "-algorithm", "DH"),
            *("-pkeyopt", "group:ffdhe2048", "-out", "good-dh.pem"),
        )

    def issue(self, kind: str, host: str, address: str) -> tuple[Path, Path]:
        """The chain and key for a host."""
        name = f"{kind}-{host}"
        key = kind if kind in KEYS else "leaf"
        first, _, domain = host.partition(".")
        names = {
            "other-name": "DNS:www.elsewhere.example",
            "common-name-right": "DNS:www.elsewhere.example",
            "common-name": "",
            "ip-common-name": "",
            "ip": f"IP:{address}",
            "ip-as-name": f"DNS:{address}",
            "wildcard": f"DNS:*.{domain}",
            "wildcard-too-deep": f"DNS:*.{domain.partition('.')[2]}",
            "wildcard-part": f"DNS:{first[:4]}*.{domain}",
            "upper-case": f"DNS:{host.upper()}",
            "dotted": f"DNS:{host}.",
            "star": "DNS:*",
            "two-stars": f"DNS:*.*.{domain.partition('.')[2]}",
            "uri-name": f"URI:smtp://{host}",
            "many-names": ",".join([*(f"DNS:m{n}.example.com" for n in range(200)), f"DNS:{host}"]),
            "critical-name": f"critical,DNS:{host}",
        }.get(kind, f"DNS:{host}")
        usage = "clientAuth" if kind == "for-clients" else "serverAuth"
        authority_too = "TRUE" if kind == "authority-as-leaf" else "FALSE"
        extensions = [f"basicConstraints=CA:{authority_too}"]
        extensions += [f"extendedKeyUsage={usage}"] if kind != "no-usage" else []
        extensions += ["tlsfeature=status_request"] if kind == "must-staple" else []
        extensions += (
            ["1.3.6.1.4.1.99999.7=critical,ASN1:UTF8String:own"]
            if kind == "unknown-critical"
            else []
        )
        extensions += [f"subjectAltName={names}"] if names else []
        extensions += ["keyUsage=critical,keyEncipherment"] if kind == "no-signing" else []
        identifier = "none" if kind == "without-key-identifier" else "keyid"
        extensions += ["subjectKeyIdentifier=hash", f"authorityKeyIdentifier={identifier}"]
        (self.folder / f"{name}.cnf").write_text("\n".join(extensions))
        subject = {
            "other-name": "www.elsewhere.example",
            "ip-common-name": address,
        }.get(kind, host)
        self._openssl(
            *("req", "-new", "-key", f"{key}.key", "-out", f"{name}.csr"),
            *("-subj", f"/CN={subject}"),
        )
        now = datetime.datetime.now(datetime.UTC)
        authority = {
            "untrusted": "stranger",
            "intermediate": "middle",
            "missing-intermediate": "middle",
            "expired-intermediate-beside": "middle",
            "wrong-order": "middle",
            "constrained": "narrow",
            "stranger-root-beside": "stranger",
        }.get(kind, "ca")
        if kind == "expired":
            self._dated(name, now - datetime.timedelta(90), now - datetime.timedelta(5))
        elif kind == "not-yet-valid":
            self._dated(name, now + datetime.timedelta(5), now + datetime.timedelta(90))
        elif kind == "first-version":
            self._openssl(
                *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
                *("-CAcreateserial", "-days", "90", "-out", f"{name}.pem"),
            )
        elif kind == "self-signed":
            self._openssl(
                *("x509", "-req", "-in", f"{name}.csr", "-signkey", f"{key}.key", "-days", "90"),
                *("-extfile", f"{name}.cnf", "-out", f"{name}.pem"),
            )
        else:
            self._openssl(
                *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem"),
                *("-CAkey", f"{authority}.key", "-CAcreateserial", "-extfile", f"{name}.cnf"),
                *("-sha1" if kind == "sha1" else "-sha256", "-out", f"{name}.pem"),
                *("-days", "9000" if kind == "very-long" else "90"),
            )
        beside = {
            "intermediate": ["middle"],
            "expired-intermediate-beside": ["old", "middle"],
            "wrong-order": ["ca", "middle"],
            "root-beside": ["ca"],
            "stranger-root-beside": ["stranger"],
            "doubled": [name],
            "constrained": ["narrow"],
        }
        others = [(self.folder / f"{other}.pem").read_text() for other in beside.get(kind, ())]
        with (self.folder / f"{name}.pem").open("a") as chain:
            chain.writelines(others)
        return self.folder / f"{name}.pem", self.folder / f"{key}.key"

    def _dated(self, name: str, begin: datetime.datetime, end: datetime.datetime) -> None:
        """x509 of OpenSSL 3.0 takes no dates: ca does."""
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("1000\n")
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
            "default_md=sha256\nunique_subject=no\npolicy=p\n[p]\ncommonName=supplied\n"
        )
        stamp = "%Y%m%d%H%M%SZ"
        self._openssl(
            *("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"),
            *("-in", f"{name}.csr", "-extfile", f"{name}.cnf", "-notext", "-out", f"{name}.pem"),
            *("-startdate", begin.strftime(stamp), "-enddate", end.strftime(stamp)),
        )

    def _intermediates(self) -> None:
        """Two of one key, one that is good and one that is over; one for another domain's names."""
        now = datetime.datetime.now(datetime.UTC)
        self._key("middle", 2048)
        for name, begin, end in (("middle", -90, 900), ("old", -900, -30)):
            (self.folder / f"{name}.cnf").write_text(
                "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
                "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
            )
            self._openssl(
                *("req", "-new", "-key", "middle.key", "-subj", "/CN=Example Middle"),
                *("-out", f"{name}.csr"),
            )
            self._dated(name, now + datetime.timedelta(begin), now + datetime.timedelta(end))
        self._key("narrow", 2048)
        (self.folder / "narrow.cnf").write_text(
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
            "nameConstraints=critical,permitted;DNS:elsewhere.example\n"
            "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        )
        self._openssl(
            *("req", "-new", "-key", "narrow.key", "-subj", "/CN=Narrow", "-out", "narrow.csr")
        )
        self._dated("narrow", now - datetime.timedelta(9), now + datetime.timedelta(90))

    def trust_store(self) -> Path:
        """The authority as Java reads it."""
        store = self.folder / "trust.p12"
        subprocess.run(
            [
                "keytool",
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-file",
                str(self.cafile),
                "-keystore",
                str(store),
                "-storepass",
                "changeit",
            ],
            check=True,
            capture_output=True,
        )
        return store

    def _key(self, name: str, bits: int) -> None:
        self._openssl("genrsa", "-out", f"{name}.key", str(bits))

    def _root(self, name: str, subject: str) -> None:
        self._openssl(
            *("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN={subject}"),
            *("-days", "900", "-out", f"{name}.pem"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(
            ["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")


# --- a run ----------------------------------------------------------------------------------------


def _context(world: World, certificates: Certificates, host: str, address: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if world.ciphers or world.versions:
        context.set_ciphers(world.ciphers or "DEFAULT")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if world.versions:
        context.minimum_version, context.maximum_version = (
            ssl.TLSVersion[version] for version in world.versions
        )
    context.load_cert_chain(*certificates.issue(world.certificate, host, address))
    if world.short_dh:
        context.load_dh_params(certificates.folder / "dh.pem")
    if world.good_dh:
        context.load_dh_params(certificates.folder / "good-dh.pem")
    if world.curve:
        context.set_ecdh_curve(world.curve)
    if world.asks_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificates.cafile)
    if world.needs_name:
        unnamed = ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        context.sni_callback = lambda _, name, __: None if name else unnamed
    return context


def _job(world: World, host: str, port: int, client: str, cafile: Path) -> dict[str, object]:
    return {
        "id": world.name,
        "host": host,
        "port": port,
        "tls": world.tls,
        "required": world.required,
        "user": world.user if world.login else "",
        "password": world.password if world.login else "",
        "sender": world.sender,
        "recipient": f"{client}@example.org",
        "cafile": str(cafile),
        "seconds": SECONDS,
    }


def run_client(
    client: Client, jobs: list[dict[str, object]], trust: Path, folder: Path
) -> dict[str, str]:
    """What the client says of each job, by the world's name."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": "",
        **dict(client.environment),
    }
    said: dict[str, str] = {}
    if client.one_by_one is not None:
        make = client.one_by_one

        def one(job: dict[str, object]) -> None:
            command, text = make(job)
            try:
                done = subprocess.run(
                    command,
                    input=text,
                    capture_output=True,
                    text=True,
                    env=environment,
                    timeout=40,
                    check=False,
                    errors="replace",
                )
                said[str(job["id"])] = (
                    (done.stderr or done.stdout)[-LONGEST:] if done.returncode else ""
                )
            except subprocess.TimeoutExpired:
                said[str(job["id"])] = "no end"

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, jobs))
        return said
    command = [part.format(trust=trust) for part in client.command]

    def batch(some: list[dict[str, object]]) -> None:
        lines = (
            [
                "\t".join(
                    str(each).lower() if isinstance(each, bool) else str(each)
                    for each in job.values()
                )
                for job in some
            ]
            if client.tabs
            else [json.dumps(job) for job in some]
        )
        try:
            done = subprocess.run(
                command,
                input="\n".join(lines) + "\n",
                capture_output=True,
                text=True,
                env=environment,
                timeout=120,
                check=False,
                errors="replace",
            )
            output, errors = done.stdout, done.stderr
        except subprocess.TimeoutExpired as over:
            output, errors = (over.stdout or b"").decode(), "no end"
        for line in output.splitlines():
            if line.startswith("{"):
                answer = json.loads(line)
                said[answer["id"]] = answer["error"]
        for job in some:
            said.setdefault(str(job["id"]), f"nothing said: {errors[-300:]}")

    if client.single:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda job: batch([job]), jobs))
    else:
        batch(jobs)
    return said


async def _doctor(job: dict[str, object], client: Client) -> tuple[str, list[str]]:
    from smtpdoctor import acheck

    mode = {"implicit": "true", "none": "none"}.get(
        str(job["tls"]), "starttls" if job["required"] else "false"
    )
    environment = {
        "SMTP_HOST": str(job["host"]),
        "SMTP_PORT": str(job["port"]),
        "SMTP_TLS" if mode == "none" else "SMTP_SECURE": mode,
        "SMTP_FROM": str(job["sender"]),
        **(
            {"SMTP_USER": str(job["user"]), "SMTP_PASS": str(job["password"])}
            if job["user"]
            else {}
        ),
        **({"SMTP_TLS_REJECT_UNAUTHORIZED": "0"} if client.unverified and mode != "true" else {}),
    }
    report = await acheck(
        environ=environment,
        folder="/no-such-folder",
        client=client.doctor,
        cafile=str(job["cafile"]),
        third_party=False,
        to="doctor@example.org",
    )
    errors = [each for each in report.diagnoses if each.severity == "error"]
    others = [each for each in report.diagnoses if each.severity == "warning"]
    codes = [each.code for each in errors] + [f"({each.code})" for each in others]
    return report.verdict, codes


async def _doctors(
    jobs: Iterable[tuple[dict[str, object], Client]],
) -> list[tuple[str, list[str]]]:
    some = asyncio.Semaphore(12)

    async def one(job: dict[str, object], client: Client) -> tuple[str, list[str]]:
        async with some:
            return await _doctor(job, client)

    return await asyncio.gather(*(one(*each) for each in jobs))


def main(machine: str, wanted: str = "") -> None:
    """Everything of one machine; `wanted` is a part of the names of worlds or clients."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="matrix-"))
    for words in (
        "link set lo up",
        # an address besides loopback: without, Nodemailer takes the family for unsupported
        "link add mail0 type veth peer name mail1",
        "addr add 192.0.2.9/24 dev mail0",
        "link set mail0 up",
        "link set mail1 up",
        "-6 addr add 2001:db8:1::1/64 dev mail0 nodad",
        "-6 addr add 2001:db8:2::9/128 dev lo nodad",
        # neighbours that aren't there: what is sent to them is lost
        f"neigh add {SILENT} lladdr 02:00:00:00:00:09 dev mail0 nud permanent",
        f"-6 neigh add {SILENT_IPV6} lladdr 02:00:00:00:00:09 dev mail0 nud permanent",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    socket.sethostname(HOST_NAMES[machine])
    certificates = Certificates(folder)
    worlds = [each for each in WORLDS if each.machine == machine]
    if wanted and any(wanted in each.name for each in worlds):
        worlds = [each for each in worlds if wanted in each.name]
        wanted = ""
    hosts, servers, places = [HOSTS[machine]], {}, {}
    for number, world in enumerate(worlds, 1):
        address, port = f"127.1.{number // 250}.{number % 250 + 1}", world.port
        label = world.name.encode("idna").decode() if not world.name.isascii() else world.name
        own = f"{world.name}.{DOMAIN}"
        if world.ipv6:
            address = f"2001:db8:2::{number:x}"
            subprocess.run(
                ["ip", "-6", "addr", "add", f"{address}/128", "dev", "lo", "nodad"], check=True
            )
        forms = {"": own, ".": own + ".", "ip": address, "[ip]": f"[{address}]"}
        host = forms.get(world.host, world.host)
        if world.host == "localhost":
            address = "127.0.0.1"
        else:
            hosts += [f"{each} {label}.{DOMAIN}\n" for each in world.before]
            # a resolver would find the name with its final dot as well
            dotted = f" {label}.{DOMAIN}." if world.host == "." else ""
            hosts.append(f"{address} {label}.{DOMAIN}{dotted}\n")
            hosts += [f"{each} {label}.{DOMAIN}\n" for each in world.behind]
        needs_tls = world.script.starttls or world.script.implicit
        context = _context(world, certificates, f"{label}.{DOMAIN}", address) if needs_tls else None
        servers[world.name] = ScriptedServer(world.script, address, port, context)
        places[world.name] = host, world.asked or port
    for name, text in (("hosts", "".join(hosts)), ("resolv.conf", "nameserver 127.0.0.77\n")):
        (folder / name).write_text(text)
        subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)
    trust = certificates.trust_store()
    everybody = [each for each in clients(folder) if wanted in each.name and _is_here(each)]
    print(f"prepared after {time.monotonic() - began:.0f} s", file=sys.stderr)
    jobs = {
        client.name: [
            _job(world, *places[world.name], client.name, certificates.cafile) for world in worlds
        ]
        for client in everybody
    }
    with ThreadPoolExecutor(4) as pool:
        said = dict(
            zip(
                jobs,
                pool.map(lambda each: run_client(each, jobs[each.name], trust, folder), everybody),
                strict=True,
            )
        )
    print(f"clients done after {time.monotonic() - began:.0f} s", file=sys.stderr)
    asked = [(job, client) for client in everybody for job in jobs[client.name]]
    verdicts = asyncio.run(_doctors(asked))
    print(f"doctor done after {time.monotonic() - began:.0f} s", file=sys.stderr)
    cells = [
        (
            job["id"],
            client.name,
            client.name in servers[str(job["id"])].delivered,
            verdict,
            codes,
            said[client.name][str(job["id"])],
        )
        for (job, client), (verdict, codes) in zip(asked, verdicts, strict=True)
    ]
    print(json.dumps({"cells": cells}))
    sys.stdout.flush()
    os._exit(0)  # the servers' threads wait for nobody


if __name__ == "__main__":
    main(*sys.argv[1:])
