"""Finds the replies of servers in a text, and the stage that each answered.

A reply stands in many wrappings: `(535, b'…')`, `code "535", with message "…"`, `550-5.7.1 … 550
5.7.1 …` on one line, a bounce's Diagnostic-Code. Knows codes and wrappings; what the words mean is
the knowledge base's, which is asked stage by stage.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.explain.model import Stage, Symptom
from smtpdoctor.knowledge import error_texts
from smtpdoctor.smtp.charsets import decode

#: RFC 5321 §4.2.3, RFC 4954 §6, RFC 7504, RFC 3207 and what servers use beside them.
CODES = (
    "421|422(?= 4\\.)|432|450|451|452|454|455|458|459|471|500|501|502|503|504|521|523|524|525|530|"
    "534|535|538|541|550|551|552|553|554|555|556|557|570|571|572|573|574|577|578|579|582|585|590|591"
)
_ENHANCED = r"[45]\.\d{1,3}\.\d{1,3}"

#: RFC 4954 §6: of no other protocol, where the words are not those of a count ("535 rows").
_OF_LOGINS = re.compile(
    r"53[458][- ](?!(?:users|accounts|rows|logins|items|records|entries)\b).*?"
    r"(?:auth|log-?in|user|passw|credential|account|denied|permi|fail|fehlg|"
    r"[^\x00-\x7f])|530[- ](?:5\.[57]\.\d )?(?:smtp )?authentication (?:is )?required",
    re.IGNORECASE | re.DOTALL,
)

#: RFC 9110 §15.6: what web servers and proxies say, whose codes look like replies.
_OF_THE_WEB = re.compile(
    r"500 internal server error|501 not implemented|502 bad gateway|504 gateway time-?out|"
    r"503 service (?:temporarily )?unavailable",
    re.IGNORECASE,
)

#: The status of a request in a web server's own log, beside what was requested.
_ACCESS = re.compile(
    r"\bmethod=[A-Z]{3,7} [^\n]{0,200}?\bstatus=\d{3}\b|\bHTTP/\d(?:\.\d)?\"? \d{3}\b|"
    r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /\S{0,300} [1-5]\d\d\b"
)

#: What mail servers write of a handshake of theirs as clients (sendmail's 4.7.0, Postfix's 4.7.5).
_OF_TLS = re.compile(
    r"4\d\d 4\.7\.\d (?:TLS handshake failed|cannot start TLS|server certificate)", re.IGNORECASE
)

_REPLY = re.compile(
    rf"(?<![\w./$-])(?<!\d:)(?<!\bof )(?<!\bline )(?P<code>{CODES})"
    rf"(?:(?P<more>[- ])|[\"']?,? ?(?:with message )?b?[\"'(]+"
    rf"|, b?[\"']|\)?[:,] |\] (?=[A-Z])|: ?b?[\"'])"
    rf"(?P<status>#?{_ENHANCED}[ :-]{{0,2}}|\({_ENHANCED}\) ?)?(?P<words>[^\n]{{0,600}})"
)
#: An enhanced status code without a reply code: .NET's messages, bounces' Status, libraries.
_STATUS = re.compile(
    rf"(?<![\w.])(?<!ersion\] => )(?P<status>{_ENHANCED})[ :;-]+(?P<words>[^\n]{{3,600}})"
)
_FIELD = re.compile(r"^(?:Status|dsn)[:=] ?([45]\.\d{1,3}\.\d{1,3})", re.MULTILINE | re.IGNORECASE)
#: Bytes beyond ASCII as Python and others print them.
_BYTES = re.compile(r"(?:\\x[89a-f][0-9a-f]){2,400}", re.IGNORECASE)
#: A reply as Python shows it: `(550, b'…')`.
_SHOWN = re.compile(rf"\((?:{CODES}), b?(?P<quote>['\"])[^\n]{{0,600}}?(?P=quote)[,)]")
#: RFC 5321 §4.2.2: the words of a code itself. What the server has to say stands in the next line,
#: where a library leaves out the code in front of it.
_OF_THE_RFC = re.compile(r"requested (?:mail )?action (?:not taken|aborted)[^\n]*$", re.IGNORECASE)
_BELOW = re.compile(rf"\n(?!\s|at |{CODES})([A-Z][^\n{{}}]{{8,300}})")
_FOLDED = re.compile(r"\n[ \t]+(?=\S)")
#: A code alone in its line, and the words in the next: smtplib's as Odoo shows them.
_APART = re.compile(rf"(?m)((?:^|\bsaid: )(?:{CODES}))\n(?=(?:{_ENHANCED} |[A-Z]))")
#: A code as tables of codes have it: `421, «4.7.0» – …`, `530 - …`.
_LISTED = re.compile(
    rf"(?<![\w.])({CODES})(?:,? ?[«“„\"]({_ENHANCED})[»”“\"] ?[–—-] ?| [–—-] (?=[^\W\d_]))"
)
#: The next line of a debug transcript ends a reply too, where all of it stands in one line.
_END = re.compile(
    r"""(?:\\r)?\\n|["']\)|"$|'\}|">>|\)\s*$|",|", with|\r|\s(?:CLIENT|SERVER|SMTP) -(?:>|&gt;)"""
)
_LIGHT = re.compile(r"\s{2,}|\t")

