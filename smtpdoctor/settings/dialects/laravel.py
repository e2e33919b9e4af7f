"""Laravel: config/mail.php over the variables of `.env`, and what each version makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    NEWEST,
    PhpProgram,
    Reading,
    address,
    array_options,
    beside,
    keys_of,
    known,
    number,
    of_address,
    remark,
    text,
    unset_variables,
    version,
    version_of,
)
from smtpdoctor.settings.dialects.symfony_transport import Way, ends_early, is_off, way
from smtpdoctor.settings.dialects.table import is_image
from smtpdoctor.settings.dialects.urls import insert_port, url_options
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.readers.harmless import said
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Origin,
    Span,
    Unknown,
    Value,
    map_of,
)
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import Module

DATA = load(__file__)

FRAMEWORK = "laravel/framework"
PACKAGES = (FRAMEWORK, "laravel/lumen-framework")
#: What a mailer's array has for a server; a URL's parts take their place.
KEYS = (
    "transport", "url", "scheme", "encryption", "host", "port", "username", "password",
    "auto_tls", "verify_peer", "require_tls", "local_domain",
)  # fmt: skip
#: Transports that keep what they are given.
SILENT = ("log", "array")
#: Transports by the program of the machine, or by a company's interface.
REMOTE = ("ses", "postmark", "sendmail")
#: Who mail is from where nobody says it.
SENDER = "hello@example.com"
#: Where code sets the configuration of mail again, and the keys of it.
SETS = rb"(?:\bConfig::set|\bconfig\(\)->set)\s*\(\s*['\"]mail\b|\bconfig\s*\(\s*\[\s*['\"]mail\b"
KEYS_SET = re.compile(rb"['\"](mail(?:\.\w+)*)['\"]\s*(?:=>|,)")
SET_AGAIN = ("host", "port", "encryption", "username", "password")
WHOLE = ("mail", "mailers", "smtp")
#: Where messages are made.
MESSAGES = rb"Illuminate\\(?:Mail\\Mailable|Notifications\\Messages\\MailMessage)"
#: What `php artisan key:generate` writes.
KEY = re.compile(rb"(?m)^APP_KEY=[\"']?base64:")
#: The whole configuration as one array.
CACHE = "bootstrap/cache/config.php"
#: Mailers of mailers.
SEVERAL = ("failover", "roundrobin")
SYMFONY = (9, 0, 0)
OLD = (6, NEWEST, NEWEST)
UNKNOWN = (NEWEST, NEWEST, NEWEST)
NO_ENCRYPTION = (11, 35, 1)
ONE_BUG = (11, 35, 0)
#: From here on what config/mail.php leaves out is what the framework's own has, mailer by mailer
#: (LoadConfiguration::loadConfigurationFile), but where bootstrap/app.php says otherwise.
MERGED = (11, 0, 0)
NOT_MERGED = b"dontMergeFrameworkConfiguration"


@dataclass(frozen=True, slots=True)
class App:
    """One program: its folder, its config/mail.php where it has one, and what it sees."""

    root: str
    config: str | None
    variables: Variables
    release: tuple[int, int, int]
    read: Reading
    #: Where it is described, where that is no file of its own.
    place: str = ""

    @property
    def is_old(self) -> bool:
        """Whether config/mail.php is one of Laravel 6 and older, without mailers."""
        return known(self.read(self.variables).at("mailers")) is None


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each mailer that the default mailer leads to and that speaks SMTP or is silent."""
    for app in _apps(workspace):
        drafts = list(_of_app(workspace, app))
        cached = _cached(workspace, app)
        drafts = drafts if cached is None else list(_of_cache(workspace, cached, drafts))
        yield from drafts
        for draft in drafts[:1]:
            yield from _with_own_senders(workspace, app, draft)


