"""Sessions of Jakarta Mail in XML: what they come to, and that changes lead there."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
TOMCAT = """\
<?xml version="1.0" encoding="UTF-8"?>
<Context path="/app">
  <!-- <Resource type="javax.mail.Session" mail.smtp.host="old.example.com"/> -->
  <Resource name="mail/Session" auth="Container" type="jakarta.mail.Session"
            mail.smtp.host="smtp.ionos.com"
            mail.smtp.port="{port}"
            mail.smtp.auth="true"
            mail.smtp.user="info@example.com"
            password="word"
            {more}/>
</Context>
"""
WILDFLY = """\
<server>
  <subsystem xmlns="urn:jboss:domain:mail:4.0">
    <mail-session name="default" from="info@example.com">
      <smtp-server outbound-socket-binding-ref="mail"
                   {more}
                   username="info@example.com"
                   password="word"/>
    </mail-session>
  </subsystem>
  <outbound-socket-binding name="other">
    <remote-destination host="x" port="1"/>
  </outbound-socket-binding>
  <outbound-socket-binding name="mail">
    <remote-destination host="${{env.MAIL_SERVER:smtp.ionos.com}}" port="{port}"/>
  </outbound-socket-binding>
</server>
"""
GLASSFISH = """\
<resources>
  <mail-resource host="smtp.ionos.com" user="info@example.com" from="info@example.com">
    <property name="mail-smtp-port" value="{port}"/>
    <property name="mail-smtp-password" value="word"/>
    <property name="mail-smtp-auth" value="true"/>
    {more}
  </mail-resource>
</resources>
"""
LIBERTY = """\
<server>
  <mailSession jndiName="mail/x" host="smtp.ionos.com" user="info@example.com" password="word">
    <property name="mail.smtp.port" value="{port}"/>
    <property name="mail.smtp.auth" value="true"/>
    {more}
  </mailSession>
</server>
"""
BEAN = """\
<beans xmlns="http://www.springframework.org/schema/beans">
  <bean id="mailSender" class="org.springframework.mail.javamail.JavaMailSenderImpl">
    <property name="host" value="${{mail.server}}"/>
    <property name="port"><value>{port}</value></property>
    <property name="username" value="info@example.com"/>
    <property name="password" value="word"/>
    <property name="javaMailProperties">
      <props>
        <prop key="mail.smtp.auth">true</prop>
        {more}
      </props>
    </property>
  </bean>
