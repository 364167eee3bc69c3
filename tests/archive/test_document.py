"""One file: front matter, dates, numbers, and all possible problems."""

from __future__ import annotations

import codecs
import time
from datetime import UTC, datetime, timedelta, timezone

import frontmatter
import pytest
from frontmatter.default_handlers import YAMLHandler
from hypothesis import given
from hypothesis import strategies as st

from archive import body, date, document, front, proof
from archive.document import Reading
from archive.issue import Issue

CUT = "http://example.org/the-"
BODY = "\n\nHello.\n\n\nNews\n====\n\nA post.\n<br>[http://example.org/a](http://example.org/a)\n"

HUGE = b"0x" + b"f" * 5000
"""A number that Python refuses to convert to digits."""
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b",".join([b"*%c" % (name - 1)] * 9)) for name in b"bcdefgh"
)
"""Nested lists: a few hundred bytes that would expand to gigabytes."""
MERGED = b"a0: &a0 {k: v}\n" + b"".join(
    b"a%d: &a%d {<<: [%s]}\n" % (level, level, b",".join([b"*a%d" % (level - 1)] * 9)) for level in range(1, 9)
)
"""Nested merged mappings: as many, if the parser allowed it."""


def issue(text: str, file: str = "2014-09-21-194.md") -> Issue:
    """Return the issue of a file."""
    reading = document.read(file, text.encode())
    assert reading.issue is not None, reading.problems
    return reading.issue


def problem(data: bytes, file: str = "issue.md") -> str:
    """Return the one problem of a file that is no issue."""
    reading = document.read(file, data)
    assert reading.issue is None
    (found,) = reading.problems
    assert found.lost
    assert found.file == file
    assert found.advice
    return found.message


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Issue \\#194\ndate: 2014-09-21T10:00:00+01:00\n---",
        '---\ntitle: "Issue #194"\nDate: "2014-09-21T10:00:00+01:00"\n---',
        '+++\ntitle = "Issue #194"\ndate = 2014-09-21T10:00:00+01:00\n+++',
        '{\n"title": "Issue #194",\n"date": "2014-09-21T10:00:00+01:00"\n}',
        '{\n"more": {\n"brackets": {}\n},\n"title": "Issue #194",\n"date": "2014-09-21T10:00:00+01:00"\n}',
        '{"title": "Issue #194", "date": "2014-09-21T10:00:00+01:00"}',
        "\ufeff---\r\ntitle: Issue \\#194\r\ndate: 2014-09-21T10:00:00+01:00\r\n---\r\n",
    ],
)
def test_front_matter_of_each_format(front: str) -> None:
    """YAML, TOML and JSON have the same result."""
    read = issue(front + BODY)
    assert (read.slug, read.title, read.number) == ("2014-09-21-194", "Issue #194", 194)
    assert read.published == datetime(2014, 9, 21, 10, tzinfo=timezone(timedelta(hours=1)))
    assert [section.heading for section in read.sections] == ["", "News"]


@pytest.mark.parametrize("above", ["<!-- a licence -->\n", "\n<!-- one\n- two -->\n<!-- three -->\n\n"])
@pytest.mark.parametrize(
    "front",
    ["---\ntitle: T\ndate: 2014-09-21\n---\n", '+++\ntitle = "T"\ndate = "2014-09-21"\n+++\n'],
)
def test_comments_may_stand_above_the_front_matter(above: str, front: str) -> None:
    """An editor's note or a licence takes neither the title nor the date; lines count from the file's first."""
    read = issue(above + front + BODY)
    assert (read.title, read.published.date().isoformat()) == ("T", "2014-09-21")
    assert read.sections[0].line == (above + front).count("\n") + issue(front + BODY).sections[0].line - front.count(
        "\n"
    )


def test_a_rule_below_a_comment_is_no_front_matter() -> None:
    """Words between two rules may look like a name and a value."""
    read = issue("<!-- 2014-09-21 -->\n---\nNews: a tool\n\n---\n\nText <https://example.org/1>.\n")
    assert any("News: a tool" in entry.text for _, entry in read.entries())


