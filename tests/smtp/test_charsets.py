from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor import knowledge
from smtpdoctor.observations import Redactor
from smtpdoctor.settings.model import MASK
from smtpdoctor.smtp.charsets import decode

WRITTEN = [
    ("gbk", "Error: 请使用授权码登录。详情请看: http://service.mail.qq.com/cgi-bin/help"),
    ("gbk", "密码错误"),
    ("gbk", "发信IP被临时禁止，请检查是否有大量用户连接失败"),
    ("big5", "驗證失敗，請使用正確的密碼"),
    ("cp932", "認証に失敗しました。パスワードが違います"),
    ("euc_jp", "認証に失敗しました"),
    ("iso2022_jp", "認証に失敗しました"),
    ("euc_kr", "인증에 실패하였습니다. 비밀번호를 확인하세요"),
    ("cp1251", "Ошибка аутентификации: неверный пароль"),
    ("koi8_r", "Доступ запрещен"),
    ("cp1252", "Échec de l'authentification : identifiant ou mot de passe erroné"),
    ("latin-1", "Senha inválida. Usuário não encontrado"),
    ("latin-1", "grüß"),
    ("utf-8", "Ошибка: 密码错误"),
]


@pytest.mark.parametrize(("name", "text"), WRITTEN)
def test_a_text_is_read_in_the_set_that_it_was_written_in(name: str, text: str) -> None:
    assert decode(text.encode(name)) == text


@pytest.mark.parametrize("data", [b"\x1b$B\xff", b"\x81", b"a\x90b"])
def test_what_fits_no_set_stands_as_escapes(data: bytes) -> None:
    assert "\\x" in decode(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_and_stay_ascii_where_they_were(data: bytes) -> None:
    text = decode(data)
    text.encode("utf-8")
    if data.isascii() and b"\x1b$" not in data:
        assert text == data.decode("ascii")


def test_what_a_chinese_server_says_survives_the_cut_after_a_login() -> None:
    """Its link looks encoded, so only public words are shown: they have to be enough to read it."""
    redactor = Redactor(MASK)
    redactor.know("10001@qq.com", dictionary=knowledge.is_public_word)
    redactor.add("not-the-code-12")
    redactor.tell()
    said = decode(
        "Error: 请使用授权码登录。详情请看: http://service.mail.qq.com/help?no=1001256".encode(
            "gbk"
        )
    )
    assert not redactor.quotable(said)
    rule = knowledge.interpret(None, "auth", f"535 {redactor.public(said)}")
    assert rule is not None
    assert rule.code == "app-password-required"
