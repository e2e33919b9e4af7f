"""Symfony Mailer: MAILER_DSN, `framework.mailer`, `Transport::fromDsn` and `EsmtpTransport`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    NEWEST,
    PhpProgram,
    Reading,
    address,
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
from smtpdoctor.settings.dialects.texts import filled
from smtpdoctor.settings.dialects.urls import insert_port, url_options
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    Map,
    Origin,
    Span,
    Unknown,
    Value,
)
from smtpdoctor.settings.variables import Layer, Variables, in_file
from smtpdoctor.settings.workspace import PRODUCTION, Workspace

DATA = load(__file__)

PACKAGES = ("symfony/mailer", "symfony/symfony", "symfony/framework-bundle")
VARIABLE = "MAILER_DSN"
#: Shopware 6.4 sends with Symfony's mailer and has the name of SwiftMailer's time; 6.5 renamed it
#: (changelog/release-6-5-0-0/2022-11-23-use-env-local-for-web-installer.md).
SHOPWARE, OLD_VARIABLE = "shopware/core", "MAILER_URL"
#: `%env(MAILER_DSN)%`, with processors before the name, and a parameter `%mailer_dsn%`.
ESCAPE_OR_REFERENCE = re.compile(r"%%|%env\((?:[a-z_]+:)*([A-Za-z_]\w*)\)%")
PARAMETER = re.compile(r"%([A-Za-z_][\w.]*)%")
#: As the container reads a text: `%%` is one %, anything else between two of them a parameter.
ESCAPE_OR_PARAMETER = re.compile(r"%%|%([^%\s]+)%")
#: DSNs within `failover(…)` and `roundrobin(…)`.
SEVERAL = re.compile(r"(?:failover|roundrobin)\((.*)\)\S*", re.DOTALL)
GMAIL = ("gmail", "gmail+smtp", "gmail+smtps")
#: Schemes of this machine's own programs and of other companies' interfaces.
ELSEWHERE = re.compile(
    r"native|sendmail|(ahasend|azure|brevo|infobip|mailchimp|mandrill|mailersend|mailgun|mailjet|"
    r"mailomat|mailpace|mailtrap|microsoftgraph|postal|postmark|resend|scaleway|sendgrid|"
    r"sendinblue|ses|sweego|ohmysmtp)(\+\w+)?"
)


def symfony_variables(workspace: Workspace, near: str) -> Variables:
    """`.env`, `.env.local`, `.env.ENV`, `.env.ENV.local`: the later before the earlier."""
    profile = workspace.profile_of("APP_ENV")
    profile = "prod" if profile == PRODUCTION else profile
    names = [f".env.{profile}.local", f".env.{profile}", ".env.local", ".env"]
    if profile == "test":
        names.remove(".env.local")
    files = workspace.dotenv_files(near, *names)
    dumped = _dumped(workspace, near, profile)
    if dumped is not None:
        found = workspace.variables((), "symfony", near=near, APP_ENV=profile)
        return Variables((*found.layers[:-1], dumped, *found.layers[-1:]))
    for path in reversed(files) if not _is_laravels(workspace, near) else ():
        workspace.tell_refused(path, "symfony", "Symfony", ends=True)
    return workspace.variables(files, "symfony", near=near, APP_ENV=profile)


def _is_laravels(workspace: Workspace, near: str) -> bool:
    """Whether it is Laravel that brings Symfony's mailer, and has settings of its own."""
    return workspace.dependencies.find("composer", "laravel/framework", near=near) is not None