def test_lines_are_the_files_own() -> None:
    """Line numbers count from the file's first line, including front matter."""
    read = issue("---\ntitle: T\ndate: 2014-09-21\n---" + BODY)
    assert [entry.line for _, entry in read.entries()] == [6, 12]
    assert [section.line for section in read.sections] == [6, 9]
    for end in ("\r\n", "\r"):
        other = ("---\ntitle: T\ndate: 2014-09-21\ntags: []\n---" + BODY).replace("\n", end)
        assert [entry.line for _, entry in issue(other).entries()] == [7, 13]
    oneline = '{"title": "T", "date": "2014-09-21"}' + BODY
    assert [entry.line for _, entry in issue(oneline).entries()] == [3, 9]


def test_a_missing_end_is_reported_with_any_line_ends() -> None:
    """Front matter without an end is reported in the same way in a file with a mail's line ends."""
    assert "no end" in problem(b"---\r\ntitle: T\r\n\r\nWords.\r\n")


@pytest.mark.parametrize(
    ("given_date", "expected"),
    [
        ("2014-09-21", datetime(2014, 9, 21, tzinfo=UTC)),
        ("2014-09-21 10:30:00", datetime(2014, 9, 21, 10, 30, tzinfo=UTC)),
        ("'2014-09-21T10:30'", datetime(2014, 9, 21, 10, 30, tzinfo=UTC)),
        ("Sun, 21 Sep 2014 17:12:57 +0000", datetime(2014, 9, 21, 17, 12, 57, tzinfo=UTC)),
        ("21st September 2014", datetime(2014, 9, 21, tzinfo=UTC)),
        ("September 21, 2014", datetime(2014, 9, 21, tzinfo=UTC)),
        ("20140921", datetime(2014, 9, 21, tzinfo=UTC)),
        ("2014/9/21", datetime(2014, 9, 21, tzinfo=UTC)),
    ],
)
def test_dates_as_people_write_them(given_date: str, expected: datetime) -> None:
    """All forms mean the same day; without an offset it is UTC."""
    assert issue(f"---\ntitle: T\ndate: {given_date}\n---{BODY}", "x.md").published == expected


@pytest.mark.parametrize(
    ("title", "file"),
    [
        ("Issue 194 - 21st September 2014", "194.md"),
        ("Issue 194", "2014-09-21-194.md"),
        ("Issue 194", "20140921.markdown"),
    ],
)
def test_a_date_missing_from_the_front_matter(title: str, file: str) -> None:
    """The title's date, or the file name's, is used without a problem."""
    reading = document.read(file, f"---\ntitle: {title}\n---{BODY}".encode())
    assert reading.issue is not None
    assert reading.issue.published == datetime(2014, 9, 21, tzinfo=UTC)
    assert reading.problems == ()


def test_an_invalid_date_is_reported() -> None:
    """The file name's date is used, and the problem says so; nothing is lost."""
    (found,) = document.read("2014-09-21.md", f"---\ntitle: T\ndate: soon\n---{BODY}".encode()).problems
    assert "'soon'" in found.message
    assert not found.lost


@pytest.mark.parametrize("zone", ["IST", "BST", "PT", "AEST"])
@pytest.mark.parametrize("form", ["2026-12-01 09:00 {}", "Tue, 01 Dec 2026 09:00:00 {}", "Dec 1, 2026 9 AM ({})"])
def test_a_zone_of_several_meanings_is_said(form: str, zone: str) -> None:
    """Its time is taken for UTC, and `check` names it; an offset, or a zone that is known, is no problem."""
    for said, problems in ((form.format(zone), 1), (form.format("EST"), 0), (form.format("UTC"), 0)):
        reading = document.read("x.md", f'---\ntitle: T\ndate: "{said}"\n---{BODY}'.encode())
        assert reading.issue is not None
        assert len(reading.problems) == problems
        assert not problems or f"which time {zone} is" in reading.problems[0].message


