"""Postfix with Dovecot as its SASL server: one instance, one pair of ports for each variant.

A variant is what an administrator would write into main.cf, given to the two submission services
of its own address with `-o`. Knows nothing of smtpdoctor.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .accounts import (
    HOST,
    OTHER_PASSWORD,
    OTHER_USER,
    PASSWORD,
    SUBMISSION,
    SUBMISSIONS,
    USER,
    Server,
    next_address,
)
from .certificates import Certificate, CertificateAuthority
from .processes import running

MASTER = Path("/usr/lib/postfix/sbin/master")
DOVECOT = Path("/usr/sbin/dovecot")
QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "hold", "incoming", "private")
SESSION_END_SECONDS = 10.0
# The sockets of Dovecot's two instances, as Postfix sees them from its queue directory.
AUTH = "private/auth"
SLOW_AUTH = "private/slow-auth"


@dataclass(frozen=True)
class Variant:
    """What differs from the healthy service: main.cf parameters, and a certificate by name."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    certificate: str = "good"
    ports_swapped: bool = False


# smtpd_delay_reject=no refuses at the stage that the restriction is named after.
VARIANTS: dict[str, Variant] = {
    "healthy": Variant(),
    "only-login": Variant({"smtpd_sasl_mechanism_filter": "login"}),
    "only-cram-md5": Variant({"smtpd_sasl_mechanism_filter": "cram-md5"}),
    "only-scram-sha-256": Variant({"smtpd_sasl_mechanism_filter": "scram-sha-256"}),
    "only-digest-md5": Variant({"smtpd_sasl_mechanism_filter": "digest-md5"}),
    "expired": Variant(certificate="expired"),
    "not-yet-valid": Variant(certificate="not_yet_valid"),
    "expires-soon": Variant(certificate="expires_soon"),
    "self-signed": Variant(certificate="self_signed"),
    "another-host": Variant(certificate="for_another_host"),
    "without-intermediate": Variant(certificate="without_intermediate"),
    "unknown-authority": Variant(certificate="from_unknown_authority"),
    "no-tls": Variant({"smtpd_tls_security_level": "none", "smtpd_tls_auth_only": "no"}),
    "tls-misconfigured": Variant({"smtpd_tls_CAfile": "/nonexistent/ca.pem"}),
    "tls-1.0": Variant(
        {
            "smtpd_tls_mandatory_protocols": "TLSv1",
            "smtpd_tls_protocols": "TLSv1",
            "smtpd_tls_ciphers": "low",
            "smtpd_tls_mandatory_ciphers": "low",
            # Debian's OpenSSL refuses TLS 1.0 at its default security level.
            "tls_low_cipherlist": "ALL:@SECLEVEL=0",
        }
    ),
    "rare-ciphers": Variant(
        {
            "smtpd_tls_mandatory_protocols": "TLSv1.2",
            "smtpd_tls_protocols": "TLSv1.2",
            "tls_medium_cipherlist": "ECDHE-ECDSA-CAMELLIA256-SHA384",
        }
    ),
    "ports-swapped": Variant(ports_swapped=True),
    "no-sasl": Variant({"smtpd_sasl_auth_enable": "no"}),
    "sasl-server-gone": Variant({"smtpd_sasl_path": "/nonexistent/auth"}),
    "sasl-server-slow": Variant({"smtpd_sasl_path": SLOW_AUTH}),
    "sender-login-mismatch": Variant({"smtpd_sender_restrictions": "reject_sender_login_mismatch"}),
    "small-size-limit": Variant({"message_size_limit": "20000"}),
    "unknown-recipient": Variant(
        {"smtpd_recipient_restrictions": "reject_unlisted_recipient, permit"}
    ),
    "client-rejected": Variant({"smtpd_client_restrictions": "reject", "smtpd_delay_reject": "no"}),
    "client-rejected-late": Variant({"smtpd_client_restrictions": "reject"}),
    "helo-rejected": Variant({"smtpd_helo_restrictions": "reject", "smtpd_delay_reject": "no"}),
    "one-connection": Variant({"smtpd_client_connection_count_limit": "1"}),
    "one-message": Variant({"smtpd_client_message_rate_limit": "1"}),
}