def _dumped(workspace: Workspace, near: str, profile: str) -> Layer | None:
    """What `composer dump-env` wrote: Dotenv::bootEnv() takes it in place of all `.env` files,
    where it is for this environment."""
    paths = workspace.dotenv_files(near, ".env.local.php") if workspace.given is None else []
    module = workspace.module(paths[0], Variables(())) if paths else None
    root = known(module.returned) if module is not None else None
    if not isinstance(root, Map) or str(known(root.get("APP_ENV")) or profile) != profile:
        return None
    values: dict[str, Value] = {}
    for entry in root.entries:
        value = entry.value
        if isinstance(entry.key, str) and isinstance(value, Known) and value.span is not None:
            values[entry.key] = in_file(entry.key, str(value.value), value.span)
    return Layer(paths[0], values)


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each transport of `framework.mailer` and each one that code makes; of MAILER_DSN by
    itself where no code was seen to hand it over."""
    roots = []
    for path in workspace.folder.matching(
        "config/packages/mailer.yaml", "*/config/packages/mailer.yaml",
        "config/packages/framework.yaml", "*/config/packages/framework.yaml",
        "config/packages/mailer.yml", "*/config/packages/mailer.yml",
        "config/packages/mailer.php", "*/config/packages/mailer.php",
        "config/packages/framework.php", "*/config/packages/framework.php",
    ):  # fmt: skip
        if b"mailer" not in (workspace.read(path) or b""):
            continue
        root = path.rpartition("config/packages/")[0].rstrip("/")
        drafts = list(_of_framework(workspace, root, path))
        if drafts:
            roots.append(root)
            yield from drafts
    yield from _of_mautic(workspace)
    yield from _of_images(workspace)
    made = list(_of_code(workspace))
    handed_over = {option.value.written for draft in made if (option := draft.options.get("dsn"))}
    for root in _plain(workspace):
        if root not in roots:
            for draft in _of_variable(workspace, root):
                if draft.options["dsn"].value.written not in handed_over:
                    yield draft
    yield from made


# --- framework.mailer ----------------------------------------------------------------------------


def _of_framework(workspace: Workspace, root: str, path: str) -> Iterator[Draft]:
    variables = symfony_variables(workspace, path)
    mailer, beside = _configured(workspace, path, variables)
    transports = mailer.get("transports")
    names: list[Any] = list(keys_of(transports))
    for name in names or [None]:

        def read(under: Variables, name: str | None = name) -> Value:
            found, parameters = _configured(workspace, path, under)
            given = found.get("dsn") if name is None else found.at("transports", name)
            return resolved(given, under, parameters)

        value = read(variables)
        if isinstance(value, Known) and value.absent and not value.variables:
            continue
        sender = mailer.at("headers", "From")
        if isinstance(sender, Known) and sender.absent:
            sender = mailer.at("envelope", "sender")
        if isinstance(sender, Known) and sender.absent:
            sender = _sender_of_messages(workspace, root, variables)
        sender = resolved(sender, variables, beside)
        given = mailer.get("dsn") if name is None else transports.get(name)
        span = given.span if isinstance(given, Known) else None
        place = f"{path}:{span.line}" if span is not None else path
        unescaped = _is_unescaped(given, beside)
        for draft in _drafts(workspace, place, (path,), variables, read, sender):
            if unescaped:
                draft.options["percent"] = Option("percent", Known(value=True))
            yield draft


def _is_unescaped(given: Value, parameters: Value) -> bool:
    """Whether what stands between two % of a written DSN is taken for a parameter's name, which
    no parameter has."""
    text_ = known(given)
    if not isinstance(text_, str) or PARAMETER.fullmatch(text_):
        return False
    return any(
        name and not name.startswith("env(") and parameters.get(name).absent
        for name in ESCAPE_OR_PARAMETER.findall(text_)
    )


def _configured(workspace: Workspace, path: str, variables: Variables) -> tuple[Value, Value]:
    """`framework.mailer` as production has it, and the parameters beside it."""
    if path.endswith(".php"):
        return _of_php(workspace, path, variables), Known(ABSENT)
    document = workspace.document(path, variables)
    profile = known(variables.lookup("APP_ENV") or Known(None))
    base = document.at("framework", "mailer")
    named = document.at(f"when@{profile}", "framework", "mailer")
    folder, _, file = path.rpartition("/")
    beside = f"{folder}/{profile}/{file}"
    if workspace.folder.has(beside):
        other = workspace.document(beside, variables).at("framework", "mailer")
        named = other if _says(other) else named
    services = f"{folder.rpartition('/')[0]}/services.yaml"
    parameters: Value = Known(ABSENT)
    if workspace.folder.has(services):
        parameters = workspace.document(services, variables).get("parameters")
    if not _says(named):
        return base, parameters
    if not _says(base):
        return named, parameters
    assert isinstance(base, Known)
    assert isinstance(named, Known)
    return Known(Map([*base.value.entries, *named.value.entries]), base.span), parameters


def _of_php(workspace: Workspace, path: str, variables: Variables) -> Value:
    """`framework.mailer` as PHP says it: an array of `App::config()` or `extension()`, or methods
    of the configuration's own classes."""
    module = workspace.module(path, variables)
    if module is None:
        return Known(ABSENT)
    arrays = [module.returned, *(call.argument(0) for call in module.calls("config"))]
    arrays = [each.get("framework") for each in arrays]
    arrays += [
        call.argument(1)
        for call in module.calls("extension")
        if known(call.argument(0)) == "framework"
    ]
    for each in arrays:
        if _says(each.get("mailer")):
            return each.get("mailer")
    entries: list[Entry] = []
    for call in module.calls("dsn", "sender"):
        if call.reached is not False:
            name = call.name.rpartition(".")[2]
            value = call.argument(0)
            entries.append(Entry(name, value, value.span))
    for call in module.calls("header"):
        value = call.argument(1)
        entries.append(Entry(str(known(call.argument(0))).title(), value, value.span))
    for name, key in (("envelope", "sender"), ("headers", "From")):
        inner = [each for each in entries if each.key == key]
        entries += [Entry(name, Known(Map(inner)), inner[0].span)] if inner else []
    return Known(Map(entries)) if any(each.key == "dsn" for each in entries) else Known(ABSENT)


