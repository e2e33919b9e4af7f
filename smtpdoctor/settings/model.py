"""The settings of one run, each value with its origin and what it shadows.

This module knows what a setting is. It must not know where settings come from (`sources`) nor
what is wrong with them in the end (`diagnosis.rules.settings`). No secret is in `Settings`: the
password and the token travel apart, in `Credentials`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

TLSMode = Literal["implicit", "starttls", "none"]

Field = Literal[
    "host",
    "port",
    "tls",
    "username",
    "password",
    "token",
    "sender",
    "recipient",
    "url",
    "verify",
    "ehlo",
    "size",
    "client",
]

OriginKind = Literal["option", "target", "environment", "file", "stdin", "default"]

#: What can be wrong with the text of one value, before anything was tried.
Problem = Literal[
    "scheme",  # a host with smtp:// or https:// before it
    "port",  # a host with :587 behind it
    "blanks",  # a host with blanks inside or at an end
    "quotes",  # quotes that became part of the value
    "characters",  # a host with characters that no name or address has
    "not-a-number",
    "out-of-range",
    "not-a-mode",  # SMTP_SECURE=maybe
    "not-an-address",
    "not-a-url",
    "not-encoded",  # a URL whose user or password holds reserved characters
    "placeholder",  # a template's text, or ${…}
    "host-again",  # a user name, password or token that is the host's own text
    "still-encoded",  # a user name or password out of a URL that nobody decoded: %40 for @
    "conflict",  # two settings that exclude each other
    "missing",  # the host, where other settings are there
    "unknown",  # a client that nobody here knows
    "too-long",  # longer than anybody writes by hand
]

#: Those with which a user name, password or token is none that could log in.
NO_LOGIN: tuple[Problem, ...] = ("placeholder", "host-again")
CREDENTIALS: tuple[Field, ...] = ("username", "password", "token")

#: What is odd about how a value was read. The words are in `settings.words`.
NoteKind = Literal[
    "line-rejected",  # python-dotenv rejects the line: taken raw after =
    "quote-not-closed",  # in this line: taken raw after =
    "line-swallowed",  # python-dotenv takes it for a part of the value that begins in `line`
    "comment-behind",  # python-dotenv takes what follows # for a comment
    "tolerated",  # a URL that is not encoded, and that most programs read as it was meant
    "empty",  # counts as unset
    "empty-is-false",  # SMTP_SECURE
    "other-empty",  # `name` at `place`, which would have given the same field, counts as unset
]

#: Why credentials that were configured are not used, see `settings.login_release`.
WithheldReason = Literal[
    "another-host-asked",  # TARGET or --host is not the host that they were written for
    "written-for-another-host",  # their own source names another host than the run's
    "host-from-folder",  # they are the environment's, the host is a file's and nobody known
    "another-user",  # --user is not the set-up's user
    "tried-already",  # another set-up of this run has logged in with the same account
    "tried-in-vain",  # and that login did not work
    "not-come-to",  # and that one did not come as far as the login
    "tried-with-another",  # the same account was tried with another password, and once is enough
    "another-target",  # another target of the batch, at `place`, logs in with the same account
    "host-with-user",  # SMTP_HOST=user@host: which part is the host is a guess
    "not-due",  # an earlier run of `watch` logged in a short time ago
    "failed-before",  # its login had no outcome, or was put off, a short time ago
    "refused-before",  # it was refused with the very same credentials
]

#: Another set-up of the run has the account's one login.
LEFT_TO_ANOTHER: tuple[WithheldReason, ...] = (
    "tried-already",
    "tried-in-vain",
    "not-come-to",
    "tried-with-another",
)

#: Of these the credentials are used as far as the login itself, which was made before.
MADE_BEFORE: tuple[WithheldReason, ...] = ("not-due", "failed-before", "refused-before")

#: What a token's form tells, which is all that is ever told of it. refresh-token,
#: authorization-code, api-key: something else than an access token. expired: past its own `exp`.
#: not-for-outlook: its `aud` is another service than Exchange Online's mail. without-smtp: it
#: names its permissions, and none is for SMTP.
TokenSign = Literal[
    "refresh-token",
    "authorization-code",
    "api-key",
    "expired",
    "not-for-outlook",
    "without-smtp",
]

#: The shape of a password, all that is ever told of it (never its length).
PasswordShape = Literal[
    "blank-at-start",
    "blank-at-end",
    "double-quoted",
    "single-quoted",
    "hash",
    "dollar",
    "backslash",
    "non-ascii",
    "inner-blanks",
    "newline",
    "placeholder",
    "app-password-like",  # lower-case letters alone, or groups of four of them
    "api-key",  # begins as a sending service's keys for its HTTPS API do
    "aws-secret-key",  # of the form of an AWS secret access key
]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where one value stands.

    `line` and `columns` count from 1; `columns` is the half-open range of the value's own
    characters in that line (quotes included). Where a secret stands in the line, they count in
    `Setting.source_line`, whose mask is as long for every secret: no column tells its length.
    """

    kind: OriginKind
    name: str  # the name the user gave it: SMTP_PORT, --port, TARGET
    file: str | None = None
    line: int | None = None
    columns: tuple[int, int] | None = None

    @property
    def label(self) -> str:
        """The origin as reports quote it: `--port`, `environment`, `.env:7`."""
        if self.kind == "file":
            return f"{self.file}:{self.line}" if self.line else str(self.file)
        if self.kind == "stdin":
            return f"standard input:{self.line}" if self.line else "standard input"
        if self.kind == "option":
            return self.name
        return {"target": "TARGET", "environment": "environment", "default": "default"}[self.kind]