@dataclass(frozen=True, kw_only=True)
class PostfixServer(Server):
    """One variant of the instance; all variants share the log and the mailbox."""

    name: str

    def sessions(self, since: int) -> list[dict[str, int]]:
        """What was said in each session with this variant: command -> how often it was sent.

        `since` is the size that the log had before. Waits until every session that began is over,
        since Postfix writes the count after the client has gone.
        """
        deadline = time.monotonic() + SESSION_END_SECONDS
        while True:
            lines = [
                line
                for line in self.log.read_bytes()[since:].decode(errors="replace").splitlines()
                if f" postfix/{self.name}/" in line
            ]
            ended = [line for line in lines if ": disconnect from " in line]
            begun = [line for line in lines if ": connect from " in line]
            # a session's process that dies says so, and no word of a disconnect
            died = [line for line in lines if ": fatal: " in line]
            if len(ended) + len(died) == len(begun):
                break
            if time.monotonic() > deadline:
                raise TimeoutError("a session did not end:\n" + "\n".join(lines))
            time.sleep(0.02)
        # "disconnect from unknown[127.0.0.1] ehlo=2 auth=0/1 quit=1 commands=3/4": accepted/sent
        return [
            {
                command: int(count.split("/")[-1])
                for command, count in (word.split("=") for word in line.split() if "=" in word)
                if command != "commands"
            }
            for line in ended
        ]


@contextlib.contextmanager
def postfix(authority: CertificateAuthority) -> Iterator[dict[str, PostfixServer]]:
    """Run Dovecot's auth service and one Postfix; yields the server of each variant by its name."""
    folder = Path(tempfile.mkdtemp(prefix="smtpdoctor-postfix-"))
    folder.chmod(0o755)  # Postfix's and Dovecot's own users pass through it
    try:
        mail = folder / "mail"
        mail.mkdir()
        shutil.chown(mail, "nobody", "nogroup")
        log = folder / "mail.log"
        servers = {
            name: PostfixServer(
                address=next_address(),
                log=log,
                message_logged=rf"postfix/{name}/smtpd.* disconnect .*\b(data|bdat)=",
                mailbox=mail / "info" / "new",
                name=name,
                tls=(
                    {SUBMISSION: "implicit", SUBMISSIONS: "starttls"}
                    if variant.ports_swapped
                    else {SUBMISSION: "starttls", SUBMISSIONS: "implicit"}
                ),
            )
            for name, variant in VARIANTS.items()
        }
        _write_postfix(folder, servers, authority)
        with (
            _dovecot(folder, AUTH, penalty=False),
            _dovecot(folder, SLOW_AUTH, penalty=True),
            running(
                [MASTER, "-c", folder / "etc", "-d"],
                # Postfix binds every service before it accepts the first connection.
                ready=[(servers["healthy"].address, port) for port in (SUBMISSION, SUBMISSIONS)],
                log=log,
                environment={"MAIL_CONFIG": str(folder / "etc")},
            ),
        ):
            yield servers
    finally:
        shutil.rmtree(folder)


def _dovecot(
    folder: Path, auth_socket: str, *, penalty: bool
) -> contextlib.AbstractContextManager[object]:
    """Run Dovecot's auth service alone.

    Every refusal takes two seconds. The penalty makes an address that was refused wait longer with
    each further attempt, also with the right password; the tests all come from one address, so only
    the test that is about it has the penalty on.
    """
    name = Path(auth_socket).name
    users = folder / f"{name}.users"
    users.write_text(
        f"{USER}:{{PLAIN}}{PASSWORD}\n{OTHER_USER}:{{PLAIN}}{OTHER_PASSWORD}\n", encoding="utf-8"
    )
    users.chmod(0o644)
    configuration = folder / f"{name}.conf"
    configuration.write_text(
        f"""\
base_dir = {folder}/{name}-run
state_dir = {folder}/{name}-state
log_path = /dev/stderr
protocols =
ssl = no
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-256
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {users}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
service auth {{
  unix_listener {folder}/queue/{auth_socket} {{
    mode = 0600
    user = postfix
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = {"0600" if penalty else "0"}
  }}
}}
""",
        encoding="utf-8",
    )
    return running(
        [DOVECOT, "-F", "-c", configuration],
        ready=[folder / "queue" / auth_socket],
        log=folder / f"{name}.log",
    )