def _says(value: Value) -> bool:
    return isinstance(known(value), Map)


def resolved(value: Value, under: Variables, parameters: Value) -> Value:
    """A text of the configuration with its variable or parameter in place."""
    if isinstance(value, Known) and value.absent and value.unset:  # env() in PHP
        return Unknown(
            "environment", f"nothing here sets {value.unset[0]}", value.span, value.trail
        )
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    found = PARAMETER.fullmatch(value.value)
    if found is not None:
        inner = parameters.get(found[1])
        if isinstance(inner, Known) and inner.absent:
            return Unknown(
                "undeclared", f"the parameter {found[1]} is not in the folder", value.span
            )
        value = inner
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    span = value.span

    def told(found: re.Match[str]) -> Value:
        if not found[1]:
            return Known("%", span)
        variable = under.lookup(found[1])
        if variable is None:
            unset = (Origin("unset", found[1], None, span),)
            why = f"nothing here sets {found[1]}"
            return Unknown("environment", why, span, unset, name=found[1])
        if "urlencode:" in found[0] and isinstance(variable, Known):
            return replace(variable, value=quote_plus(str(variable.value)))
        return variable

    return filled(value, ESCAPE_OR_REFERENCE, told)


# --- programs with names of their own -------------------------------------------------------------


def _of_mautic(workspace: Workspace) -> Iterator[Draft]:
    """`mailer_dsn` of Mautic's local configuration, which is the container's parameters."""
    for path in workspace.folder.matching(
        "config/local.php", "*/config/local.php", "app/config/local.php"
    ):
        if b"mailer_dsn" not in (workspace.read(path) or b""):
            continue
        variables = symfony_variables(workspace, path)

        def read(under: Variables, path: str = path, name: str = "mailer_dsn") -> Value:
            module = workspace.module(path, under)
            found = module.value("$parameters") if module is not None else Known(ABSENT)
            return resolved(found.get(name), under, found)

        value = read(variables)
        if known(value) is None:
            continue
        place = f"{path}:{value.span.line}" if value.span is not None else path
        sender = read(variables, name="mailer_from_email")
        yield from _drafts(workspace, place, (path,), variables, read, sender)


#: Programs by their images, with the variables that say their DSN and their sender.
IMAGES = {
    "mautic/mautic": ("MAUTIC_MAILER_DSN", "MAUTIC_MAILER_FROM_EMAIL"),
    "kimai/kimai2": ("MAILER_URL", "MAILER_FROM"),
    "wallabag/wallabag": ("SYMFONY__ENV__MAILER_DSN", "SYMFONY__ENV__FROM_EMAIL"),
}


def _of_images(workspace: Workspace) -> Iterator[Draft]:
    """Programs made with Symfony that compose or Kubernetes run by their image."""
    for item in workspace.surroundings:
        names = next((IMAGES[mark] for mark in IMAGES if is_image(item.image, (mark,))), None)
        if names is None:
            continue

        def read(under: Variables, name: str = names[0]) -> Value:
            return under.lookup(name) or Known(ABSENT)

        if isinstance(known(read(item.variables)), str):
            sender = read(item.variables, names[1])
            files = (item.place.partition(":")[0],)
            yield from _drafts(workspace, item.place, files, item.variables, read, sender)