#: A login that worked is not what a later refusal answers.
_ACCEPTED = re.compile(r"\b235[ -][^\n]*")

CUES: tuple[tuple[Stage, str], ...] = (
    ("greeting", r"invalid greeting|bad greeting|unexpected greeting|incorrect greeting|"
     r"ungültige Begrüßung|accueil incorrect|saludo incorrecto|"
     r"onjuiste begroeting|saudação incorreta|nieprawidłowe powitanie|in(?:itial)? (?:greeting|"
     r"banner)|SMTPConnect(?:Response)?Error|unexpected smtp-server response|"
     r"response code .220|connection to server failed|could not open.*connect|"
     r"while connecting|after initial connection|initial OK|refused to talk to me|connect failed"),
    ("ehlo", r"\b(?:EHLO|HELO|LHLO)\b(?!\s?[:=]|[^\n]{0,20}=)|helo command"),
    ("starttls", r"\bSTARTTLS\b(?! (?:command )?first)|upgrading connection"),
    ("auth", r"\bAUTH\b|authenticat|response code .(?:334|235)|invalid login|"
     r"login|LOGIN|password|credential|\bEAUTH\b"),
    ("mail", r"MAIL FROM|0x800CCC78|mail command|MAIL failed|SMTPSenderRefused|sender|from address|"
     r"envelope from"),
    ("rcpt", r"RCPT|0x800CCC79|recipient|response code .250/251/252|SMTPRecipientsRefused|"
     r"RecipientError|to address|reject: |relay"),
    ("data", r"end of data|response code .354|\bDATA\b|message failed|TEXT command|after DATA|"
     r"Final-Recipient|"
     r"Diagnostic-Code|SMTPDataError|SendFailedException|delivery (?:has )?failed|"
     r"undeliver|could not send email|bounced|message content|queued"),
)  # fmt: skip

#: Words of a reply that say what it answered, whatever stands before it: Exchange's for the name in
#: EHLO (of a sender it says “Invalid address”), what Postfix names as judged.
SAID: tuple[tuple[Stage, str], ...] = (
    ("starttls", r"TLS (?:is )?(?:currently )?(?:not|un)(?: )?available"),
    ("auth", r"(?:unrecogni[sz]ed|unknown|invalid|unimplemented) command:? \"?AUTH"),
    ("ehlo", r"^501 (?:5\.5\.4 )?invalid domain name|helo command rejected"),
    ("rcpt", r"recipient address rejected"),
    ("data", r"END-OF-MESSAGE"),
    ("mail", r"\bneed (?:ehlo and )?auth\b"),
)
#: Words of a reply that hint at it, where nothing before it tells. A failed authentication is
#: somebody's who logs in, or a domain's that proves itself.
HINTS: tuple[tuple[Stage, str], ...] = (
    ("data", r"\b(?:headers?|content|attachments?|virus)\b"),
    ("ehlo", r"invalid helo|ehlo"),
    ("starttls", r"(?:tls|ssl) (?:is )?(?:already |active)|already (?:in|using) tls"),
    ("auth", r"^(?![\s\S]*\b(?:spf|dkim|dmarc|arc|domain|unauthenticated)\b)[\s\S]*"
     r"(?:\bauthentication (?:failed|failure|unsuccessful|rejected)|"
     r"invalid credentials(?! for relay))|cannot (?:base64 )?decode"),
    # RFC 5321 §3.1, §4.2: of a refused session, whose first word is the server's name
    ("greeting", r"no smtp service|^(?:554|421)[- ](?:[\w-]+\.)+[a-z]{2,24} (?!#?\d\.\d)"),
    ("rcpt", r"recipient|\brcpt\b|relay|user unknown|mailbox"),
    ("mail", r"sender|mail from"),
)  # fmt: skip

