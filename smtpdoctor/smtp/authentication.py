"""The SASL mechanisms of SMTP AUTH: what to send, and what of it is secret.

Knows RFC 4954 and each mechanism's own RFC; must not know when a login is allowed, nor what a
refusal means. Credentials never stand in an exception's text or in a `repr`.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

from smtpdoctor.smtp.replies import Reply

PASSWORD_MECHANISMS = ("PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5")
TOKEN_MECHANISMS = ("XOAUTH2", "OAUTHBEARER")

CANCEL = b"*\r\n"  # RFC 4954 §4: ends an exchange that can't go on; the server answers 501

_MOST_OF_A_REASON = 300  # characters of one word of an error challenge that are kept
_MAX_AUTH_LINE = 12288  # RFC 4954 §4, the CRLF included
# RFC 7677 §4: with fewer, whoever plays the server learns the password from the proof
_MIN_SCRAM_ITERATIONS = 4096
# 10 million, the library's own bound, hold the process for seconds
_MAX_SCRAM_ITERATIONS = 1_000_000


#: Whether the server has shown that it knows the password (RFC 5802 §3), where the mechanism asks
#: for that. wrong: its signature does not fit, or it said itself that it has none. missing: it has
#: not sent one.
ServerProof = Literal["", "valid", "wrong", "missing"]


class MechanismError(Exception):
    """The mechanism can't go on; the text says why, without credentials.

    From `mechanism()`: it can't carry these credentials. From `respond()`: the server's challenge
    breaks the mechanism; send `CANCEL`.
    """


class Mechanism(Protocol):
    """One exchange of one mechanism. Responses are raw here, base64 is the line's."""

    @property
    def name(self) -> str:
        """As in the EHLO reply, upper-case."""

    @property
    def secrets_sent(self) -> list[bytes]:
        """Every form, raw and base64, that must be cut out of whatever is shown or saved.

        Grows while the exchange goes on: read it after each `initial` and `respond`.
        """

    @property
    def server_proof(self) -> ServerProof:
        """What the server has proved so far, "" for a mechanism in which it proves nothing."""

    def initial(self) -> bytes | None:
        """The initial response; None where the server speaks first."""

    def respond(self, challenge: bytes) -> bytes:
        """The answer to a 334 challenge; MechanismError where there is none.

        An empty challenge where an initial response was possible asks for that.
        """


class _Exchange:
    """What the mechanisms have in common: the credentials as bytes and the list of secrets."""

    def __init__(self, username: str, secret: str) -> None:
        self._username = _encode(username)
        self._secret = _encode(secret)
        self.secrets_sent: list[bytes] = []
        self.server_proof: ServerProof = ""
        self._rounds = 0
        self._keep(self._secret)

    def _keep(self, message: bytes) -> bytes:
        for form in (message, b64encode(message)):
            if form and form not in self.secrets_sent:
                self.secrets_sent.append(form)
        return message

    def _count_challenge(self, most: int) -> None:
        self._rounds += 1
        if self._rounds > most:
            raise MechanismError("the server sent more challenges than the mechanism has")