@pytest.mark.parametrize(
    ("front", "file", "number"),
    [
        ("title: 'Weekly #12 of 2014'", "2014-01-01.md", 12),
        ("title: Weekly issue no. 12", "2014-01-01.md", 12),
        ("title: Weekly\nnumber: 12", "2014-01-01.md", 12),
        ("title: Weekly\nissue: '#12'", "2014-01-01.md", 12),
        ("title: Weekly", "2014-01-01-12.md", 12),
        ("title: Weekly", "weekly-2014-01-01.md", None),
    ],
)
def test_numbers(front: str, file: str, number: int | None) -> None:
    """The number is a label: from the front matter, the title, or the end of the file name."""
    assert issue(f"---\n{front}\ndate: 2014-01-01\n---{BODY}", file).number == number


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"---\ntitle: a: b\n---\nx", "front matter cannot be read"),
        (b"+++\ntitle = \n+++\nx", "front matter cannot be read"),
        (b'{\n"title": \n}\nx', "front matter cannot be read"),
        (b'{"title":\n\nx', "front matter cannot be read"),
        (b"{'title': 'T'}\n\nx", "front matter cannot be read"),
        (b'{"title": "T",}\n\nx', "front matter cannot be read"),
        (b"---\ntitle: a\nx", "has no end"),
        (b"---\n- a\n- b\n---\nx", "no list of names"),
        (b"---\ntitle: " + b"[" * 5000 + b"\n---\nx", "too large"),
        (b"---\ntitle:\n " + b"- " * 30_000 + b"x\n---\nx", "too large"),
        (b"---\n" + b"? " * 30_000 + b"x\n---\nx", "too large"),
        (b"---\n" + MERGED + b"---\nx", "merges far too many"),
        (b"---\na: &a {b: c}\nd: {<<: [" + b"*a," * 101 + b"*a]}\n---\nx", "merges far too many"),
        (b"---\n" + b"a: b\n" * 20_000 + b"---\nx", "too large"),
        (b'{\n"a": ' + b"[" * 5000 + b"\n}\nx", "too large"),
        (b"---\ntitle: x\ndate: 2014-13-45\n---\nx", "month must be"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary"),
        (b"\xff\xfea", "UTF-16"),
        (b"\xff\xfe\0\0a", "UTF-32"),
        (b"---\ntitle: \x81\n---\nx", "neither UTF-8"),
        (b"a" * (document.FILE_MAX_BYTES + 1), "5 MB"),
    ],
)
def test_a_broken_file_is_reported(data: bytes, message: str) -> None:
    """A broken file has one problem that says what is wrong and what to do."""
    assert message in problem(data)


@pytest.mark.parametrize(
    ("matter", "shown"),
    [
        (b"date: " + HUGE, "'0xffff"),
        (b"date: 0001-01-01T00:00:00+14:00", "'0001-01-01T00:00:00+14:00'"),
        (b"date: 9999-12-31", "'9999-12-31'"),
        (BOMB + b"date: *h", "'list …'"),
        (b"date: [1, 2]", "'list …'"),
    ],
)
def test_an_unreadable_date_is_reported_and_guessed(matter: bytes, shown: str) -> None:
    """An issue is never refused for its date: it gets a guess, with a problem, and nothing is lost."""
    reading = document.read("notes.md", b"---\ntitle: T\n" + matter + b"\n---\nHello")
    assert reading.issue is not None
    assert reading.issue.date_guessed
    assert [(shown in found.message, found.lost) for found in reading.problems] == [(True, False), (False, False)]


def test_an_issue_without_a_date_has_a_guess() -> None:
    """Neither front matter nor a date is needed; the guess is flagged and reported."""
    for text in (b"just words", b"---\ntitle: x\n---\nx"):
        reading = document.read("notes.md", text)
        assert reading.issue is not None
        assert reading.issue.date_guessed
        assert [(found.message, found.lost) for found in reading.problems] == [
            ("its date is a guess, since it says none", False)
        ]
    assert not issue("---\ntitle: x\ndate: 2014-01-01\n---\nx").date_guessed


def test_an_empty_file_is_reported_and_no_issue() -> None:
    """An empty file is no issue, and no loss."""
    reading = document.read("notes.md", b"\n")
    assert reading.issue is None
    assert [(found.message, found.lost) for found in reading.problems] == [("it is empty", False)]