#: How often a code answers which stage.
USUAL: dict[str, dict[Stage, float]] = {
    "421": {"greeting": 0.8, "mail": 0.5, "data": 0.3},
    "432": {"mail": 0.7, "data": 0.6, "auth": 0.5},
    "450": {"rcpt": 1.0, "mail": 0.6, "data": 0.4},
    "451": {"data": 0.7, "rcpt": 0.7, "mail": 0.6, "auth": 0.3, "greeting": 0.3},
    "452": {"rcpt": 0.8, "mail": 0.7, "data": 0.5},
    "454": {"auth": 1.0, "starttls": 0.6, "rcpt": 0.3},
    "500": {"auth": 0.4, "ehlo": 0.6},
    "501": {"mail": 0.8, "auth": 0.5, "ehlo": 0.5, "rcpt": 0.4},
    "502": {"starttls": 0.7, "auth": 0.6},
    "503": {"auth": 0.8, "mail": 0.7},
    "504": {"auth": 0.9, "ehlo": 0.3},
    "521": {"greeting": 1.0, "rcpt": 0.3},
    "523": {"auth": 1.0},
    "525": {"auth": 1.0},
    "530": {"mail": 1.0, "auth": 0.5},
    "534": {"auth": 1.2},
    "535": {"auth": 1.2},
    "538": {"auth": 1.2},
    "550": {"rcpt": 1.0, "mail": 0.9, "data": 0.8, "greeting": 0.1},
    "551": {"rcpt": 1.0, "mail": 0.5},
    "552": {"data": 1.0, "mail": 0.6, "rcpt": 0.5},
    "553": {"mail": 1.0, "rcpt": 0.7},
    "554": {"data": 0.9, "rcpt": 0.8, "mail": 0.6, "greeting": 0.5},
    "555": {"mail": 1.0, "rcpt": 0.6},
    "556": {"rcpt": 1.0},
}
#: A greeting's first line (RFC 5321 §4.2), where a library keeps no other.
_NAME_ALONE = re.compile(r"5\d\d (?!\d\.\d)[\w-]+(?:\.[\w-]+){1,6}\s*$")
#: RFC 5321 §4.1.4: a session without EHLO; what asks for a login beside it asks for more.
NO_EHLO = re.compile(
    r"5\d\d[- ](?:5\.\d\.\d )?(?![^\n]*\bauth)[^\n]{0,40}\b(?:[eh]{2}lo|hello)\b[^\n]{0,8} first",
    re.IGNORECASE,
)
#: No server begins with these; of the two steps that wait for a 220 it is the other one.
_NO_GREETINGS = ("454", "500", "501", "502", "503", "504")
#: Where any refusal can come that is not of a login.
SENDING: tuple[Stage, ...] = ("mail", "rcpt", "data")
#: How telling a reply is whose words are known.
WORDED = 6
ELSE: dict[Stage, float] = {"data": 0.8, "rcpt": 0.7, "mail": 0.6}


def find(text: str, *, about_mail: bool, by_words: bool = True) -> list[Symptom]:
    """The refusals in the text, most telling first. Without `about_mail` only what no other
    protocol would say; `by_words`: sentences of servers without a code are looked for too."""
    text = _CODE_SPELLED.sub(_digits, _ACCESS.sub(" ", text))
    flat = _APART.sub(r"\1 ", _FOLDED.sub(" ", _in_letters(text)))
    flat = _LISTED.sub(lambda match: " ".join(filter(None, match.groups())) + " ", flat)
    # a reply of several lines as Python shows one: the reason often stands in the last
    flat = _SHOWN.sub(lambda match: match[0].replace("\\n", " "), flat)
    found: list[Symptom] = []
    for reply, at in _with_code(flat):
        found += _symptom(reply, flat, at, about_mail=about_mail)
    for reply, at in (*_with_status(flat), *_without_any_code(flat)):
        for symptom in _symptom(reply, flat, at, about_mail=about_mail):
            # its code is ours
            found.append(msgspec.structs.replace(symptom, says=symptom.says[4:]))
    unclear = all(symptom.specific < WORDED for symptom in found)
    if about_mail and unclear and (found or by_words):
        found += _by_words(flat, 5 if found else 3)  # the words stand before the code, or alone
    return found or _alone(text.strip())