def _with_own_senders(workspace: Workspace, app: App, draft: Draft) -> Iterator[Draft]:
    """The same for each message that says another domain's address than the configuration does."""
    given = draft.options.get("from")
    usual = address(known(given.value)) if given is not None else None
    if usual is None or "@" not in usual:
        return
    seen = {usual.rpartition("@")[2].lower()}
    for path in workspace.folder.containing(MESSAGES, ".php"):
        is_own = not app.root or path.startswith(f"{app.root}/")
        module = workspace.module(path, draft.variables) if is_own else None
        for value, again in _own_senders(module, path, workspace) if module is not None else ():
            domain = (address(known(value)) or "").rpartition("@")[2].lower()
            span = value.written
            if not domain or span is None or domain in seen:
                continue
            seen.add(domain)
            option = Option("from", value, again, called="from")
            yield replace(
                draft,
                place=f"{path}:{span.line}",
                options={**draft.options, "from": option},
                files=(path, *draft.files),
                made_from=None,
            )


def _own_senders(
    module: Module, path: str, workspace: Workspace
) -> Iterator[tuple[Value, Callable[[Variables], Value]]]:
    """What `from()` and `new Envelope(from: …)` of a file are given."""

    def of(found: Module) -> list[Value]:
        given = [each.argument(0, "address") for each in found.calls("from")]
        given += [each.argument(0, "from") for each in found.calls("Envelope") if each.new]
        return [of_address(found, each) for each in given]

    for place, value in enumerate(of(module)):

        def again(under: Variables, place: int = place) -> Value:
            found = workspace.module(path, under)
            return of(found)[place] if found is not None else Known(ABSENT)

        yield value, again


def _of_app(workspace: Workspace, app: App) -> Iterator[Draft]:
    root = app.read(app.variables)
    if not isinstance(root, Known) or not isinstance(root.value, Map):
        return  # a file that returns nothing, as one that only has a piece of an array
    if app.is_old:
        yield from _draft(workspace, app, ())
        return
    given = root.at("default")
    default = known(given) or "smtp"
    names = _leads_to(root, str(default))
    if isinstance(given, Known) and given.unset and root.at("mailers", str(default)).absent:
        # which of its mailers is set where the program runs
        names = _all_by_smtp(root) or names
    if all(known(root.at("mailers", name, "transport")) in SILENT for name in names):
        # what it would send with is told too: that it keeps its mail may be for a profile
        host = root.at("mailers", "smtp", "host")
        names = ["smtp"] if isinstance(host, Unknown) or known(host) is not None else names
    for name in names:
        yield from _draft(workspace, app, ("mailers", name))


def _cached(workspace: Workspace, app: App) -> App | None:
    """The program as `php artisan config:cache` wrote its configuration down: nothing else of it
    is read then, and no `.env` (LoadConfiguration::bootstrap, LoadEnvironmentVariables)."""
    path = f"{app.root}/{CACHE}".lstrip("/")
    if app.place or not workspace.folder.has(path):
        return None
    read = _file(workspace, path)
    if not isinstance(known(read(Variables(())).get("mail")), Map):
        return None
    return replace(app, config=path, read=lambda under: read(under).get("mail"))


def _of_cache(workspace: Workspace, app: App, drafts: list[Draft]) -> Iterator[Draft]:
    """What counts, each with what it would be made from now."""
    source = next(iter(drafts), None)
    for draft in _of_app(workspace, app):
        draft.unset, draft.insert = {}, None
        if source is not None:
            draft.made_from, draft.made_by = source, DATA.because["cached"]
            for name, option in draft.options.items():
                other = source.options.get(name)
                # a port is a number in one and a text in the other
                if other is not None and str(known(other.value)) != str(known(option.value)):
                    hidden = replace(other.value, span=other.value.written)
                    draft.options[name] = replace(option, hides=(hidden,))
        yield draft