@pytest.mark.parametrize(
    ("text", "file", "title", "day", "number"),
    [
        ("# Notes 7 (4 March 2025)\n\nHello", "weekly/7.md", "Notes 7 (4 March 2025)", "2025-03-04", 7),
        ("2025.03.04 - Tides\n=======\n\nHello", "notes/0304.md", "2025.03.04 - Tides", "2025-03-04", None),
        ("# What is new\n\nHello", "120-2025-mar-04.md", "What is new", "2025-03-04", 120),
        ("Hello", "2025/03/04/index.md", "04", "2025-03-04", None),
        ("Hello", "archive/2025-03-04-harbour-12.md", "2025-03-04-harbour-12", "2025-03-04", 12),
        (
            "# 港口周刊（第 7 期）：潮汐 2025年3月4日\n\n你好",
            "a.md",
            "港口周刊（第 7 期）：潮汐 2025年3月4日",
            "2025-03-04",
            7,
        ),
        ("# Hafenblatt, 4. März 2025\n\nHallo", "a.md", "Hafenblatt, 4. März 2025", "2025-03-04", None),
        ("# Le port du 4 mars 2025\n\nAllô", "a.md", "Le port du 4 mars 2025", "2025-03-04", None),
        ("# El puerto, 4 de marzo de 2025\n\nHola", "a.md", "El puerto, 4 de marzo de 2025", "2025-03-04", None),
        ("Title: Notes 7\nNumber: 7\nDate: 2025-03-04\n\nHello", "a.md", "Notes 7", "2025-03-04", 7),
    ],
)
def test_issues_without_front_matter(text: str, file: str, title: str, day: str, number: int | None) -> None:
    """Title, date and number come from the first heading and the path; neither is posted as text."""
    read = issue(text, file)
    assert (read.title, read.published.date().isoformat(), read.number) == (title, day, number)
    assert not read.date_guessed
    assert [(section.heading, len(section.entries)) for section in read.sections] == [("", 1)]
    assert proof.prove(document.read(file, text.encode()), text.encode()) == ()


def test_a_title_said_twice_is_no_section() -> None:
    """A first heading that repeats the front matter's title is left out; another one is a section."""
    matter = "---\ntitle: Harbour Notes\ndate: 2025-03-04\n---\n\n"
    assert [s.heading for s in issue(f"{matter}# Harbour Notes\n\nHello").sections] == [""]
    assert [s.heading for s in issue(f"{matter}# Reading\n\nHello").sections] == ["Reading"]


def test_pages_beside_the_issues_are_neither_issues_nor_losses() -> None:
    """README and the like are skipped silently, unless their front matter makes them an issue."""
    for name in ("README.md", "docs/CONTRIBUTING.md", "index.md", "LICENSE.txt"):
        assert document.read(name, b"# Words\n\nThe guide of 2024-01-01.") == Reading(name, None)
    assert issue("---\ntitle: T\ndate: 2014-01-01\n---\nx", "431/README.md").slug == "431"


def test_scalars_are_kept_as_they_are_written() -> None:
    """YAML's octal numbers, clock times and booleans are words in a title, and a number keeps its value."""
    for value in ("0123", "12:30", "yes", "1e3"):
        assert issue(f"---\ntitle: {value}\ndate: 2014-01-01\n---\nx").title == value
    assert issue("---\ntitle: T\nnumber: 0123\ndate: 2014-01-01\n---\nx").number == 123


def test_other_encodings_are_read_and_reported() -> None:
    """Windows-1252 is read, with the line of its first odd byte; UTF-16 and UTF-32 with a byte order mark are read."""
    text = "---\ntitle: T\ndate: 2014-01-01\n---\n\nCafé £5\n"
    reading = document.read("x.md", text.encode("cp1252"))
    assert reading.issue is not None
    assert [entry.text for _, entry in reading.issue.entries()] == ["Café £5"]
    assert [(found.line, found.lost) for found in reading.problems] == [(6, False)]
    for encoding in ("utf-16", "utf-32"):
        assert document.read("x.md", text.encode(encoding)).issue == document.read("x.md", text.encode()).issue
    marked = codecs.BOM_UTF32_BE + text.encode("utf-32-be")
    assert document.read("x.md", marked).issue == document.read("x.md", text.encode()).issue


def test_the_odd_byte_s_line_is_the_files_own() -> None:
    """The line of the first byte that is not UTF-8 is counted with any line ends."""
    for end in (b"\n", b"\r\n", b"\r"):
        text = b"---\ntitle: T\ndate: 2014-01-01\n---\n\nCaf\xe9\n".replace(b"\n", end)
        assert [found.line for found in document.read("x.md", text).problems] == [6]


def test_a_lone_surrogate_in_json_is_replaced() -> None:
    """A lone surrogate, which no file or database can hold, is replaced by a mark."""
    assert issue('{"title": "A \\ud800 title", "date": "2014-01-01"}\nHello').title == "A ? title"