#: A code with nothing behind it, alone or as a program names it ("SMTP reply: 501").
_BARE = re.compile(
    r"(?:^|greeting from [^\n]{1,120} response: "
    r"|\b(?:permanent|transient)(?: error)? ?\("
    r"|\bkind: (?:permanent|transient)\((?=\d{3}\) \})"
    r"|\b(?:MAIL|RCPT) failed: |Remote access denied: |unexpected smtp-server response: "
    r"|\b(?:smtp|server)(?: server)? (?:reply|response|status|error|code)(?: code)?\W{1,3})"
    rf"(?P<code>{CODES})(?: (?P<status>{_ENHANCED}))?(?:\W*$|(?<=\d)\) \}})",
    re.IGNORECASE,
)


#: What a code without words answered, by what stands before it: curl's words.
_OF_BARE: tuple[tuple[Stage, str], ...] = (
    ("greeting", r"(?i)greeting|unexpected smtp-server response"),
    ("ehlo", r"Remote access denied"),
    ("mail", r"MAIL failed"),
    ("rcpt", r"RCPT failed"),
)


def _alone(text: str) -> list[Symptom]:
    """A reply's code, or its enhanced status code, and nothing else behind it."""
    bare = _BARE.search(text)
    if bare is not None:
        reply = f"{bare['code']} {bare['status'] or ''}"
    elif re.fullmatch(_ENHANCED, text):
        reply = f"{_code_of(text)} {text} "
    else:
        return []
    cue = next((stage for stage, words in _OF_BARE if re.search(words, text)), None)
    if cue == "greeting" and reply[0] == "5":
        return [Symptom(kind="greeting-refused", says=text)]
    if cue is not None:
        return [Symptom(kind="reply", says=text, reply=reply, stages=((cue, 1.0),))]
    return [Symptom(kind="reply", says=text, reply=reply, stages=_stages(reply, set(), cue))]


#: A code as lettre's types show it.
_CODE_SPELLED = re.compile(
    r"Code \{ severity: (\w+), category: (\w+), detail: (\w+) \}", re.IGNORECASE
)
_DIGITS = {
    **{"transientnegativecompletion": "4", "permanentnegativecompletion": "5"},
    **{"syntax": "0", "information": "1", "connections": "2", "mailsystem": "5"},
    **{"unspecified3": "3", "unspecified4": "4"},
    **{"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4"},
    **{"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"},
}


def _digits(match: re.Match[str]) -> str:
    code = "".join(_DIGITS.get(part.lower(), "") for part in match.groups())
    return code if len(code) == 3 else match[0]


def _in_letters(text: str) -> str:
    """The text with the bytes that a library printed as \\xNN read as what they say."""

    def read(match: re.Match[str]) -> str:
        return decode(bytes.fromhex(match[0].replace("\\x", "")))

    return _BYTES.sub(read, text)


def _with_code(text: str) -> list[tuple[str, int]]:
    """Every reply with its reply code, its lines put together, and where it begins."""
    found: list[tuple[str, int]] = []
    at, goes_on = 0, False
    while match := _REPLY.search(text, at):
        code, words = match["code"], match["words"]
        status = (match["status"] or "").strip("#() :-")
        again = re.search(rf"(?<![\w.]){code}[- ](?=\S)", words)
        end = match.end()
        if again is not None:
            words = words[: again.start()]
            end = match.start("words") + again.start()
        elif _OF_THE_RFC.match(words) and (below := _BELOW.match(text, match.end())):
            words = f"{words.rstrip()} {below[1]}"
            end = below.end()
        line = " ".join(part for part in (status, _ended(words)) if part)
        near = 60 if goes_on else 12  # where each line has a program's name before it
        same = found and found[-1][0].startswith(code) and match.start() - at < near
        goes_on = match["more"] == "-"
        if same and match["more"]:
            before, place = found[-1]
            found[-1] = (f"{before}\n{code} {line}", place)
        elif line:
            found.append((f"{code} {line}", match.start()))
        at = max(end, match.end("code"))
    return [(_as_lines(reply), place) for reply, place in found]


def _as_lines(reply: str) -> str:
    lines = reply.split("\n")[-40:]
    return "\n".join([*(f"{line[:3]}-{line[4:]}" for line in lines[:-1]), lines[-1]])


