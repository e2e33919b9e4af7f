"""Self-hosted PHP programs that are tables: their folders with what they come to."""

from __future__ import annotations

from tests.settings.dialects.case import Case, said

HOST = "smtp.ionos.com"


def espocrm(port: str, security: str, more: str = "", *, apart: bool = False) -> dict[str, str]:
    password = "  'smtpPassword' => 'word',\n"
    files = {
        "data/config.php": f"""<?php
return [
  'database' => ['host' => 'db', 'password' => 'other'],
  'siteUrl' => 'https://crm.example.com',
  'outboundEmailFromAddress' => 'u@example.com',
  'smtpServer' => 'smtp.ionos.com',
  'smtpPort' => {port},
  'smtpSecurity' => {security},
  'smtpUsername' => 'u@example.com',
{"" if apart else password}{more}  'version' => '8.1.4',
];
"""
    }
    if apart:
        files["data/config-internal.php"] = f"<?php\nreturn [\n{password}];\n"
    return files


def concrete(port: str, encryption: str, method: str = "smtp") -> dict[str, str]:
    return {
        "application/config/concrete.php": f"""<?php
return [
    'email' => ['default' => ['address' => 'u@example.com', 'name' => 'Site']],
    'mail' => [
        'method' => '{method}',
        'methods' => [
            'smtp' => [
                'server' => 'smtp.ionos.com',
                'port' => '{port}',
                'username' => 'u@example.com',
                'password' => 'word',
                'encryption' => '{encryption}',
            ],
        ],
    ],
];
"""
    }


def kanboard(port: str, encryption: str, transport: str = "smtp") -> dict[str, str]:
    said = f"define('MAIL_SMTP_ENCRYPTION', {encryption}); // ssl or tls\n" if encryption else ""
    return {
        "config.php": f"""<?php
define('DEBUG', false);
define('MAIL_TRANSPORT', '{transport}');
define('MAIL_FROM', 'u@example.com');
define('MAIL_SMTP_HOSTNAME', 'smtp.ionos.com');
define('MAIL_SMTP_PORT', {port});
define('MAIL_SMTP_USERNAME', 'u@example.com');
define('MAIL_SMTP_PASSWORD', 'word');
{said}"""
    }


LEANTIME = """LEAN_EMAIL_USE_SMTP: 'true'
LEAN_EMAIL_RETURN: u@example.com
LEAN_EMAIL_SMTP_HOSTS: smtp.ionos.com
LEAN_EMAIL_SMTP_AUTH: 'true'
LEAN_EMAIL_SMTP_USERNAME: u@example.com
LEAN_EMAIL_SMTP_PASSWORD: word
LEAN_EMAIL_SMTP_PORT: %s
LEAN_EMAIL_SMTP_SECURE: %s
"""
TASKS = "leantime/leantime:latest"


def freshrss(port: str, secure: str, mailer: str = "smtp", auth: str = "true") -> dict[str, str]:
    return {
        "data/config.php": f"""<?php
return array (
  'environment' => 'production',
  'mailer' => '{mailer}',
  'smtp' =>
  array (
    'hostname' => '',
    'host' => 'smtp.ionos.com',
    'port' => {port},
    'auth' => {auth},
    'username' => 'u@example.com',
    'password' => 'word',
    'secure' => '{secure}',
    'from' => 'u@example.com',
  ),
);
"""
    }


def grav(port: str, engine: str = "smtp", encryption: str = "") -> dict[str, str]:
    more = f"    encryption: {encryption}\n" if encryption else ""
    return {
        "user/config/plugins/email.yaml": f"""enabled: true
from: u@example.com
mailer:
  engine: {engine}
  smtp:
    server: smtp.ionos.com
    port: {port}
{more}    user: u@example.com
    password: 'word'
"""
    }


def piwigo(host: str, secure: str) -> dict[str, str]:
    said = f"$conf['smtp_secure'] = {secure};\n" if secure else ""
    return {
        "local/config/config.inc.php": f"""<?php
$conf['gallery_title'] = 'x';
$conf['smtp_host'] = '{host}';
{said}$conf['smtp_user'] = 'u@example.com';
$conf['smtp_password'] = 'word';
"""
    }


def pkp(port: str, auth: str, way: str = "default = smtp") -> dict[str, str]:
    return {
        "config.inc.php": f"""; <?php exit(); // DO NOT DELETE ?>
[general]
installed = On
[email]
{way}
smtp_server = smtp.ionos.com
smtp_port = {port}
smtp_auth = {auth}
smtp_username = u@example.com
smtp_password = word
default_envelope_sender = u@example.com
; smtp_suppress_cert_check = On
"""
    }