# --- MAILER_DSN alone ----------------------------------------------------------------------------


def _plain(workspace: Workspace) -> Iterator[str]:
    """Folders of programs that depend on the mailer, or whose `.env` has its DSN."""
    seen = set()
    for item in workspace.dependencies.all:
        named = item.name in (*PACKAGES, SHOPWARE)
        if item.ecosystem == "composer" and named and item.folder not in seen:
            seen.add(item.folder)
            yield item.folder
    for path in workspace.folder.matching(".env", ".env.local", ".env.prod"):
        root = path.rpartition("/")[0]
        composer = f"{root}/composer.json".lstrip("/")
        if root not in seen and b"MAILER_DSN" in (workspace.read(path) or b""):
            if seen and not workspace.folder.has(composer):
                continue
            seen.add(root)
            yield root


def _of_variable(workspace: Workspace, root: str) -> Iterator[Draft]:
    near = f"{root}/composer.json".lstrip("/")
    variables = symfony_variables(workspace, near)
    asked = VARIABLE
    shopware = version(version_of(workspace, near, SHOPWARE))
    if shopware is not None and shopware[:2] == (6, 4) and variables.lookup(VARIABLE) is None:
        asked = OLD_VARIABLE
    value = variables.lookup(asked)
    if value is None or (isinstance(value, Unknown) and _is_laravels(workspace, near)):
        return

    def read(under: Variables) -> Value:
        return under.lookup(asked) or Known(ABSENT)

    held = variables.held(asked)
    span = held[0].value.span if held else None
    place = f"{span.file}:{span.line}" if span is not None else asked
    files = (span.file,) if span is not None else ()
    sender = _sender_of_messages(workspace, root, variables)
    yield from _drafts(workspace, place, files, variables, read, sender)


def _sender_of_messages(workspace: Workspace, root: str, variables: Variables) -> Value:
    """The first sender that the program's code gives a message, as a text or an `Address`."""
    for path in workspace.folder.containing(rb"Symfony\\(Component|Bridge)\\.*\bMime\b", ".php"):
        is_own = not root or path.startswith(f"{root}/")
        module = workspace.module(path, variables) if is_own else None
        if module is None:
            continue
        for call in module.calls("from"):
            given = of_address(module, call.argument(0))
            given = _bound(workspace, root, given, variables)
            if "@" in str(known(given)):
                return given
    return Known(ABSENT)


def _bound(workspace: Workspace, root: str, given: Value, variables: Variables) -> Value:
    """What the container gives a parameter of that name: `$mailFrom: '%app.mail_from%'` of
    config/services.yaml, as an argument of a service or bound for all."""
    path = f"{root}/config/services.yaml".lstrip("/")
    asked = given.name if isinstance(given, Unknown) and given.reason == "parameter" else ""
    if not asked or not workspace.folder.has(path):
        return given
    document = workspace.document(path, variables)
    found = [each for each in _under(document.get("services"), asked) if known(each) is not None]
    return resolved(found[0], variables, document.get("parameters")) if found else given


def _under(value: Value, key: str) -> Iterator[Value]:
    """What stands under the key anywhere in a document."""
    if not isinstance(value, Known) or not isinstance(value.value, Map):
        return
    for entry in value.value.entries:
        if entry.key == key:
            yield entry.value
        else:
            yield from _under(entry.value, key)


# --- code ----------------------------------------------------------------------------------------


def _of_code(workspace: Workspace) -> Iterator[Draft]:
    for path in workspace.folder.containing(
        rb"fromDsn\s*\(|new\s+\\?[\w\\]*EsmtpTransport\b", ".php"
    ):
        variables = symfony_variables(workspace, path)
        module = workspace.module(path, variables)
        if module is None:
            continue
        for number_, call in enumerate(module.calls("fromDsn")):
            if call.reached is False:
                continue

            def read(under: Variables, path: str = path, place: int = number_) -> Value:
                again = workspace.module(path, under)
                assert again is not None
                return again.calls("fromDsn")[place].argument(0, "dsn")

            sender = next((each.argument(0) for each in module.calls("from")), Known(ABSENT))
            place = f"{path}:{call.span.line}"
            yield from _drafts(workspace, place, (path,), variables, read, sender)
        for place_, call in enumerate(module.calls("EsmtpTransport")):
            if call.new and call.reached is not False:
                yield _constructed(workspace, path, variables, place_)