def _apps(workspace: Workspace) -> Iterator[App]:
    seen = set()
    for path in workspace.folder.matching(
        "config/mail.php", "*/config/mail.php", "app/Config/mail.php", "*/app/Config/mail.php"
    ):
        data = workspace.folder.data(path) or b""
        root = path.removesuffix("config/mail.php").removesuffix("app/Config/mail.php").rstrip("/")
        release = _release(workspace, path)
        beneath = _beneath(workspace, root, path)
        has_mailers = b"'mailers'" in data or b'"mailers"' in data
        if not has_mailers and b"'driver'" not in data and beneath is None:
            continue
        seen.add(root)
        variables = _variables(workspace, root)
        if release == UNKNOWN and not has_mailers:
            release = OLD  # as Laravel had it before there were mailers
        yield App(root, path, variables, release, _file(workspace, path, beneath))
    roots = {each.folder for each in workspace.dependencies.all if each.name in PACKAGES}
    if workspace.folder.has("artisan"):
        roots.add("")
    roots |= set(_described(workspace))
    for root in sorted(roots - seen):
        variables = _variables(workspace, root)
        if any(name in variables.names for name in ("MAIL_MAILER", "MAIL_HOST", "MAIL_URL")):
            release = _release(workspace, f"{root}/artisan".lstrip("/"))
            own = _own_of(workspace, root, variables)
            if own is not None and release == UNKNOWN:
                release = _release_of(own)
            yield App(root, None, variables, release, _defaults(release, own))
    yield from _containers(workspace)


def _described(workspace: Workspace) -> Iterator[str]:
    """Folders of which only the `.env` is here: no other program's has a key of this form. Where a
    container runs the program, that is the place."""
    if any(_app_of(item.image) for item in workspace.surroundings):
        return
    for path in workspace.folder.matching(".env", "*/.env"):
        if KEY.search(workspace.read(path) or b""):
            yield path.rpartition("/")[0]


def _app_of(image: str) -> Mapping[str, Any] | None:
    apps = DATA.table("apps")
    return next((app for app in apps.values() if is_image(image, app["images"])), None)


def _own_of(workspace: Workspace, root: str, variables: Variables) -> Mapping[str, Any] | None:
    """The program whose folder it is, by its composer.json; of a `.env` alone by the variables
    that Laravel itself doesn't have."""
    apps: Iterable[Mapping[str, Any]] = DATA.table("apps").values()
    manifest = f"{root}/composer.json".lstrip("/")
    if workspace.folder.has(manifest):
        name = str(known(workspace.document(manifest, variables).get("name"))).lower()
        return next((app for app in apps if name in app["composer"]), None)
    if "MAIL_FROM_ADDRESS" in variables.names:
        return None
    told = set(variables.names)
    return next((app for app in apps if "names" in app and told.issuperset(app["names"])), None)


def _release_of(app: Mapping[str, Any]) -> tuple[int, int, int]:
    major, *minor = app["release"]
    return (major, *minor, NEWEST) if minor else (major, NEWEST, NEWEST)


def _containers(workspace: Workspace) -> Iterator[App]:
    """Programs made with Laravel that compose or Kubernetes run by their image: their own
    config/mail.php is in it, and `apps` has what that reads."""
    for item in workspace.surroundings:
        found = _app_of(item.image)
        if found is not None:
            release = _release_of(found)
            yield App("", None, item.variables, release, _defaults(release, found), item.place)


def _variables(workspace: Workspace, root: str) -> Variables:
    """`.env`, or `.env.NAME` in its place where APP_ENV stands in the environment itself."""
    # no file that a worker is started with: `php artisan queue:work` is one container of several
    near = f"{root}/composer.json".lstrip("/")
    profile = workspace.profile or workspace.environ.get("APP_ENV")
    named = workspace.dotenv_files(near, f".env.{profile}") if profile else []
    files = named or workspace.dotenv_files(near, ".env")
    files = files or workspace.dotenv_files(near, ".env.production")
    for path in files[:1]:
        # LoadEnvironmentVariables::writeErrorAndDie
        workspace.tell_refused(path, "phpdotenv", "Laravel", ends=True)
    # env() casts and unquotes once more: the evaluator of PHP does that
    return workspace.variables(files[:1], "phpdotenv", near=near)