def _ended(words: str) -> str:
    end = _END.search(words)
    return _LIGHT.sub(" ", words[: end.start()] if end else words).strip(" \"'`]")


def _with_status(text: str) -> list[tuple[str, int]]:
    """Replies that lost their code on the way: 5.x.x alone stands for 550, 4.x.x for 450."""
    found = []
    for match in _STATUS.finditer(text):
        before = text[max(0, match.start() - 6) : match.start()]
        if re.search(rf"(?:{CODES})\W{{0,3}}#?\(?$", before):
            continue
        code = _code_of(match["status"])
        found.append((f"{code} {match['status']} {_ended(match['words'])}", match.start()))
    return found[:8]


#: What .NET and Thunderbird put before the server's own words, in the language of the system.
_SERVER_SAID = re.compile(
    r"(?:server response was|Serverantwort war|réponse du serveur (?:était|est)|"
    r"respuesta del servidor fue|resposta do servidor foi|risposta del server(?: è)?|"
    r"mail server responded|Mail-Server antwortete|serveur (?:e-mail|de courrier) a répondu|"
    r"servidor de correo respondió|server di posta ha risposto|mailserver antwoordde|"
    r"servidor de email respondeu|Odpowiedź serwera(?: poczty)?)\s?:\s{0,3}"
    r"(?![\d#(])(?P<words>[^\n]{3,400})",
    re.IGNORECASE,
)


def _without_any_code(text: str) -> list[tuple[str, int]]:
    """Replies of which a library keeps the words alone. It has a sentence of its own for 530."""
    demands = re.search(
        r"client was not|Client wurde nicht|client n.a|cliente no|client non|cliente não", text
    )
    code = "530" if demands else "550"
    return [
        (f"{code} {_ended(match['words'])}", match.start()) for match in _SERVER_SAID.finditer(text)
    ]


#: Enhanced status codes that one reply code alone has.
OF_STATUS = {"5.7.8": "535", "5.7.139": "535", "5.7.57": "530", "5.7.9": "534", "5.7.14": "534"}


def _code_of(status: str) -> str:
    return OF_STATUS.get(status, "550" if status[0] == "5" else "450")


def _symptom(reply: str, text: str, at: int, *, about_mail: bool) -> list[Symptom]:
    if _OF_THE_WEB.match(reply) or _OF_TLS.match(reply):
        return []  # the second is the client's own, of a handshake: the tables read it
    code = reply[:3]
    status = re.match(rf"\d{{3}}[- ]{_ENHANCED}\b", reply)
    cue, sure = _answered(reply, text, at)
    of_login = _OF_LOGINS.match(reply) is not None
    usual: tuple[Stage, ...] = tuple(USUAL.get(code, ELSE))
    possible = {*usual, *(() if of_login else SENDING), *((cue,) if cue else ())}
    worded = {stage for stage in possible if _knows_words(stage, reply)}
    if not about_mail and not status and not worded and not of_login:
        return []
    if (special := _of_no_stage(reply)) is not None:
        return [special]
    if code == "554" and cue == "mail" and not worded and not status:
        # of the sender it tells no more than that; what it means after DATA it does not mean here
        return [Symptom(kind="sender-refused", says=reply.replace("\n", " / "), specific=4)]
    return [
        Symptom(
            kind="reply",
            says=reply.replace("\n", " / "),
            specific=WORDED if worded else 5 if status or of_login else 4,
            reply=reply,
            stages=_stages(reply, worded, cue, sure=sure),
        )
    ]


def _of_no_stage(reply: str) -> Symptom | None:
    """A reply that says more by itself than by the step that it answered."""
    if NO_EHLO.match(reply):
        return Symptom(kind="ehlo-missing", says=reply, specific=WORDED)
    if _NAME_ALONE.match(reply):
        return Symptom(kind="greeting-refused", says=reply, specific=4)
    return None


def _stages(
    reply: str, worded: set[Stage], cue: Stage | None, *, sure: bool = False
) -> tuple[tuple[Stage, float], ...]:
    weights: dict[Stage, float] = dict(USUAL.get(reply[:3], ELSE))
    for stage in worded:
        weights[stage] = weights.get(stage, 0.4) + 0.8
    if cue is not None:
        plain = re.match(r"5[35]|4", reply) is not None
        weights[cue] = weights.get(cue, 0.3) + (2.5 if sure else 1.2 if plain else 0.6)
    best = sorted(weights.items(), key=lambda item: -item[1])[:3]
    top = best[0][1]
    return tuple((stage, round(weight / top, 3)) for stage, weight in best)