CONSTRUCTOR = {"host": 0, "port": 1, "tls": 2}
SETTERS = {"setUsername": "username", "setPassword": "password", "setAutoTls": "auto_tls"}


def _constructed(workspace: Workspace, path: str, variables: Variables, place: int) -> Draft:
    """`new EsmtpTransport(host, port, tls)` with the setters after it."""

    def given(under: Variables) -> tuple[dict[str, Value], Span]:
        module = workspace.module(path, under)
        assert module is not None
        call = module.calls("EsmtpTransport")[place]
        found: dict[str, Value] = {
            name: call.argument(at, name) for name, at in CONSTRUCTOR.items()
        }
        for setter, name in SETTERS.items():
            for each in module.calls(setter):
                found[name] = each.argument(0)
        found["from"] = next((each.argument(0) for each in module.calls("from")), Known(ABSENT))
        return found, call.span

    values, span = given(variables)

    def option(name: str, value: Value) -> Option:
        return Option(name, value, lambda under: given(under)[0][name], value.written)

    options = {
        name: option(name, value)
        for name, value in values.items()
        if isinstance(value, Unknown) or value.value is not ABSENT
    }
    options["symfony"] = _release(workspace, path)
    return Draft(
        dialect=DIALECT,
        place=f"{path}:{span.line}",
        options=options,
        variables=variables,
        language="php",
        version=version_of(workspace, path, "symfony/mailer"),
        profile=workspace.profile_of("APP_ENV"),
        files=(path,),
    )


def _release(workspace: Workspace, near: str) -> Option:
    release = version(version_of(workspace, near, "symfony/mailer", "symfony/framework-bundle"))
    return Option("symfony", Known(release))


# --- a DSN ---------------------------------------------------------------------------------------


def _drafts(
    workspace: Workspace, place: str, files: tuple[str, ...], variables: Variables, read: Reading,
    sender: Value,
) -> Iterator[Draft]:  # fmt: skip
    value = read(variables)
    for one, reading in _single(value, read):
        dsn = known(one)
        if isinstance(dsn, str) and ELSEWHERE.fullmatch(dsn.partition("://")[0]):
            continue
        option = Option("dsn", _or_untold(one, variables), reading)
        options = {"dsn": option, **url_options(option, workspace)}
        if isinstance(sender, Unknown) or not sender.absent:
            options["from"] = Option("from", sender)
        options["symfony"] = _release(workspace, place)
        yield Draft(
            dialect=DIALECT,
            place=place,
            options=options,
            variables=variables,
            language="php",
            version=version_of(workspace, place, "symfony/mailer"),
            profile=workspace.profile_of("APP_ENV"),
            files=files,
            insert=_insert(workspace, options),
            unset=unset_variables({"dsn": option}, variables),
        )


def _or_untold(value: Value, variables: Variables) -> Value:
    """A DSN whose variable nothing sets can't be told where no file here sets any: the machine
    that the program runs on may have it."""
    if not isinstance(value, Known) or value.value is not None or not value.unset:
        return value
    if any(layer.kind == "file" and layer.values for layer in variables.layers):
        return value
    why = f"nothing here sets {value.unset[0]}"
    return Unknown("environment", why, value.span, value.trail, name=value.unset[0])


def _insert(workspace: Workspace, options: dict[str, Option]) -> Callable[[Mapping[str, Any]], Any]:
    return lambda new: insert_port(workspace, options, new["url.port"]) if "url.port" in new else ()