def _write_postfix(
    folder: Path,
    servers: Mapping[str, PostfixServer],
    authority: CertificateAuthority,
) -> None:
    postfix_user, postdrop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
    queue = folder / "queue"
    queue.mkdir()
    (queue / "pid").mkdir()
    for name in QUEUES:
        (queue / name).mkdir(mode=0o700)
        os.chown(queue / name, postfix_user, -1)
    for name, mode in (("public", 0o710), ("maildrop", 0o730)):
        (queue / name).mkdir(mode=mode)
        os.chown(queue / name, postfix_user, postdrop)
    data = folder / "data"
    data.mkdir(mode=0o700)
    os.chown(data, postfix_user, -1)

    nobody = pwd.getpwnam("nobody")
    parameters = {
        "compatibility_level": "3.7",
        "queue_directory": queue,
        "data_directory": data,
        "maillog_file": folder / "mail.log",
        "maillog_file_prefixes": folder,
        "myhostname": HOST,
        "inet_protocols": "ipv4",
        "mynetworks": "",
        "mydestination": "",
        "alias_maps": "",
        "local_recipient_maps": "",
        # Neither names nor addresses are looked up: nothing leaves this machine.
        "smtpd_peername_lookup": "no",
        "disable_dns_lookups": "yes",
        "virtual_mailbox_domains": "example.test",
        "virtual_mailbox_base": folder / "mail",
        "virtual_mailbox_maps": f"inline:{{ {{ {USER} = info/ }}, {{ {OTHER_USER} = zoe/ }} }}",
        "virtual_uid_maps": f"static:{nobody.pw_uid}",
        "virtual_gid_maps": f"static:{nobody.pw_gid}",
        "default_transport": "error:this test server sends nothing on",
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": AUTH,
        "smtpd_sender_login_maps": f"inline:{{ {{ {USER} = {USER} }} }}",
        "smtpd_tls_auth_only": "yes",
        "smtpd_tls_loglevel": "1",
        "smtpd_recipient_restrictions": "permit_sasl_authenticated, reject",
        "smtpd_client_event_limit_exceptions": "",
    }
    etc = folder / "etc"
    etc.mkdir()
    (etc / "main.cf").write_text(
        "".join(f"{name} = {value}\n" for name, value in parameters.items()), encoding="utf-8"
    )
    services = [
        "postlog unix-dgram n - n - 1 postlogd",
        "pickup unix n - n 60 1 pickup",
        "cleanup unix n - n - 0 cleanup",
        "qmgr unix n - n 300 1 qmgr",
        "tlsmgr unix - - n 1000? 1 tlsmgr",
        "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce",
        "error unix - - n - - error",
        "virtual unix - n n - - virtual",
        "anvil unix - - n - 1 anvil",
        "proxymap unix - - n - - proxymap",
    ]
    for name, variant in VARIANTS.items():
        certificate: Certificate = getattr(authority, variant.certificate)()
        for port, tls in servers[name].tls.items():
            options = {
                "syslog_name": f"postfix/{name}",
                "smtpd_tls_chain_files": f"{certificate.key}, {certificate.chain}",
                "smtpd_tls_wrappermode": "yes" if tls == "implicit" else "no",
                "smtpd_tls_security_level": "encrypt" if tls == "implicit" else "may",
                **variant.parameters,
            }
            services.append(f"{servers[name].address}:{port} inet n - n - - smtpd")
            services += [f"  -o {{ {option} = {value} }}" for option, value in options.items()]
    (etc / "master.cf").write_text("\n".join(services) + "\n", encoding="utf-8")