def _encode(text: str) -> bytes:
    """UTF-8 (RFC 4616 §2); bytes of the environment that are not UTF-8 go out as they came."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # the original's text quotes the credentials
        raise MechanismError("the credentials hold characters that UTF-8 can't carry") from None


class Plain(_Exchange):
    """RFC 4616."""

    name = "PLAIN"

    def __init__(self, username: str, secret: str) -> None:
        super().__init__(username, secret)
        if b"\0" in self._username + self._secret:  # RFC 4616 §2
            raise MechanismError("PLAIN can't carry a NUL character")
        self._said = False

    def initial(self) -> bytes:
        self._said = True
        return self._keep(b"\0" + self._username + b"\0" + self._secret)

    def respond(self, challenge: bytes) -> bytes:
        self._count_challenge(1)
        # RFC 4954 §4: an empty challenge asks for the initial response, PLAIN has no other; servers
        # say "go on" there
        if challenge and self._said:
            raise MechanismError("the server sent a challenge, and PLAIN has none")
        return self.initial()


class Login(_Exchange):
    """The LOGIN of practice: the user name, then the password, whatever the prompts say.

    Some clients put the user name into AUTH itself; the first prompt is the password's then.
    """

    name = "LOGIN"

    def initial(self) -> bytes:
        self._count_challenge(1)
        return self._username

    def respond(self, challenge: bytes) -> bytes:
        self._count_challenge(2)
        return self._username if self._rounds == 1 else self._secret


class CramMD5(_Exchange):
    """RFC 2195."""

    name = "CRAM-MD5"

    def initial(self) -> None:
        return None

    def respond(self, challenge: bytes) -> bytes:
        self._count_challenge(1)
        import hmac  # with it OpenSSL is loaded, which what is only explained doesn't need

        try:
            digest = hmac.new(self._secret, challenge, "md5").hexdigest().encode()
        except ValueError:
            raise MechanismError("this machine's cryptography allows no MD5") from None
        # with the challenge, the digest is enough to guess passwords offline
        for message in (challenge, digest):
            self._keep(message)
        return self._keep(self._username + b" " + digest)


class ScramSHA256(_Exchange):
    """RFC 5802 and RFC 7677, without channel binding; the server's signature is verified."""

    name = "SCRAM-SHA-256"

    def __init__(self, username: str, secret: str, nonce: str | None = None) -> None:
        # imported here: it brings an ASN.1 library, and few servers need it
        from scramp import ScramClient

        super().__init__(username, secret)
        with _scram_errors():
            self._client = ScramClient([self.name], username, secret, c_nonce=nonce)
            self._first = str(self._client.get_client_first()).encode()
        self._steps = iter((self._final, self._verify))
        self.server_proof = "missing"

    def initial(self) -> bytes:
        return self._keep(self._first)

    def respond(self, challenge: bytes) -> bytes:
        self._count_challenge(3)
        if not challenge and self._rounds == 1:
            return self.initial()
        self._keep(challenge)
        step = next(self._steps, None)
        if step is None:
            raise MechanismError("the server sent more challenges than the mechanism has")
        with _scram_errors():
            return step(challenge.decode("utf-8", "replace"))

    def _final(self, server_first: str) -> bytes:
        self._client.set_server_first(server_first)
        iterations = int(self._client.iterations)
        if not _MIN_SCRAM_ITERATIONS <= iterations <= _MAX_SCRAM_ITERATIONS:
            raise MechanismError(f"the server asks for {iterations} iterations")
        return self._keep(str(self._client.get_client_final()).encode())

    def _verify(self, server_final: str) -> bytes:
        self.server_proof = "wrong"
        if server_final.startswith("e="):  # RFC 5802 §7: it refuses, and says so in its reply too
            return b""
        self._client.set_server_final(server_final)  # RFC 5802 §5: the client must check it
        self.server_proof = "valid"
        return b""


@contextmanager
def _scram_errors() -> Iterator[None]:
    from scramp import ScramException

    try:
        yield
    except ScramException as error:
        raise MechanismError(f"SCRAM: {error}") from None


class _Bearer(_Exchange):
    """A message with a token; a further challenge carries the server's reason for refusing it."""

    _after_error: bytes

    def __init__(self, username: str, secret: str) -> None:
        super().__init__(username, secret)
        if b"\x01" in self._username + self._secret:
            raise MechanismError("the credentials hold the character that separates the fields")

    def _message(self) -> bytes:
        raise NotImplementedError

    def initial(self) -> bytes:
        return self._keep(self._message())

    def respond(self, challenge: bytes) -> bytes:
        self._count_challenge(2)
        return self._after_error if challenge else self.initial()


