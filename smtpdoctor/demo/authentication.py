"""The server's side of the SASL mechanisms, as far as an embedded server needs it.

The module knows the exchange of each mechanism and who may log in. It must not know SMTP's own
framing of it: base64, `AUTH`, 334 and the final reply are the dialogue's.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping

#: Sends a challenge and gives the client's response to it, both decoded.
Ask = Callable[[bytes], Awaitable[bytes]]


class MalformedError(Exception):
    """The client's response is not what its mechanism calls for."""


async def authenticate(
    mechanism: str,
    initial: bytes | None,
    ask: Ask,
    users: Mapping[str, str],
    tokens: Mapping[str, str],
) -> str | None:
    """Runs one exchange and gives the user's name, or None where the credentials are wrong.

    `initial` is the client's initial response (RFC 4954 §4), None where it sent none. Raises
    `MalformedError`, and whatever `ask` raises.
    """
    try:
        match mechanism:
            case "PLAIN":
                return await _plain(initial, ask, users)
            case "LOGIN":
                return await _login(initial, ask, users)
            case "CRAM-MD5":
                return await _cram_md5(ask, users)
            case "SCRAM-SHA-256":
                return await _scram_sha_256(initial, ask, users)
            case "XOAUTH2" | "OAUTHBEARER":
                return await _bearer(mechanism, initial, ask, tokens)
    except UnicodeDecodeError as error:
        raise MalformedError("not UTF-8") from error
    raise ValueError(f"no such mechanism: {mechanism}")


def _checked(username: str, password: str, users: Mapping[str, str]) -> str | None:
    return username if users.get(username) == password else None


async def _plain(initial: bytes | None, ask: Ask, users: Mapping[str, str]) -> str | None:
    message = await ask(b"") if initial is None else initial
    fields = message.split(b"\0")
    if len(fields) != 3:  # RFC 4616 §2: [authzid] NUL authcid NUL passwd
        raise MalformedError("PLAIN has three fields")
    return _checked(fields[1].decode(), fields[2].decode(), users)


async def _login(initial: bytes | None, ask: Ask, users: Mapping[str, str]) -> str | None:
    username = await ask(b"Username:") if initial is None else initial
    password = await ask(b"Password:")
    return _checked(username.decode(), password.decode(), users)


async def _cram_md5(ask: Ask, users: Mapping[str, str]) -> str | None:
    challenge = f"<{secrets.token_hex(8)}@mail.example.com>".encode()
    username, blank, digest = (await ask(challenge)).decode().rpartition(" ")  # RFC 2195 §2
    if not blank:
        raise MalformedError("CRAM-MD5 has a name and a digest")
    password = users.get(username)
    if password is None:
        return None
    expected = hmac.new(password.encode(), challenge, "md5").hexdigest()
    return username if hmac.compare_digest(digest, expected) else None


async def _scram_sha_256(initial: bytes | None, ask: Ask, users: Mapping[str, str]) -> str | None:
    from scramp import ScramException, ScramMechanism

    scram = ScramMechanism("SCRAM-SHA-256")
    asked_for = ""

    def lookup(username: str) -> object:
        nonlocal asked_for
        asked_for = username
        # An unknown name gets a password that nobody knows: it fails at the proof, as a wrong
        # password does (RFC 5802 §9 warns of telling the two apart).
        password = users.get(username) or secrets.token_hex(16)
        return scram.make_auth_info(password, iteration_count=4096)

    server = scram.make_server(lookup)
    try:
        first = await ask(b"") if initial is None else initial
        server.set_client_first(first.decode())
        server.set_client_final((await ask(server.get_server_first().encode())).decode())
    except ScramException:
        return None
    # RFC 4954 §4: what the server still has to say goes into one more challenge, and the client
    # answers it with an empty response.
    await ask(server.get_server_final().encode())
    return asked_for


async def _bearer(
    mechanism: str, initial: bytes | None, ask: Ask, tokens: Mapping[str, str]
) -> str | None:
    message = (await ask(b"") if initial is None else initial).decode()
    head, *fields = message.split("\x01")
    if mechanism == "XOAUTH2":
        user_field = head
        username = user_field.removeprefix("user=")
    else:  # RFC 7628 §3.1: n,a=user@example.com, and then the key/value pairs
        user_field = next((part for part in head.split(",") if part.startswith("a=")), "")
        username = user_field.removeprefix("a=")
    authorization = next((field for field in fields if field.startswith("auth=")), "")
    token = tokens.get(username)
    if token is not None and authorization == f"auth=Bearer {token}":
        return username
    # RFC 7628 §3.2.2, and XOAUTH2 likewise: the reason goes into a challenge, and the exchange
    # fails only after the client's dummy response.
    await ask(json.dumps({"status": "401", "schemes": "bearer", "scope": "mail"}).encode())
    return None