def _single(value: Value, read: Reading) -> Iterator[tuple[Value, Reading]]:
    """The DSN, or those within `failover(…)`."""
    found = SEVERAL.fullmatch(value.value) if isinstance(known(value), str) else None  # type: ignore[union-attr]
    if found is None or not isinstance(value, Known):
        yield value, read
        return
    for dsn in found[1].split():
        yield Known(dsn, value.span, value.trail), read


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Symfony Mailer makes of a DSN, or of a transport's arguments."""
    if "dsn" not in options:
        return _of_arguments(options)
    scheme = text(options, "url.scheme") or ""
    host = text(options, "url.host") or ""
    port = number(options.get("url.port"))
    query = dict(parse_qsl(str(options.get("url.query") or "").lstrip("?")))
    release = options.get("symfony") or (NEWEST, NEWEST, NEWEST)
    ignored, auto_tls, require_tls = _switches(query, release)
    reached = way(scheme, host, port, auto_tls=auto_tls, require_tls=require_tls)
    if scheme in GMAIL:
        host, reached = "smtp.gmail.com", Way("implicit", 465, True)
    return Outcome(
        host=host or None,
        port=reached.port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "url.user"),
        password=text(options, "url.password"),
        sender=address(options.get("from")),
        ehlo=query.get("local_domain"),
        verify=not is_off(query.get("verify_peer")),
        by={
            "url": ("dsn",),
            "host": ("url.host",),
            "port": ("url.port",),
            "tls": ("url.scheme", "url.port") if scheme == "smtps" else ("url.port", "url.scheme"),
            "username": ("url.user",),
            "password": ("url.password",),
            "sender": ("from",),
            "verify": ("url.query",) if "verify_peer" in query else (),
        },
        ignored=ignored,
        fault=_fault(options, scheme, release),
        not_sent=remark(DATA, "dsn", "null") if scheme == "null" else None,
    )


def _switches(
    query: Mapping[str, str], release: tuple[int, int, int]
) -> tuple[tuple[Remark, ...], bool, bool]:
    ignored: list[Remark] = []
    auto_tls = not is_off(query.get("auto_tls"))
    require_tls = query.get("require_tls", "").lower() in ("1", "true", "on", "yes")
    if not auto_tls and release < (7, 1, 0):
        ignored.append(remark(DATA, "url.query", "auto-tls-old"))
        auto_tls = True
    if require_tls and release < (7, 3, 0):
        ignored.append(remark(DATA, "url.query", "require-tls-old"))
        require_tls = False
    if "encryption" in query or "auth_mode" in query:
        ignored.append(remark(DATA, "url.query", "swift-option"))
    if "username" in query or "password" in query:
        told = remark(DATA, "url.query", "swift-login")
        ignored.append(replace(told, field="username"))
    return tuple(ignored), auto_tls, require_tls


def _fault(options: Mapping[str, Any], scheme: str, release: tuple[int, int, int]) -> Remark | None:
    dsn = text(options, "dsn")
    if "percent" in options:
        return remark(DATA, "dsn", "percent")
    if dsn is None:
        return remark(DATA, "dsn", "dsn-unset")
    if ends_early(dsn):
        return remark(DATA, "dsn", "characters")
    if not scheme:
        return remark(DATA, "dsn", "scheme-missing")
    if scheme in ("smtp", "smtps", "null", *GMAIL):
        missing = not options.get("url.host")
        return remark(DATA, "dsn", "host-missing") if missing else None
    # before 7.2 the factory was asked by its supported schemes already: another has none
    return remark(DATA, "url.scheme", "scheme-unknown")


def _of_arguments(options: Mapping[str, Any]) -> Outcome:
    host = text(options, "host") or "localhost"
    port = number(options.get("port"))
    tls = options.get("tls")
    auto_tls = options.get("auto_tls") is not False
    if tls is None or tls is ABSENT:
        reached = way("smtp", host, port, auto_tls=auto_tls)
    elif tls and tls != "0":
        reached = Way("implicit", port or 465, True)
    else:
        reached = Way("starttls" if auto_tls else "none", port or 25, False)
    misread: tuple[Remark, ...] = ()
    if tls is True and port in (25, 587, 2525):
        misread = (remark(DATA, "tls", "constructor-tls", "implicit TLS"),)
    return Outcome(
        host=host,
        port=reached.port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "username"),
        password=text(options, "password"),
        sender=address(options.get("from")),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": ("tls", "port") if "tls" in options else ("port",),
            "username": ("username",),
            "password": ("password",),
            "sender": ("from",),
        },
        misread=misread,
    )


FIELDS: Mapping[str, Field] = {
    "dsn": "url", "url.scheme": "tls", "url.host": "host", "url.port": "port",
    "url.user": "username", "url.password": "password", "host": "host", "port": "port",
    "tls": "tls", "auto_tls": "tls", "username": "username", "password": "password",
    "from": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"url.scheme": "smtps"}, {"tls": True}),
    "starttls": ({"url.scheme": "smtp"}, {"tls": False}),
    "none": ({"auto_tls": False}, {"tls": False, "auto_tls": False}),
}
DIALECT = PhpProgram("symfony", DATA, FIELDS, MODES, find, outcome)