class Edit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"with_": "with"}):
    """A change of some characters of one line. Never touches a secret's characters.

    `columns` is half-open and counts from 1 in the line as it may be shown. `exact`: nothing that
    is masked stands before them, so they are the file's own.
    """

    file: str
    line: int
    columns: tuple[int, int]
    replace: str
    with_: str
    exact: bool = False


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about how a value was read; what its kind does not need is left out."""

    kind: NoteKind
    name: str = ""
    place: str = ""
    line: int | None = None


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """Credentials that stay where they are: why, for which host, and where they stand.

    `host` is the one that would have got them, `written_for` the ones that they stand with (empty
    where nothing says so), `place` the source that they come from; of a login that was made before
    it is when that was.
    """

    reason: WithheldReason
    host: str
    place: str
    written_for: tuple[str, ...] = ()


class Shadowed(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the same field that lost against one of higher precedence.

    `same`: it is the very value that counts, so nobody is misled by it.
    """

    origin: Origin
    text: str
    same: bool = False


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One value as it was read. `text` of a secret is its mask.

    `source_line` is the user's own line for a report to point at, with every secret masked and
    `origin.columns` fitting. `part_of` says that this value came out of another field's text
    (the host of SMTP_URL). `unset` names the variables that it is read from and that nothing sets.
    What of a user's line is not known to be harmless is masked in `text` and `source_line`, see
    `settings.harmless`.
    """

    field: Field
    text: str
    origin: Origin
    shadows: tuple[Shadowed, ...] = ()
    problem: Problem | None = None
    detail: str = ""  # what exactly is wrong, or the other setting of a conflict
    source_line: str | None = None
    notes: tuple[Note, ...] = ()
    part_of: Field | None = None
    unset: tuple[str, ...] = ()

    @property
    def ok(self) -> bool | None:
        """Whether the text is sound; None for an empty one, which counts as unset."""
        return self.problem is None if self.text or self.problem else None

    def noted(self, kind: NoteKind) -> bool:
        """Whether this is known of how the value was read."""
        return any(note.kind == kind for note in self.notes)

    @property
    def repaired(self) -> bool:
        """The run goes on with what was evidently meant, or with the default: what it then sees
        does not come from this fault."""
        return self.problem not in (None, "conflict", *NO_LOGIN, "missing")


class NearMiss(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that looks like a setting and is none: SMTP_PASWORD, smtp_host.

    field: what it was to set, where `looks_like` is a name that a set-up's program reads. lines:
    its own, and the one that reads that name. edit: gives it that name. kept_from: the file of the
    container to which nothing passes it, where that is what is wrong.
    """

    name: str
    looks_like: str
    origin: Origin
    field: Field | None = None
    lines: tuple[OptionLine, ...] = ()
    edit: Edit | None = None
    kept_from: str = ""


BrokenKind = Literal["no-equals", "colon", "no-name", "stray-quote", "conflict-marker"]


class BrokenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a `.env` file that no reader takes a setting from; `name` is a known one."""

    file: str
    line: int
    kind: BrokenKind
    name: str = ""


#: The dialect of programs that nobody knows, which are read by the names of their variables.
UNKNOWN_PROGRAM = "unknown"


class SetupIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a program of the folder would send (docs/set-ups.md).

    `name` is the dialect and the place: `nodemailer mailer.js:4`. `files` are all that its values
    come from. `profile` is the one whose values count, "" where the program has none. `same` are
    the names of others with the very same settings, which are not tried a second time.
    """

    name: str
    dialect: str
    version: str = ""
    files: tuple[str, ...] = ()
    profile: str = ""
    same: tuple[str, ...] = ()


#: What a program does with a setting that its text does not say. misread: takes it for something
#: else. ignored: does not read it. fault: stops before it sends. not-sent: does something else
#: with the mail.
RemarkKind = Literal["misread", "ignored", "fault", "not-sent", "visitor"]


class OptionLine(msgspec.Struct, frozen=True, kw_only=True):
    """The line of a program's option, masked where it may hold a secret."""

    option: str
    origin: Origin
    source_line: str | None = None


class SetupRemark(msgspec.Struct, frozen=True, kw_only=True):
    """What the program makes of one option, by the sources that its dialect names.

    `option` is the program's own name for it and `text` what it is there, masked where it may be
    a secret; `taken_as` is what the program takes it for. `unset` names the variables that it is
    read from and that nothing sets. `conflict`: options exclude each other, and `beside` are the
    others of them that stand somewhere; else `beside` is the line that reads the option, where
    `origin` is that of a variable. `whole`: with it none of the set-up's settings is read.
    """

    kind: RemarkKind
    option: str
    text: str
    because: str
    taken_as: str = ""
    unset: tuple[str, ...] = ()
    field: Field | None = None
    origin: Origin | None = None
    source_line: str | None = None
    sources: tuple[str, ...] = ()
    conflict: bool = False
    whole: bool = False
    beside: tuple[OptionLine, ...] = ()