def _answered(reply: str, text: str, at: int) -> tuple[Stage | None, bool]:
    """What the reply answered, where something in the text or in its own words tells, and whether
    that leaves no other step."""
    step = _STEP.search(text, max(0, at - 40), at)
    if step is not None:
        return _STEPS[step[1].lower()], True
    told = _TOLD.search(text, max(0, at - 240), at)
    if told is not None:
        return told.lastgroup, True  # type: ignore[return-value]
    behind = _IN_REPLY.search(text, at, at + 900)
    if behind is not None and "said:" not in text[at : behind.start()]:
        return _REPLIED[" ".join(behind[1].lower().split())], True
    named = _PROPERTY.search(text, at, at + 600)
    if named is not None:
        return _REPLIED[" ".join(named[1].lower().split())], True
    within = _said_within(reply)
    cue = within or _cue(text, at) or _hinted_within(reply)
    if cue == "greeting" and reply.startswith(_NO_GREETINGS):
        cue = "starttls"
    if cue == "data" and reply.startswith(_NO_END_OF_DATA) and not _OF_LINES.search(reply):
        cue = "mail"
    return cue, within is not None


#: The command itself right before its reply: Gitea's "Auth: 451", go-mail's "MAIL command: 501".
_STEP = re.compile(
    r"(?:^|[:;>] ?|\b(?=[A-Z]{4}))"
    r"(Auth|AUTH|Mail|MAIL|Rcpt|RCPT|Data|DATA|Hello|EHLO|HELO|StartTLS|STARTTLS)"
    r"(?: (?:FROM|TO))?(?: command)?(?: (?:failed|error|rejected))?: ?$",
    re.MULTILINE,
)
_STEPS: dict[str, Stage] = {
    **{"auth": "auth", "mail": "mail", "rcpt": "rcpt", "data": "data", "starttls": "starttls"},
    **dict.fromkeys(("hello", "ehlo", "helo"), "ehlo"),
}
#: A library's own name for the step, right before the reply: smtplib, JavaMail, Nodemailer.
_TOLD = re.compile(
    r"(?:(?P<auth>SMTPAuthenticationError: \(|AuthenticationFailedException: |Invalid login: )|"
    r"(?P<mail>SMTPSenderFailedException: |SMTPSenderRefused: \(|Mail command failed: )|"
    r"(?P<rcpt>SMTPAddressFailedException: |SMTPRecipientsRefused: \{[^\n:]{3,200}: \(|"
    r"Recipient command failed: )|"
    r"(?P<data>SMTPDataError: \(|Message failed: ))$"
)
#: Postfix names behind a reply what it answered.
_IN_REPLY = re.compile(
    r"\(in\s+reply\s+to\s+(MAIL\s+FROM|RCPT\s+TO|DATA|end\s+of\s+DATA|EHLO|HELO|STARTTLS|AUTH)\b"
)
_REPLIED: dict[str, Stage] = {
    **{"mail from": "mail", "rcpt to": "rcpt", "data": "data", "end of data": "data"},
    **{"ehlo": "ehlo", "helo": "ehlo", "starttls": "starttls", "auth": "auth"},
}
#: Nodemailer's error has the command as a property, behind the reply.
_PROPERTY = re.compile(r"\bcommand[\"']?: ?[\"'](MAIL FROM|RCPT TO|DATA|EHLO|HELO|STARTTLS|AUTH)\b")
#: RFC 5321 §4.3.2: what answers a command or its arguments, and the message's end for long lines
#: alone (§4.5.3.1).
_NO_END_OF_DATA = ("500", "501", "555")
_OF_LINES = re.compile(r"\blines?\b", re.IGNORECASE)


def _cue(text: str, at: int) -> Stage | None:
    """The last thing before the reply that tells what it answered."""
    before = _ACCEPTED.sub("", text[max(0, at - 260) : at])
    nearest: tuple[int, Stage] | None = None
    for stage, pattern in _cues():
        for match in pattern.finditer(before):
            if nearest is None or match.end() > nearest[0]:
                nearest = (match.end(), stage)
    if nearest is None:
        frame = _FRAMES.search(text[at : at + 700])
        return frame.lastgroup if frame is not None else None  # type: ignore[return-value]
    return nearest[1]