def _release(workspace: Workspace, near: str) -> tuple[int, int, int]:
    return version(version_of(workspace, near, *PACKAGES)) or UNKNOWN


def _beneath(workspace: Workspace, root: str, path: str) -> Reading | None:
    """The framework's own config/mail.php where it stands beneath the program's."""
    release = version(version_of(workspace, path, FRAMEWORK))
    if release is None or not MERGED <= release < UNKNOWN:
        return None
    start = workspace.folder.data(f"{root}/bootstrap/app.php".lstrip("/")) or b""
    return None if NOT_MERGED in start else _defaults(release)


def _file(workspace: Workspace, path: str, beneath: Reading | None = None) -> Reading:
    def read(under: Variables) -> Value:
        module = workspace.module(path, under)
        own = module.returned if module is not None else Known(ABSENT)
        return own if beneath is None else _merged(own, beneath(under), "mailers")

    return read


def _merged(own: Value, beneath: Value, *deeper: str) -> Value:
    """An array with what it leaves out from the one beneath; those of `deeper` key by key."""
    upper, lower = known(own), known(beneath)
    if not isinstance(upper, Map) or not isinstance(lower, Map):
        return own
    entries = [
        Entry(entry.key, _merged(entry.value, lower.get(entry.key)), entry.span)
        if entry.key in deeper
        else entry
        for entry in upper.entries
    ]
    assert isinstance(own, Known)
    return replace(own, value=replace(upper, entries=[*lower.entries, *entries]))


def _defaults(release: tuple[int, int, int], own: Mapping[str, Any] | None = None) -> Reading:
    """config/mail.php as it is installed with that version, or as a program has it of its own."""
    table = DATA.table("defaults")["smtp"]
    said = own or table.get(str(max(release[0], 8)), table["11"])
    others: Mapping[str, list[str]] = said.get("others", {})

    def read(under: Variables) -> Value:
        from smtpdoctor.settings.readers.php_library import laravel as cast

        def variable(name: str | list[str], default: Any = None) -> Value:
            """The first of the names that is set, as the others stand in for it."""
            names = [name, *others.get(name, ())] if isinstance(name, str) else name
            name = next((each for each in names if under.lookup(each)), names[0])
            found = under.lookup(name)
            if found is None:
                return Known(default, None, (Origin("unset", name),))
            if not isinstance(found, Known):
                return found
            return Known(cast(found.value), found.span, found.trail)

        smtp = {
            "transport": Known("smtp"),
            "url": variable("MAIL_URL") if said.get("url", True) else Known(None),
            "host": variable("MAIL_HOST", said.get("host")),
            "port": variable("MAIL_PORT", said["port"]),
            "username": variable("MAIL_USERNAME"),
            "password": variable("MAIL_PASSWORD"),
        }
        if "verify" in said:
            smtp["verify_peer"] = variable(said["verify"], default=True)
        if "encryption" in said:
            smtp["encryption"] = variable("MAIL_ENCRYPTION", said["encryption"])
        if said.get("scheme", "encryption" not in said):
            smtp["scheme"] = variable("MAIL_SCHEME")
        if said.get("ehlo", "encryption" not in said):
            smtp["local_domain"] = variable("MAIL_EHLO_DOMAIN")
        mailers = {
            "smtp": map_of(smtp),
            **{each: map_of({"transport": Known(each)}) for each in SILENT},
            "failover": map_of({"transport": Known("failover"), "mailers": _list("smtp", "log")}),
            **{each: map_of({"transport": Known(each)}) for each in REMOTE},
        }
        return map_of(
            {
                "default": variable(said.get("variable", "MAIL_MAILER"), said["mailer"]),
                "mailers": map_of(mailers),
                "from": map_of({"address": _sender(variable, said)}),
            }
        )

    return read