def test_text_in_brackets_is_no_front_matter() -> None:
    """A file may begin with a bracket and have no front matter."""
    for text in ("{{ template }} words", "{: .class}", '{"quoted"} words', "{} words"):
        assert not any("front matter" in found.message for found in document.read("x.md", text.encode()).problems)


def test_text_files_without_front_matter_are_not_issues() -> None:
    """A .txt that does not begin with front matter is skipped silently; one that does is an issue."""
    assert document.read("robots.txt", b"Disallow: /") == Reading("robots.txt", None)
    assert document.read("a.txt", b"---\ntitle: T\ndate: 2014-01-01\n---\nHello").issue is not None


def test_small_problems_are_reported_and_nothing_is_lost() -> None:
    """A missing title or text is a problem that loses nothing."""
    reading = document.read("2014-01-01.md", b"---\ndate: 2014-01-01\n---\n")
    assert reading.issue is not None
    assert reading.issue.title == "2014-01-01"
    assert [found.lost for found in reading.problems] == [False, False]


def test_empty_front_matter_leaves_the_file_name() -> None:
    """Empty front matter is no problem."""
    assert issue("---\n---\nHello", "2014-01-01.md").published == datetime(2014, 1, 1, tzinfo=UTC)


def test_incomplete_addresses_are_reported() -> None:
    """An address cut by a line's end and one without a site are reported with their lines; nothing is lost."""
    text = f"---\ntitle: T\ndate: 2014-01-01\n---\n\n[{CUT}]({CUT})\nrest-of-it\n\n\nSee https://http//example.org\n"
    problems = document.read("x.md", text.encode()).problems
    assert [(found.line, found.lost) for found in problems] == [(6, False), (10, False)]
    plain = "---\ntitle: T\ndate: 2014-01-01\n---\n\nAn aside (of mine)\nrest-of-it\n\n[a](b )\nrest-of-it\n"
    assert document.read("x.md", plain.encode()).problems == ()


def test_a_broken_file_proves_nothing() -> None:
    """Its problem says what was lost; a good file is checked against its bytes, including front matter."""
    broken, good = b"just words", f"---\ntitle: T\ndate: 2014-01-01\n---{BODY}".encode()
    assert proof.prove(document.read("x.md", broken), broken) == ()
    assert proof.prove(document.read("x.md", good), good) == ()
    assert proof.count(issue(good.decode())) == proof.Count(1, 1, 2, 2, 1, 4)


@given(
    st.from_regex(r"\A[A-Za-z][A-Za-z0-9 \\#,.'\"!&*?|>%@`\[\]{}~-]{0,30}\Z"),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))])),
)
def test_the_fast_path_for_two_lines_agrees_with_yaml(title: str, published: datetime) -> None:
    """What is read without the parser has the parser's values, and the body begins in the same line."""
    text = f"---\ntitle: {title}\ndate: {published.replace(microsecond=0).isoformat()}\n---\n\n\nHello.\n"
    swift = front._plain_parts(text)
    if swift is not None:
        metadata, content = frontmatter.parse(text, handler=YAMLHandler())
        assert swift == (metadata, content, 7)
    elif title.replace(" ", "").isalpha():
        assert title.strip().lower() in front._YAML_WORDS


def test_an_impossible_date_is_left_to_the_parser() -> None:
    """Front matter in the newsletter's shape with an impossible day is read by the parser, which reports it."""
    assert "front matter" in problem(b"---\ntitle: T\ndate: 2014-02-31T00:00:00+00:00\n---\nHello")


def test_values_without_text_are_ignored() -> None:
    """A title or number that is a list of gigabytes is ignored."""
    reading = document.read("2014-01-01-7.md", b"---\n" + BOMB + b"title: *h\nnumber: *h\ndate: *h\n---\nHello")
    assert reading.issue is not None
    assert (reading.issue.title, reading.issue.number) == ("2014-01-01-7", 7)
    assert [found.message.partition(";")[0] for found in reading.problems] == [
        "it has no title",
        "its date 'list …' is none",
    ]