#: The frames of a trace below a reply that tell what it answered: MailKit, .NET, JavaMail.
_FRAMES = re.compile(
    r"(?P<mail>OnSenderNotAccepted|\bMailCommand\.|SMTPTransport\.mailFrom|"
    r"verify that your email address|Konten-Einstellungen stimmt|0x800CCC78)|"
    r"(?P<rcpt>OnRecipientNotAccepted|\bRecipientCommand\.|SMTPTransport\.rcptTo|"
    r"check the message recipient|E-Mail-Adresse des Empfängers|0x800CCC79)|"
    r"(?P<data>ParseMessageDataResponse|\bDataStopCommand\.|SMTPTransport\.finishData)"
)


def _said_within(reply: str) -> Stage | None:
    """What a reply's own words say that it answered, whatever stands before it."""
    return _first_of(SAID, reply)


def _hinted_within(reply: str) -> Stage | None:
    """What a reply's own words hint at."""
    return _first_of((*HINTS, *_of_languages()), reply)


def _first_of(words: tuple[tuple[Stage, str], ...], reply: str) -> Stage | None:
    found = (stage for stage, pattern in words if re.search(pattern, reply, re.IGNORECASE))
    return next(found, None)


def _of_languages() -> tuple[tuple[Stage, str], ...]:
    """The words for the two addresses of an envelope in other languages than English."""
    return (
        ("mail", error_texts.step_words("sender")),
        ("rcpt", error_texts.step_words("recipient")),
    )


@cache
def _cues() -> tuple[tuple[Stage, re.Pattern[str]], ...]:
    return tuple(
        (stage, re.compile(pattern, re.IGNORECASE)) for stage, pattern in (*CUES, *_of_languages())
    )


def _knows_words(stage: Stage, reply: str) -> bool:
    """Whether the knowledge base knows the words at this stage, and not the code alone."""
    rule = knowledge.interpret(None, stage, reply)
    return rule is not None and rule is not knowledge.interpret(None, stage, f"{reply[:3]} ")


#: A reply that is none of a refusal, and what JavaMail says of whatever a server refused.
_NO_REFUSAL = re.compile(r"(?<![\d/])[23]\d\d[ -]|SendFailedException: Invalid Addresses")


#: What is missing in programs, and what is missing at a server.
_OF_THINGS = re.compile(
    r"\b(?:template|table|relation|column|file|module|class|role|database|index|repository|image|"
    r"bucket|topic)\b[^\n]{0,80}\b(?:does ?n[o']t exist|not found)|"
    r"\b50\d (?:internal server error|bad gateway)",
    re.IGNORECASE,
)
_OF_PEOPLE = re.compile(r"recipient|mailbox|user unknown|\baddress\b|@", re.IGNORECASE)
#: What no program says of its own doings, and a server of who connects.
_OF_AN_ADDRESS = re.compile(
    r"\bblocked\b|block ?list|black ?list|dnsbl|\brbl\b|spamhaus|spamcop|barracuda|reputation|"
    r"\bPTR\b|rdns|reverse (?:dns|host)|client host|your (?:ip|host)|not allowed to connect|banned",
    re.IGNORECASE,
)


def _by_words(text: str, specific: int) -> list[Symptom]:
    """Sentences of servers that stand without any code before them."""
    found = []
    for line in text.split("\n"):
        if not 12 <= len(line) <= 1500 or "://" in line[:12] or _NO_REFUSAL.search(line):
            continue
        if _OF_THINGS.search(line) and not _OF_PEOPLE.search(line):
            continue
        stages: tuple[Stage, ...] = ("data", "rcpt", "mail", "auth", "greeting")
        cue = _said_within(line) or _hinted_within(line)
        if cue != "greeting" and not _OF_AN_ADDRESS.search(line):
            stages = stages[:-1]
        for stage in sorted(stages, key=lambda each: each != cue):
            code = "535" if stage == "auth" else "550"
            if _knows_words(stage, f"{code} {line}"):
                reply = f"{code} {line.strip()}"
                found.append(
                    Symptom(
                        kind="reply",
                        says=line.strip(),
                        specific=specific,
                        reply=reply,
                        stages=((stage, 1.0),),
                    )
                )
                break
        if len(found) == 3:
            break
    telling = [symptom for symptom in found if not _OF_THE_RFC.search(symptom.says)]
    return telling or found