def _sender(variable: Callable[..., Value], said: Mapping[str, Any]) -> Value:
    return variable(said.get("from", "MAIL_FROM_ADDRESS"), said.get("sender", SENDER) or None)


def _list(*names: str) -> Known:
    return Known(List([Entry(None, Known(name), None) for name in names]))


def _all_by_smtp(root: Value) -> list[str]:
    mailers = root.get("mailers")
    return [
        str(key) for key in keys_of(mailers) if known(mailers.get(key).get("transport")) == "smtp"
    ]


def _leads_to(root: Value, name: str, depth: int = 0) -> list[str]:
    """The mailers behind a name: itself, or those that it tries one after the other."""
    mailer = root.at("mailers", name)
    if known(mailer.get("transport")) not in SEVERAL or depth > 3:
        return [name]
    listed = known(mailer.get("mailers"))
    names = [known(each) for each in listed] if isinstance(listed, List) else []
    return [each for one in names if one for each in _leads_to(root, str(one), depth + 1)]


def _draft(  # branches: one condition an option of config/mail.php
    workspace: Workspace, app: App, path: tuple[str, ...]
) -> Iterator[Draft]:
    variables = app.variables
    paths: dict[str, tuple[str, ...]] = {key: (*path, key) for key in KEYS}
    paths["mailer"] = ("driver",) if app.is_old else ("default",)
    paths["from"] = ("from", "address")
    paths["verify_peer_name"] = (*path, "stream", "ssl", "verify_peer")
    options = array_options(app.read, variables, paths)
    root = app.read(variables)
    if isinstance(from_ := root.at(*path, "from", "address"), Known) and not from_.absent:
        options |= array_options(app.read, variables, {"from": (*path, "from", "address")})
    transport = known(options["transport"].value) if "transport" in options else None
    url = options.get("url")
    if url is not None and known(url.value):
        options |= url_options(url, workspace)
    else:
        sends = transport if path else known(root.get("driver"))
        if sends not in ("smtp", *SILENT, None):
            # another company's API, or a program of this machine
            why = f"mail goes out by the transport {said(str(sends))}, not by SMTP"
            workspace.folder.skipped.append(Skipped(path=app.config or app.root or ".", why=why))
            return
    if app.place and _is_left_blank(options):
        return
    if "local_domain" in options and known(options["local_domain"].value) is None:
        del options["local_domain"]  # it is what the machine is called
    options |= _set_again(workspace, app)
    if not (app.config or "").endswith(CACHE):
        options |= _unread(options, variables)
    options["laravel"] = Option("laravel", Known(app.release))
    symfony = version(version_of(workspace, app.config or app.root, "symfony/mailer"))
    options["symfony"] = Option("symfony", Known(symfony))
    place = (
        app.config
        or app.place
        or next(
            (each.label for each in variables.layers if each.kind == "file" and each.values), ".env"
        )
    )
    mailer = root.at(*path)
    span = mailer.span if isinstance(mailer, Known) else None
    where = f"{place}:{span.line}" if path and span is not None and app.config else place
    yield Draft(
        dialect=DIALECT,
        place=where,
        options=options,
        variables=variables,
        language="php",
        version=version_of(workspace, app.config or app.root, *PACKAGES),
        profile=workspace.profile_of("APP_ENV"),
        files=(place.partition(":")[0],),
        insert=(lambda new: _insert(workspace, options, new)) if app.config or url else None,
        unset=unset_variables(options, variables),
        sends=({"mailer": "smtp"},),
    )


def _is_left_blank(options: Mapping[str, Option]) -> bool:
    """Whether server and login are set to nothing, as in a template that nobody has filled in."""
    asked = [options[name].value for name in ("host", "username", "password") if name in options]
    return len(asked) == 3 and all(known(each) == "" for each in asked)


