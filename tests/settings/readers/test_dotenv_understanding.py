"""Whether the readers of a file get what was meant, as typed facts."""

from __future__ import annotations

from smtpdoctor.settings.readers.dotenv import Understanding, read, understand


def agree(found: Understanding) -> bool:
    """All readers get the same, as far as it can be told."""
    return len({each.group for each in found.interpretations if each.state != "untold"}) < 2


def as_meant(found: Understanding) -> bool:
    """No reader is known to get something else than was meant."""
    return all(each.state in ("as-meant", "untold") for each in found.interpretations)


def test_a_hash_is_cut_by_one_reader_and_kept_by_the_other() -> None:
    found = understand("A=1\nSMTP_PASS=pa#ss\n", "SMTP_PASS", ["npm-dotenv", "python-dotenv"])
    assert found is not None
    assert not agree(found)
    assert not as_meant(found)
    [altered] = found.altered
    assert (altered.reader, altered.state) == ("npm-dotenv", "altered")
    assert altered.alterations == ("cut-at-hash",)
    assert (found.line, found.columns) == (2, (11, 16))


def test_quotes_make_them_agree() -> None:
    found = understand("SMTP_PASS='pa#ss'\n", "SMTP_PASS", ["npm-dotenv", "python-dotenv", "bash"])
    assert found is not None
    assert agree(found)
    assert as_meant(found)


def test_docker_keeps_the_quotes() -> None:
    found = understand("SMTP_PASS='x'\n", "SMTP_PASS", ["docker", "compose"])
    assert found is not None
    assert [(r.reader, r.alterations) for r in found.altered] == [("docker", ("quotes-kept",))]


def test_a_file_that_one_reader_refuses_names_the_line_of_the_fault() -> None:
    text = "NAME=My App\nSMTP_PASS=secret\n"
    found = understand(text, "SMTP_PASS", ["laravel", "npm-dotenv"])
    assert found is not None
    [refused] = found.altered
    assert (refused.reader, refused.state) == ("laravel", "refused")
    assert (refused.faults, refused.faulty_line) == (("blank-in-value",), 1)


def test_a_shell_runs_what_follows_a_blank() -> None:
    found = understand("SMTP_PASS=abcd efgh\n", "SMTP_PASS", ["bash"])
    assert found is not None
    [lost] = found.altered
    assert (lost.state, lost.faults) == ("absent", ("runs-as-command",))


def test_a_dollar_is_expanded() -> None:
    found = understand("SMTP_PASS=pa$word\n", "SMTP_PASS", ["npm-dotenv", "npm-dotenv-expand"])
    assert found is not None
    assert [r.alterations for r in found.altered] == [("dollar-expanded",)]


def test_a_reference_was_meant_to_be_expanded() -> None:
    text = "KEY=abc\nSMTP_PASS=${KEY}\n"
    found = understand(text, "SMTP_PASS", ["npm-dotenv-expand", "python-dotenv", "compose"])
    assert found is not None
    assert as_meant(found)
    assert agree(found)


def test_readers_of_a_reference_that_only_some_expand_disagree() -> None:
    found = understand("SMTP_PASS=${KEY}\n", "SMTP_PASS", ["npm-dotenv", "compose"])
    assert found is not None
    assert not agree(found)


def test_a_comment_is_no_part_of_what_was_meant() -> None:
    found = understand("SMTP_PASS=abc # old\n", "SMTP_PASS", ["npm-dotenv", "decouple"])
    assert found is not None
    assert [r.reader for r in found.altered] == ["decouple"]


def test_a_value_over_lines_is_told_by_nobody_s_line() -> None:
    found = understand('KEY="a\nb"\n', "KEY", ["npm-dotenv", "python-dotenv"])
    assert found is not None
    assert found.meant is None
    assert agree(found)


def test_a_name_that_no_line_assigns() -> None:
    assert understand("A=1\n", "SMTP_PASS", ["npm-dotenv"]) is None


def test_the_place_of_a_value_is_the_user_s() -> None:
    text = '\ufeff# mail\r\nexport SMTP_PASS="a b" # c\r\n'
    entry = read("python-dotenv", text).entry("SMTP_PASS")
    assert entry is not None
    assert (entry.line, entry.columns, entry.quote) == (2, (18, 23), '"')
    assert entry.text.reveal()[17:22] == '"a b"'
    assert entry.alterations == ("quotes-stripped", "cut-at-hash")


def test_laravel_takes_words_for_other_things_than_texts() -> None:
    file = read("laravel", "A=null\nB=(true)\nC=empty\nD='\"x\"'\n")
    assert file.entries[0].untold == "null"
    values = [entry.value for entry in file.entries[1:]]
    assert [value.reveal() for value in values if value is not None] == ["true", "", "x"]
    assert [entry.alterations[-1] for entry in file.entries] == [
        *("cast", "cast", "cast"),
        "quotes-removed",
    ]