CASES = [
    Case("piwigo:587", (HOST, 587, "starttls"), piwigo(f"{HOST}:587", "'tls'"), required=True),
    Case("piwigo:465", (HOST, 465, "implicit"), piwigo(f"{HOST}:465", "'ssl'"), required=True),
    Case("piwigo:587 ssl", (HOST, 587, "implicit"), piwigo(f"{HOST}:587", "'ssl'"),
         required=True),
    Case("piwigo:465 none", (HOST, 465, "starttls"), piwigo(f"{HOST}:465", "")),
    Case("pkp:587", (HOST, 587, "starttls"), pkp("587", "tls"), changes=False),
    Case("pkp:465", (HOST, 465, "implicit"), pkp("465", "tls"), required=True, changes=False),
    Case("pkp:587 ssl", (HOST, 587, "starttls"), pkp("587", "ssl"),
         remarks=said("ignored smtp_auth"), changes=False),
    Case("pkp:sendmail", (HOST, 587, "starttls"), pkp("587", "tls", "default = sendmail"),
         remarks=said("ignored default"), changes=False),
    Case("pkp:3.3 465", (HOST, 465, "starttls"), pkp("465", "tls", "smtp = On"), required=True,
         changes=False),
    Case("pkp:3.3 ssl", (HOST, 587, "implicit"), pkp("587", "ssl", "smtp = On"), required=True,
         changes=False),
    Case("pkp:3.3 off", (HOST, 587, "starttls"), pkp("587", "tls", "smtp = Off"), required=True,
         remarks=said("ignored smtp_server"), changes=False),
    Case("espocrm:587", (HOST, 587, "starttls"), espocrm("587", "'TLS'"), required=True),
    Case("espocrm:465", (HOST, 465, "implicit"), espocrm("465", "'SSL'"), required=True),
    Case("espocrm:587 ssl", (HOST, 587, "implicit"), espocrm("587", "'SSL'"), required=True),
    Case("espocrm:465 tls", (HOST, 465, "starttls"), espocrm("465", "'TLS'"), required=True),
    Case("espocrm:none", (HOST, 587, "none"), espocrm("587", "''")),
    Case("espocrm:internal", (HOST, 587, "starttls"), espocrm("587", "'TLS'", apart=True),
         required=True),
    Case("espocrm:no login", (HOST, 587, "starttls"),
         espocrm("587", "'TLS'", "  'smtpAuth' => false,\n"), required=True, user=None,
         password=None, remarks=said("ignored smtpUsername"), changes=False),
    Case("concrete-cms:587", (HOST, 587, "starttls"), concrete("587", "TLS"), required=True),
    Case("concrete-cms:465", (HOST, 465, "implicit"), concrete("465", "SSL"), required=True),
    Case("concrete-cms:465 tls", (HOST, 465, "starttls"), concrete("465", "TLS"), required=True),
    Case("concrete-cms:none", (HOST, 587, "none"), concrete("587", "")),
    Case("concrete-cms:mail", (HOST, 587, "starttls"), concrete("587", "TLS", "PHP_MAIL"),
         required=True, remarks=said("ignored server")),
    Case("kanboard:587", (HOST, 587, "starttls"), kanboard("587", "'tls'"), required=True),
    Case("kanboard:465", (HOST, 465, "implicit"), kanboard("465", "'ssl'"), required=True),
    Case("kanboard:587 ssl", (HOST, 587, "implicit"), kanboard("587", "'ssl'"), required=True),
    Case("kanboard:587 none", (HOST, 587, "none"), kanboard("587", "")),
    Case("kanboard:null", (HOST, 465, "none"), kanboard("465", "null")),
    Case("kanboard:capitals", (HOST, 587, "none"), kanboard("587", "'TLS'"),
         remarks=said("fault MAIL_SMTP_ENCRYPTION")),
    Case("kanboard:mail", (HOST, 587, "starttls"), kanboard("587", "'tls'", "mail"), required=True,
         remarks=said("ignored MAIL_SMTP_HOSTNAME")),
    Case("leantime:587", (HOST, 587, "starttls"), compose=TASKS, env=LEANTIME % (587, "tls"),
         required=True),
    Case("leantime:465", (HOST, 465, "implicit"), compose=TASKS, env=LEANTIME % (465, "ssl"),
         required=True),
    Case("leantime:587 ssl", (HOST, 587, "implicit"), compose=TASKS, env=LEANTIME % (587, "ssl"),
         required=True),
    Case("leantime:465 SSL", (HOST, 465, "starttls"), compose=TASKS, env=LEANTIME % (465, "SSL"),
         remarks=said("misread LEAN_EMAIL_SMTP_SECURE")),
    Case("leantime:not used", (HOST, 587, "starttls"), compose=TASKS, required=True,
         env=LEANTIME.replace("SMTP: 'true'", "SMTP: 'false'") % (587, "tls"),
         remarks=said("ignored LEAN_EMAIL_SMTP_HOSTS")),
    Case("leantime:no login", (HOST, 587, "starttls"), compose=TASKS, required=True,
         env=LEANTIME.replace("AUTH: 'true'", "AUTH: 'false'") % (587, "tls"), user=None,
         password=None, remarks=said("ignored LEAN_EMAIL_SMTP_USERNAME"), changes=False),
    Case("freshrss:587", (HOST, 587, "starttls"), freshrss("587", "tls"), required=True),
    Case("freshrss:465", (HOST, 465, "implicit"), freshrss("465", "ssl"), required=True),
    Case("freshrss:465 tls", (HOST, 465, "starttls"), freshrss("465", "tls"), required=True),
    Case("freshrss:empty", (HOST, 587, "starttls"), freshrss("587", "")),
    Case("freshrss:mail", (HOST, 587, "starttls"), freshrss("587", "tls", "mail"), required=True,
         remarks=said("ignored host")),
    Case("freshrss:no login", (HOST, 587, "starttls"), freshrss("587", "tls", auth="false"),
         required=True, user=None, password=None, remarks=said("ignored username"), changes=False),
    Case("grav:587", (HOST, 587, "starttls"), grav("587")),
    Case("grav:465", (HOST, 465, "implicit"), grav("465"), required=True),
    Case("grav:smtps", (HOST, 587, "implicit"), grav("587", "smtps"), required=True),
    Case("grav:ssl 587", (HOST, 587, "starttls"), grav("587", encryption="ssl"),
         remarks=said("ignored encryption")),
    Case("grav:tls 587", (HOST, 587, "starttls"), grav("587", encryption="tls")),
    Case("grav:none", (HOST, 587, "starttls"), grav("587", encryption="none"), verify=False),
    Case("grav:sendmail", (HOST, 587, "starttls"), grav("587", "sendmail"),
         remarks=said("ignored server")),
]  # fmt: skip