ODD = st.sampled_from(
    """.nan|.inf|-.inf|1e400|0|-1|true|~|2014-01-01|0001-01-01|9999-12-31|2014-02-30|0001-01-01T00:00:00+14:00
    9999-12-31T23:59:59-14:00|2014-01-01T00:00:00+99:99|2014-01-01 00:00:00.5 -0:30|12:30:45|!!binary aGVsbG8=
    !!binary "*"|!!set {a, b}|!!omap [a: 1]|!!pairs [a: 1]|!!timestamp x|!!int x|!!float x|!!null x|!!str 5|!x y
    !!python/object:os.system x|&a [*a]|&b {c: *b}|{? [a] : b}|{? {a: b} : c}|[[[[]]]]|{a: {b: {c: []}}}|"\\ud800"
    "\\0"|'#1'|"\\x1b[31m"|{<<: {a: b}}|{<<: x}|{<<: [x]}|*nowhere|=|<<|1_000|0b1|0o7|0xffffffffffffffffff|1:1:1
    """.strip()
    .replace("\n", "|")
    .split("|")
).map(str.strip) | st.integers(0, 30_000).map(lambda bits: hex(2**bits))
NESTED = st.recursive(ODD, lambda odd: st.lists(odd, max_size=3).map(lambda some: f"[{', '.join(some)}]"))
NAMES = st.sampled_from(
    ["title", "date", "number", "issue", "published", "? [a]\n", "2014", ".nan", "~", "2014-01-01", "<<", HUGE.decode()]
)


@given(st.lists(st.tuples(NAMES, NESTED), max_size=6))
def test_any_value_is_read_without_an_error(pairs: list[tuple[str, str]]) -> None:
    """Any YAML value gives an issue whose date can be shown in any zone, or a problem."""
    matter = "\n".join(f"{name}: {value}" for name, value in pairs)
    reading = document.read("2014-01-01.md", f"---\n{matter}\n---\nHello".encode())
    assert not any("fault of the reader" in found.advice for found in reading.problems)
    if reading.issue is not None:
        for hours in (-14, 14):
            assert reading.issue.published.astimezone(timezone(timedelta(hours=hours))) == reading.issue.published


def test_an_error_in_the_reader_is_one_file_s_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error is reported for the file that caused it, and the others load."""

    def fail(content: str, line: int) -> None:
        raise RecursionError(content, line)

    monkeypatch.setattr(body, "parse", fail)
    assert "RecursionError" in problem(b"---\ntitle: T\ndate: 2014-01-01\n---\nHello")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    """Any bytes give an issue or a problem."""
    reading = document.read("2014-01-01.md", data)
    assert reading.issue is not None or reading.problems


@given(st.text(max_size=200))
def test_any_front_matter_is_read_without_an_error(text: str) -> None:
    """Any text between the marks gives an issue or a problem."""
    for mark in ("---", "+++"):
        reading = document.read("2014-01-01.md", f"{mark}\n{text}\n{mark}\nHello".encode("utf-8", "replace"))
        assert reading.issue is not None or reading.problems


@given(
    st.one_of(st.integers(), st.floats(), st.text(max_size=30), st.dates(), st.datetimes(), st.booleans(), st.none())
)
def test_any_value_is_a_date_with_an_offset_or_none(value: object) -> None:
    """Any value of a date gives a moment with an offset, or none."""
    moment = date.moment(value)
    assert moment is None or moment.tzinfo is not None


def test_days_that_no_calendar_has() -> None:
    """An impossible day is skipped for a possible one."""
    assert date.written("31 February 2014 or 2014-02-28") == datetime(2014, 2, 28, tzinfo=UTC)
    assert date.written("2014-13-45") is None
    assert date.moment("Sun, 41 Sep 2014 17:12:57") is None


def test_doubtful_addresses_are_named_with_their_lines() -> None:
    """Each address without a site is reported with its line, several in one line as well."""
    text = "---\ntitle: T\ndate: 2024-01-01\n---\n\n[a](http://a_b) [c](http://c_d)\n\nwords\n\n[e](http://e_f)\n"
    noted = [(each.line, each.message.rpartition("//")[2]) for each in document.read("a.md", text.encode()).problems]
    assert noted == [(6, "a_b"), (6, "c_d"), (10, "e_f")]


def test_many_doubtful_addresses_take_linear_time() -> None:
    """Four times the text takes about four times as long, however many of its addresses have no site."""

    def seconds(count: int) -> float:
        data = b"---\ntitle: T\ndate: 2024-01-01\n---\n" + b"[http://a_b](http://a_b) " * count
        began = time.thread_time()
        document.read("a.md", data)
        return time.thread_time() - began

    short, long = (min(seconds(count) for _ in range(3)) for count in (2_000, 8_000))
    assert long < 8 * short