</beans>
"""
#: Each file with how it says a property.
FILES = {
    "src/main/webapp/META-INF/context.xml": (TOMCAT, '{name}="{value}"'),
    "conf/server.xml": (TOMCAT, '{name}="{value}"'),
    "glassfish-resources.xml": (GLASSFISH, '<property name="{dashed}" value="{value}"/>'),
    "src/main/liberty/config/server.xml": (LIBERTY, '<property name="{name}" value="{value}"/>'),
    "src/main/resources/applicationContext.xml": (BEAN, '<prop key="{name}">{value}</prop>'),
}
WAYS = [
    (587, {"starttls.enable": "true"}, (587, "starttls", False)),
    (587, {"starttls.enable": "true", "starttls.required": "true"}, (587, "starttls", True)),
    (465, {"ssl.enable": "true"}, (465, "implicit", False)),
    (587, {"ssl.enable": "true"}, (587, "implicit", False)),
    (465, {"starttls.enable": "true"}, (465, "starttls", False)),
    (465, {}, (465, "none", False)),
]


@pytest.mark.parametrize(("port", "said", "expected"), WAYS)
@pytest.mark.parametrize("name", FILES)
def test_what_the_properties_come_to(
    name: str, port: int, said: dict[str, str], expected: tuple[int, str, bool], tmp_path: Path
) -> None:
    text, form = FILES[name]
    lines = [
        form.format(
            name=f"mail.smtp.{end}", dashed=f"mail-smtp-{end.replace('.', '-')}", value=value
        )
        for end, value in said.items()
    ]
    written = text.format(port=port, more="\n            ".join(lines))
    files = {name: written, "mail.properties": "mail.server=smtp.ionos.com\n"}
    root = write(tmp_path / "app", files)
    setup = one(root, "jakarta-mail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "jakarta-mail")


@pytest.mark.parametrize(
    ("port", "more", "expected"),
    [
        (587, 'tls="true"', (587, "starttls", False)),
        (465, 'ssl="true"', (465, "implicit", False)),
        (587, 'ssl="true"', (587, "implicit", False)),
        (465, 'tls="true"', (465, "starttls", False)),
    ],
)
def test_wildflys_mail_session(
    port: int, more: str, expected: tuple[int, str, bool], tmp_path: Path
) -> None:
    root = write(tmp_path / "app", {"standalone.xml": WILDFLY.format(port=port, more=more)})
    setup = one(root, "jakarta-mail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, setup.settings.sender) == ("info@example.com",) * 2
    assert password(setup) == "word"
    changes_lead_there(root, "jakarta-mail")
    assert one(root, "jakarta-mail", MAIL_SERVER="x.example.com").settings.host == "x.example.com"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (LIBERTY, '    <property name="mail.smtp.auth" value="true"/>\n'),
        (GLASSFISH, '    <property name="mail-smtp-auth" value="true"/>\n'),
    ],
)
def test_a_session_with_an_authenticator_logs_in_only_with_auth(
    text: str, line: str, tmp_path: Path
) -> None:
    without = text.format(port=587, more="").replace(line, "")
    silent = one(write(tmp_path / "a", {"server.xml": without}), "jakarta-mail")
    assert (silent.settings.username, remarks(silent)) == (None, {("ignored", "user")})


def test_glassfish_has_an_attribute_for_it(tmp_path: Path) -> None:
    text = GLASSFISH.format(port=587, more="").replace(" user=", ' auth="true" user=')
    text = text.replace('    <property name="mail-smtp-auth" value="true"/>\n', "")
    setup = one(write(tmp_path, {"glassfish-resources.xml": text}), "jakarta-mail")
    assert setup.settings.username == "info@example.com"


def test_tomcat_logs_in_only_with_auth(tmp_path: Path) -> None:
    text = TOMCAT.format(port=587, more='mail.smtp.starttls.enable="true"')
    text = text.replace('            mail.smtp.auth="true"\n', "")
    assert ("ignored", "user") in remarks(
        one(write(tmp_path, {"context.xml": text}), "jakarta-mail")
    )


def test_a_placeholder_that_nothing_fills_cannot_be_told(tmp_path: Path) -> None:
    settings = one(
        write(tmp_path, {"beans.xml": BEAN.format(port=587, more="")}), "jakarta-mail"
    ).settings
    assert "host" in {each.field for each in settings.untellable}


def test_a_placeholder_in_a_text_and_cdata(tmp_path: Path) -> None:
    text = BEAN.format(port="<![CDATA[587]]>", more="").replace("${mail.server}", "smtp.${mail.in}")
    text = text.replace(' value="word"/>', "><value><![CDATA[wo&<rd]]></value></property>")
    files = {"beans.xml": text, "mail.properties": "mail.in=ionos.com\n"}
    setup = one(write(tmp_path, files), "jakarta-mail")
    assert way(setup)[:2] == (HOST, 587)
    assert password(setup) == "wo&<rd"


def test_of_two_files_of_properties_the_upper_fills_a_placeholder(tmp_path: Path) -> None:
    files = {
        "beans.xml": BEAN.format(port=587, more=""),
        "a/mail.properties": "mail.server=other.example.com\n",
        "mail.properties": f"mail.server={HOST}\n",
    }
    assert one(write(tmp_path, files), "jakarta-mail").settings.host == HOST


def test_tomcat_logs_in_only_with_a_password(tmp_path: Path) -> None:
    text = TOMCAT.format(port=587, more="").replace('            password="word"\n', "")
    setup = one(write(tmp_path, {"context.xml": text}), "jakarta-mail")
    assert (way(setup), password(setup)) == ((HOST, 587, "none", False), None)


@pytest.mark.parametrize(
    ("form", "name"), [(LIBERTY, "transportProtocol"), (GLASSFISH, "transport-protocol")]
)
def test_a_protocol_that_an_attribute_names(form: str, name: str, tmp_path: Path) -> None:
    text = form.format(port=465, more="").replace(" user=", f' {name}="smtps" user=')
    setup = one(write(tmp_path, {"server.xml": text}), "jakarta-mail")
    assert way(setup)[2] == "implicit"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("{xor}Lz4sLCgwLTs=", None),
        ("{aes}AEmVKa+jOeA7pos+sSfpHNmH1MVfwg8ZoV29iDi6I0ZGcov6hSZsAxMhFr91jTSBYQ==", None),
        ("${ALIAS=mail}", None),
        ("${VAULT::mail::password::1}", None),
        ("#{secrets.mail}", None),
        ("${env.A,env.B:x}", None),
        ("${env.A:x}", "x"),
        ("{x}or", "{x}or"),
        ("wo$rd#", "wo$rd#"),
    ],
)
def test_a_password_that_only_the_server_can_read(
    said: str, known: str | None, tmp_path: Path
) -> None:
    text = LIBERTY.format(port=587, more="").replace('"word"', f'"{said}"')
    setup = one(write(tmp_path, {"server.xml": text}), "jakarta-mail")
    assert password(setup) == known
    assert ("password" in {each.field for each in setup.settings.untellable}) == (known is None)


@pytest.mark.parametrize(
    "text",
    [
        '<Context><Resource type="javax.sql.DataSource" mail.smtp.host="x"/></Context>',
        '<Context><!-- <Resource type="javax.mail.Session" mail.smtp.host="x"/> --></Context>',
        '<Context><!-- <Resource type="javax.mail.Session" mail.smtp.host="x"/>',
        '<C><![CDATA[<Resource type="javax.mail.Session" mail.smtp.host="x"/>]]></C>',
        '<bean class="x.Fake"><property name="host" value="JavaMailSenderImpl"/></bean>',
        "<web-app><resource-ref><res-type>javax.mail.Session</res-type></resource-ref></web-app>",
        '<mail-session name="x"><smtp-server outbound-socket-binding-ref="y"/></mail-session>',
        "<Resource" * 20_000 + "javax.mail.Session",
        '<a b="' * 20_000 + "javax.mail.Session",
        "<!--" * 50_000 + "javax.mail.Session",
        "<a>" * 20_000 + "javax.mail.Session",
    ],
)
def test_lookalikes(text: str, tmp_path: Path) -> None:
    assert not setups(write(tmp_path, {"context.xml": text}))
