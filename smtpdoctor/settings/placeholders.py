"""Texts of templates that were never replaced: one list, conservative.

This module knows template texts. A real secret taken for one would stop the login from being
tried, so a text counts only as a whole and only where no one would choose it: `changeme` does,
`changeme2024!` does not; `password` and `secret` do not either, test servers have them (but
beside a user name `username`, which nobody has at a server of the internet, `password` does).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

#: Something that a shell, a template or a program should have replaced, anywhere in the text.
EXPANSION = re.compile(r"\$\{\s*[A-Za-z_][\w.]*\s*(?:[:?+=-][^}]*)?\}|\$?\{\{.*\}\}")

#: The same as a whole text only: a password may hold any of these.
UNREPLACED = re.compile(
    r"""
      <[^<>]+>                                    # <password>
    | \$[A-Z]+(?:_[A-Z]+)+                        # $SMTP_PASS
    | %[A-Z]+(?:_[A-Z]+)+%                        # %SMTP_PASS%
    | (?:process|import\.meta)\.env[.\[].+        # process.env.SMTP_PASS
    | os\.(?:environ|getenv)[.(\[].+              # os.environ["SMTP_PASS"]
    | env\(.+\) | ENV\[.+\]                       # env('SMTP_PASS')
    """,
    re.VERBOSE,
)

#: Compared without case, blanks, dashes, underscores and dots.
THING = (
    r"(?:smtp|mail|email|gmail|ionos|app|account|api|mailbox|real|strong|secure|super)*"
    r"(?:password|passwort|passwd|pass|pwd|key|token|secret|credentials)"
)
PERSON = (
    r"(?:smtp|mail|email|gmail|ionos|account|mailbox|full)*"
    r"(?:user|username|login|email|emailaddress|mail|mailaddress|address|name|account)"
)
WORDS = r"""
      (?:change|replace)(?:me|this|it)(?:please|now|password)?
    | changethispassword | your(?:own)?value
    | todo | fixme | tbd | placeholder | undefined | null
    | x{3,} | \*{3,} | •{3,} | …
"""
SECRETS = re.compile(
    rf"(?:{WORDS} | (?:enter|insert|put|add|set)?your{THING}(?:goes)?(?:here)?"
    rf" | (?:example|sample){THING}"
    rf" | (?:enter|insert|put|add|set)?(?:the)?{THING}(?:goes)?here)",
    re.VERBOSE,
)
PEOPLE = re.compile(
    rf"(?:{WORDS} | (?:enter|insert|put|add|set)?your{PERSON}(?:goes)?(?:here)?)", re.VERBOSE
)
#: The name of a constant or variable, where its value ought to stand: FROM_USER_EMAIL.
NAME = (
    r"(?:(?:MY|FROM|SMTP|MAIL|EMAIL|GMAIL|OUTLOOK|IONOS|TRAP|APP"
    r"|SENDER|USER|HOST|SERVER|ACCOUNT|AUTH)_)+"
)
NAMED_SECRET = re.compile(rf"{NAME}(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|KEY)")
NAMED_PERSON = re.compile(rf"{NAME}(?:USERNAME|USER|NAME|EMAIL|MAIL|ADDRESS|LOGIN|ID)")
#: What says which thing stands there, with nothing else: only a template has it for both.
KIND = r"(?:smtp|e?mail|gmail|ionos|account|app)*"
BARE_PERSON = re.compile(rf"{KIND}(?:user|username|login)")
BARE_SECRET = re.compile(rf"{KIND}(?:password|passwd|pass|pwd)")
DOMAIN = re.compile(r"your[-_]?(?:own[-_]?)?(?:domain|company|site|website|host)(?:[-_]?name)?")


# --- other languages: compared without accents, too ----------------------------------------------

#: What a secret or an address is for, with "of" before it in any of the languages.
_MADE_FOR = (
    r"(?:(?:d[aeio]|del|der|des|du|d|l|per|pour|fuer|von|van)?"
    r"(?:smtp|e?mail|gmail|ionos|outlook|google|apps?|api|aplicativo|aplicacao|aplicacion"
    r"|applicazione|application|anwendung|correo|courriel|conta|cuenta|compte|real|segura)){0,3}"
)
#: Portuguese, Spanish, French, German, Italian, Dutch, Polish.
_YOUR = (
    r"(?:[ao]?(?:seu|sua|teu|tua)|tu|su|votre|ton|deine?|ihre?|eure|euer"
    r"|(?:la|il|lo)(?:tua|tuo|vostra)|tuo|jouw|uw|twoj[ea]?)"
)
_HERE = r"(?:aqui|aca|ici|hier|qui|tutaj)"
_SECRET = (
    r"(?:senha|password|pass|token|chave|segredo|contrasena|clave|secreto|motdepasse|mdp|jeton"
    r"|passwort|kennwort|schluessel|chiave|wachtwoord|haslo)"
)
_PERSON = (
    r"(?:e?mail|correo|courriel|(?:e?mail)?adres(?:se)?|usuario|login|conta|endereco|nome|cuenta"
    r"|direccion|nombre|identifiant|utilisateur|nomd?utilisateur|compte|benutzer|benutzername"
    r"|konto|postfach|indirizzo|utente|nomeutente|account|gebruiker|gebruikersnaam|uzytkownik"
    r"|user|username)"
)
FOREIGN_SECRET = re.compile(
    rf"{_YOUR}{_MADE_FOR}{_SECRET}{_MADE_FOR}{_HERE}?|{_SECRET}{_MADE_FOR}{_HERE}"
    # Indonesian, Turkish, Vietnamese, Russian, Chinese
    r"|(?:password|katasandi|sandi)(?:app|aplikasi|email|gmail){0,2}anda"
    r"|(?:uygulama|e?posta|e?mail|gmail)?(?:sifreniz|parolaniz)|matkhau(?:ungdung)?cuaban"
    r"|ваш(?:smtp)?парол[ья]"
    r"|[你您]的(?:qq|163|smtp|e?mail|邮箱|邮件|应用|专用){0,3}(?:密码|授权码|口令)"
)
FOREIGN_PERSON = re.compile(
    rf"{_YOUR}{_MADE_FOR}{_PERSON}{_MADE_FOR}{_HERE}?"
    r"|(?:e?mail|username|akun)anda|(?:e?posta|e?mail)(?:adresiniz|iniz)|kullaniciadiniz"
    r"|emailcuaban|ваша?(?:логин|e?mail|адрес|почта)"
    r"|[你您]的(?:qq|163|smtp){0,2}(?:邮箱|账号|帐号|用户名|地址|e?mail){1,2}"
)
FOREIGN_DOMAIN = re.compile(
    r"(?:(?:o|il|el)-?)?(?:seu|tu|su|votre|deine?|ihre?|eure|tuo|uw|jouw|twoja)[-_]?"
    r"(?:dominio|domaine|domain|domein|domena|empresa|firma|entreprise|sitio|azienda)"
)


def _folded(text: str) -> str:
    """The text without accents: contraseña is contrasena."""
    plain = text.replace("ß", "ss").translate(str.maketrans("łıø", "lio"))
    parts = unicodedata.normalize("NFKD", plain)
    return "".join(part for part in parts if not unicodedata.combining(part))


#: What is longer is no template's text; the expressions above look at every beginning once more.
LONGEST = 1024
LONGEST_FOREIGN = 80


def is_unexpanded(text: str) -> bool:
    """Whether a shell, a template or a program should have replaced the text, or a part of it."""
    if len(text) > LONGEST:
        return False
    return bool(EXPANSION.search(text) or UNREPLACED.fullmatch(text.strip()))


def is_placeholder(text: str, of: Literal["username", "password"]) -> bool:
    """Whether the text of a user name or secret is a template's."""
    if is_unexpanded(text):
        return True
    if len(text) > LONGEST:
        return False
    named = NAMED_PERSON if of == "username" else NAMED_SECRET
    if named.fullmatch(text.strip()):
        return True
    text = text.strip().lower()
    patterns = (PEOPLE, FOREIGN_PERSON) if of == "username" else (SECRETS, FOREIGN_SECRET)
    if _is_one_of(text, patterns):
        return True
    local, at, domain = text.partition("@")
    if of == "username" and at:
        name = _folded(domain.partition(".")[0])
        known = DOMAIN.fullmatch(name) or FOREIGN_DOMAIN.fullmatch(name)
        # todo@ is the mailbox of a list of things to do
        stands_in = local != "todo" and _is_one_of(local, patterns)
        return stands_in or known is not None
    return False


def are_placeholders(username: str, password: str) -> bool:
    """Whether both only say what they stand for: `username` with `password`, which either alone
    might be for somebody."""
    if len(username) > LONGEST or len(password) > LONGEST:
        return False
    # USERNAME@gmail.com with PASSWORD
    local, at, _ = username.strip().lower().partition("@")
    person, secret = _bare(local), _bare(password.strip().lower())
    if at and not person.endswith("username"):
        return False
    return bool(BARE_PERSON.fullmatch(person) and BARE_SECRET.fullmatch(secret))


def _is_one_of(text: str, patterns: tuple[re.Pattern[str], re.Pattern[str]]) -> bool:
    plain, foreign = patterns
    bare = _bare(text)
    return bool(plain.fullmatch(bare)) or (
        len(bare) <= LONGEST_FOREIGN and foreign.fullmatch(_folded(bare)) is not None
    )


def _bare(text: str) -> str:
    return re.sub(r"[\s_.-]", "", text) or text