class Untellable(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the program that can't be told from its files, and why."""

    option: str
    why: str
    field: Field | None = None
    origin: Origin | None = None
    source_line: str | None = None


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """How the program's own files say another value: worked out while they were read.

    It leads to these values; None leaves one as it is. In `edits`, `settings` and `steps`,
    `{host}`, `{port}`, `{sender}` and `{username}` stand for a value that is free. `sends`: with it
    the program sends by these settings, which it does not now. `decodes`: with it the program
    decodes the login that it takes out of a URL.
    """

    sends: bool = False
    decodes: bool = False
    host: bool = False
    port: int | Literal["any"] | None = None
    tls: TLSMode | None = None
    sender: bool = False
    username: bool = False
    edits: tuple[Edit, ...] = ()
    settings: dict[str, str | None] = {}
    steps: tuple[str, ...] = ()


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the user's files as it may be shown."""

    file: str
    line: int
    text: str


class PasswordReading(msgspec.Struct, frozen=True, kw_only=True):
    """What one reader of the `.env` makes of the password, where that is not what was meant.

    `state`, `alterations` and `faults` are those of `readers.dotenv`.
    """

    reader: str
    state: str
    alterations: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


#: A reader of YAML, which takes a blank and a # for the start of a comment.
YAML = "YAML"
#: In double quotes it takes a dollar sign and what follows for a variable.
PHP = "PHP"
#: sSMTP, which ends a value at #, = and a blank, and knows no quotes.
SSMTP = "sSMTP"


class PasswordReadings(msgspec.Struct, frozen=True, kw_only=True):
    """The line of a password that its readers take for something else, or not all for the same.

    known: `readers` are those that the folder reads it with; else any may be, and these were
        asked. altered: those that get something else than was meant.
    quote: what to write around the value so that all of them get just it, "" for nothing; None
        where no quotes do. cannot: readers that get something else by any of them.
    moves_comment: the comment behind it has to go to a line of its own, or quotes don't help.
    doubles: the character that is written twice where it stands: a dollar sign in a compose file, a
        percent sign in a unit of systemd.
    """

    name: str
    file: str
    line: int
    known: bool
    readers: tuple[str, ...]
    altered: tuple[PasswordReading, ...]
    quote: str | None = None
    cannot: tuple[str, ...] = ()
    moves_comment: bool = False
    doubles: Literal["", "$", "%"] = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the run goes by, after precedence and defaults. Serialisable; holds no secret.

    `username` is masked where it is a secret itself (Postmark's is the token) or has no form that
    is known to be harmless; what AUTH sends is in `Credentials`.
    """

    host: str | None = None
    port: int | None = None
    tls: TLSMode = "starttls"
    tls_required: bool = False  # STARTTLS: False is opportunistic, as SMTP_SECURE=false is
    username: str | None = None
    has_password: bool = False
    has_token: bool = False
    password_shape: tuple[PasswordShape, ...] = ()
    token_signs: tuple[TokenSign, ...] = ()
    password_readings: PasswordReadings | None = None
    sender: str | None = None
    recipient: str | None = None
    size: int | None = None
    verify: bool = True
    ehlo: str | None = None
    client: str | None = None  # its id in the knowledge base
    mechanisms: tuple[str, ...] = ()  # SASL's, where the settings name those that it takes
    client_version: str = ""  # where it is known
    #: False: neither settings nor TARGET were found, and the IONOS profile is looked at.
    found: bool = True
    #: Read where the program does not run: what its environment gives it is not known.
    elsewhere: bool = False
    #: Configured credentials that this run does not use, and why; None where it uses them all.
    withheld: Withheld | None = None
    folder: str = ""
    #: What was looked at, in order of precedence: "options", "environment", ".env".
    sources: tuple[str, ...] = ()
    entries: tuple[Setting, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    broken_lines: tuple[BrokenLine, ...] = ()
    #: The set-up that these settings are of; None for the project's own names and options.
    setup: SetupIdentity | None = None
    remarks: tuple[SetupRemark, ...] = ()
    untellable: tuple[Untellable, ...] = ()
    prepared: tuple[Prepared, ...] = ()
    #: The lines that `prepared` may change, for a report to show them before and after.
    changeable: tuple[ShownLine, ...] = ()

    def entry(self, field: Field) -> Setting | None:
        """The setting of that field, None where it was nowhere set."""
        return next((entry for entry in self.entries if entry.field == field), None)

    @property
    def has_secret(self) -> bool:
        return self.has_password or self.has_token

    @property
    def has_credentials(self) -> bool:
        return self.username is not None and self.has_secret

    @property
    def sends_nothing(self) -> bool:
        """Whether the program does something else with its mail."""
        return any(remark.kind == "not-sent" for remark in self.remarks)

    @property
    def login_fault(self) -> Problem | None:
        """What makes the user name, password or token none that could log in: none is tried."""
        faults = (entry.problem for entry in self.entries if entry.field in CREDENTIALS)
        return next((each for each in faults if each in NO_LOGIN), None)

    @property
    def may_log_in(self) -> bool:
        """Whether a run may come as far as a login: without TLS no password goes out, and a
        template's never. One that may not has its own fault to tell, and takes no account."""
        return self.has_credentials and self.login_fault is None and self.tls != "none"

    @property
    def tells_mode(self) -> bool:
        """Whether everything that decides the TLS mode can be told."""
        return all(item.field != "tls" for item in self.untellable)

    @property
    def is_password_altered_away(self) -> bool:
        """Whether a password stands there, and the program's own reader leaves nothing of it."""
        found = self.password_readings
        return found is not None and found.known and not self.has_secret

    @property
    def login_made_before(self) -> bool:
        """Whether this run goes as far as the login and no further: an earlier one made it."""
        return self.withheld is not None and self.withheld.reason in MADE_BEFORE


class Secret:
    """A value that no format, log or traceback shows: `str` and `repr` give the mask."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the wire and for the redactor only."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__


MASK = "••••••"
#: RFC 8314 §3.3 and RFC 6409 §3.1: where mail is taken from those who have logged in, and the TLS
#: mode that is usual there.
SUBMISSION: dict[int, TLSMode] = {465: "implicit", 587: "starttls"}
#: What says yes and no where a value is a switch, in lower case.
TRUE = frozenset({"true", "1", "yes", "on", "ssl"})
FALSE = frozenset({"false", "0", "no", "off", ""})
#: In place of the name of a variable: what a look-up is called with may be a secret, and is shown
#: only where it is what settings are called.
UNNAMED = "its variable"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What AUTH sends. Never serialised, never an observation.

    `sender` and `recipient` are what MAIL and RCPT send where the settings' own are masked, since
    a secret stands in them.
    """

    username: str | None = None
    sender: str | None = None
    recipient: str | None = None
    password: Secret | None = None
    token: Secret | None = None

    def __repr__(self) -> str:  # a user name may be the token
        return f"Credentials({MASK})"

    __str__ = __repr__