def _set_again(workspace: Workspace, app: App) -> dict[str, Option]:
    """The options that code of the program sets while it runs, mostly to what its database has."""
    found: dict[str, Option] = {}
    for path in workspace.folder.containing(SETS, ".php"):
        if (app.root and not path.startswith(f"{app.root}/")) or re.search(r"(?i)\btests?/", path):
            continue
        content = workspace.read(path) or b""
        for key in KEYS_SET.finditer(content):
            last = key[1].decode().rpartition(".")[2]
            line = content.count(b"\n", 0, key.start()) + 1
            why = "code of the program sets it again while it runs"
            value = Unknown("computed", why, Span(path, line, (1, 1), line))
            for name in (last,) if last in SET_AGAIN else SET_AGAIN if last in WHOLE else ():
                found[name] = Option(name, value)
    return found


def _unread(options: Mapping[str, Option], variables: Variables) -> dict[str, Option]:
    """Variables of other versions that stand there and that nothing reads."""
    found = {}
    read = {name for option in options.values() for name in option.value.variables}
    for name in ("MAIL_ENCRYPTION", "MAIL_DRIVER"):
        value = variables.lookup(name)
        if value is not None and name not in read:
            found[name] = Option(name, value, called=name)
    return found


def _insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    if "url.port" in new:
        return insert_port(workspace, options, new["url.port"])
    if any("." in name or name.isupper() for name in new):
        return ()
    anchor = next((options[name] for name in ("port", "host") if name in options), None)
    return beside(workspace, anchor, new)


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What this version of Laravel makes of a mailer's array."""
    release = options.get("laravel") or (NEWEST, NEWEST, NEWEST)
    by_url = bool(options.get("url"))
    prefix = "url." if by_url else ""
    host = text(options, "url.host") or text(options, "host")
    port_name = "url.port" if "url.port" in options else "port"
    port = number(options.get(port_name))
    misread, ignored, fault = _faults(options, release)
    if release < SYMFONY:
        reached, swift_fault = _swift(text(options, "encryption") or "", port)
        fault = fault or swift_fault
    else:
        scheme = _scheme(options, release, port)
        reached = way(
            scheme,
            host or "",
            port,
            auto_tls=not is_off(options.get("auto_tls")),
            require_tls=options.get("require_tls") in (True, "true", "1", 1),
        )
        ignored += _ignored(options, release, reached)
        fault = fault or _refused(options, release)
    names = ("encryption",) if release < SYMFONY else ("scheme", "auto_tls", port_name)
    decides = tuple(name for name in names if options.get(name) not in (None, "", ABSENT))
    verify = options.get("verify_peer")
    return Outcome(
        host=host,
        port=reached.port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "url.user") if by_url else text(options, "username"),
        password=text(options, "url.password") if by_url else text(options, "password"),
        sender=address(options.get("from")),
        ehlo=text(options, "local_domain"),
        verify=not is_off(verify) and not is_off(options.get("verify_peer_name")),
        by={
            "url": ("url",) if by_url else (),
            "host": ("url.host",) if "url.host" in options else ("host",),
            "port": (port_name,),
            "tls": decides or (port_name,),
            "username": (prefix + ("user" if by_url else "username"),),
            "password": (prefix + "password",),
            "sender": ("from",),
            "ehlo": ("local_domain",),
            "verify": ("verify_peer",) if "verify_peer" in options else ("verify_peer_name",),
        },
        misread=misread,
        ignored=ignored,
        fault=fault,
        not_sent=_not_sent(options),
    )


def _scheme(options: Mapping[str, Any], release: tuple[int, int, int], port: int | None) -> str:
    scheme = text(options, "scheme") or ""
    if not scheme and release == ONE_BUG and options.get("encryption") == "tls":
        return "smtps"
    return scheme or ("smtps" if port == 465 else "smtp")