class XOAuth2(_Bearer):
    """Google's and Microsoft's XOAUTH2; an error challenge is answered with an empty line."""

    name = "XOAUTH2"
    _after_error = b""

    def _message(self) -> bytes:
        return b"user=%s\x01auth=Bearer %s\x01\x01" % (self._username, self._secret)


class OAuthBearer(_Bearer):
    """RFC 7628; an error challenge is answered with the dummy response of its §3.2.3."""

    name = "OAUTHBEARER"
    _after_error = b"\x01"

    def __init__(self, username: str, secret: str, host: str, port: int) -> None:
        super().__init__(username, secret)
        self._host = host.encode()
        self._port = port

    def _message(self) -> bytes:
        # RFC 5801 §4: the authorisation identity writes "=" and "," as =3D and =2C
        identity = self._username.replace(b"=", b"=3D").replace(b",", b"=2C")
        return b"n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer %s\x01\x01" % (
            identity,
            self._host,
            self._port,
            self._secret,
        )


def mechanism(name: str, username: str, secret: str, host: str, port: int) -> Mechanism:
    """Starts an exchange. secret: the password, or the token for a token mechanism.

    MechanismError where the mechanism can't carry these credentials, KeyError for a name that is
    neither in `PASSWORD_MECHANISMS` nor in `TOKEN_MECHANISMS`.
    """
    if name == OAuthBearer.name:
        return OAuthBearer(username, secret, host, port)
    classes = {each.name: each for each in (Plain, Login, ScramSHA256, CramMD5, XOAuth2)}
    return classes[name](username, secret)


def choose(offered: Sequence[str], order: Sequence[str], has_token: bool) -> str | None:
    """The mechanism to use: the first of `order` that is offered and fits the kind of secret.

    order: a client's own order; where it names none of that kind (or is empty), the default order
    counts. None where nothing fits.
    """
    kind = TOKEN_MECHANISMS if has_token else PASSWORD_MECHANISMS
    wanted = [name.upper() for name in order if name.upper() in kind] or kind
    available = {name.upper() for name in offered}
    return next((name for name in wanted if name in available), None)


#: What has the client speak first: the answer may go with AUTH itself. LOGIN is a custom, not a
#: standard, in which few clients do.
AT_ONCE = tuple(name for name in (*PASSWORD_MECHANISMS, *TOKEN_MECHANISMS) if name != "LOGIN")


def auth_command(mechanism: Mechanism, at_once: Collection[str] = AT_ONCE) -> bytes:
    """The AUTH command, with the initial response where the mechanism has one, is among `at_once`,
    and it fits."""
    command = b"AUTH " + mechanism.name.encode()
    initial = mechanism.initial() if mechanism.name in at_once else None
    if initial is not None:
        line = command + b" " + (b64encode(initial) or b"=") + b"\r\n"  # RFC 4954 §4: "=" for empty
        if len(line) <= _MAX_AUTH_LINE:
            return line
    return command + b"\r\n"


def challenge(reply: Reply) -> bytes:
    """The challenge in a 334 reply; text that is not base64 is taken as it stands."""
    text = reply.last.strip()
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return text.encode()


def token_refusal(challenge: bytes) -> dict[str, str]:
    """What the JSON of an error challenge says: status, schemes, scope, each where it is there.

    RFC 7628 §3.2.2; Google's and Microsoft's XOAUTH2 alike. Empty for any other challenge.
    """
    import json

    try:
        told = json.loads(challenge[:_MAX_AUTH_LINE])
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    found = {name: told.get(name) for name in ("status", "schemes", "scope")}
    return {
        name: str(value)[:_MOST_OF_A_REASON]
        for name, value in found.items()
        if isinstance(value, str | int) and str(value)
    }


def response_line(response: bytes) -> bytes:
    """The line that answers a challenge (RFC 4954 §4); an empty response is an empty line."""
    return b64encode(response) + b"\r\n"