def _swift(encryption: str, port: int | None) -> tuple[Way, Remark | None]:
    """Laravel 8 and older send with SwiftMailer: the port decides nothing."""
    if encryption == "ssl":
        return Way("implicit", port or 25, True), None
    if encryption == "tls":
        return Way("starttls", port or 25, True), None
    fault = remark(DATA, "encryption", "encryption-unknown")
    return Way("none", port or 25, False), None if encryption in ("", "tcp") else fault


def _faults(
    options: Mapping[str, Any], release: tuple[int, int, int]
) -> tuple[tuple[Remark, ...], tuple[Remark, ...], Remark | None]:
    ignored: tuple[Remark, ...] = ()
    mailer = text(options, "mailer") or ""
    driver = text(options, "MAIL_DRIVER")
    if driver and driver != mailer:
        ignored += (remark(DATA, "MAIL_DRIVER", "driver-unread"),)
    misread: tuple[Remark, ...] = ()
    if release == ONE_BUG and options.get("encryption") == "tls" and not options.get("scheme"):
        misread += (remark(DATA, "encryption", "encryption-bug", "implicit TLS"),)
    fault = None
    url = text(options, "url")
    if url:
        if ends_early(url):
            fault = remark(DATA, "url", "url-characters")
        elif options.get("url.scheme") not in ("smtp", None):
            fault = remark(DATA, "url.scheme", "url-scheme")
    elif "transport" not in options and "host" not in options:
        fault = remark(DATA, "mailer", "mailer-undefined")
    return misread, ignored, fault


def _ignored(
    options: Mapping[str, Any], release: tuple[int, int, int], reached: Way
) -> tuple[Remark, ...]:
    found: tuple[Remark, ...] = ()
    if reached.tls == "implicit":
        return found
    if text(options, "encryption") == "ssl":
        found += (remark(DATA, "encryption", "encryption-ssl"),)
    if text(options, "MAIL_ENCRYPTION") == "ssl" and release >= NO_ENCRYPTION:
        found += (remark(DATA, "MAIL_ENCRYPTION", "encryption-unread"),)
    scheme = text(options, "scheme")
    if scheme and scheme not in ("smtp", "smtps") and not _refused(options, release):
        found += (remark(DATA, "scheme", "scheme-old"),)
    return found


def _refused(options: Mapping[str, Any], release: tuple[int, int, int]) -> Remark | None:
    """Symfony Mailer 7.2 looks at the scheme, which Laravel 11 and later install."""
    scheme = text(options, "scheme")
    symfony = options.get("symfony") or ((7, 2, 0) if release >= (11, 0, 0) else (6, 4, 0))
    if scheme and scheme not in ("smtp", "smtps") and symfony >= (7, 2, 0):
        return remark(DATA, "scheme", "scheme-refused")
    return None


def _not_sent(options: Mapping[str, Any]) -> Remark | None:
    if options.get("url"):
        return None
    for transport in (text(options, "transport"), text(options, "mailer")):
        if transport in SILENT:
            return remark(DATA, "mailer", str(transport))
    return None


FIELDS: Mapping[str, Field] = {
    "url": "url", "scheme": "tls", "encryption": "tls", "MAIL_ENCRYPTION": "tls",
    "auto_tls": "tls", "require_tls": "tls", "host": "host", "port": "port",
    "username": "username", "password": "password", "from": "sender",
    "local_domain": "ehlo", "verify_peer": "verify", "verify_peer_name": "verify",
    "url.scheme": "tls", "url.host": "host", "url.port": "port", "url.user": "username",
    "url.password": "password",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"scheme": "smtps"}, {"encryption": "ssl"}),
    "starttls": ({"scheme": "smtp"}, {"encryption": "tls"}),
    "none": ({"encryption": ""}, {"auto_tls": False}, {"scheme": "smtp", "auto_tls": False}),
}
DIALECT = PhpProgram("laravel", DATA, FIELDS, MODES, find, outcome)
