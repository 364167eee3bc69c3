"""Text that no reader of the rendered page sees is in no entry, answer or search; all other text is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import document, proof
from archive.export import rows
from archive.hidden import visible
from archive.issue import Issue
from playground.demo.held_back import SAMPLE
from tests.fakes.examples import examples

_HEAD = "---\ntitle: T\ndate: 2020-01-01\n---\n\n"
_PAIRS = (
    "Hello.\n\n\nNews\n====\n\nOne of them.\n<https://example.org/1>\n\n\nTwo,\n\nin two.\n<https://example.org/2>\n"
)
_SINGLE = "Hello.\n\n## News\n\n- [One](https://example.org/1)\n- [Two](https://example.org/2)\n\n## Tools\n\nThree <https://example.org/3>\n"
_SECRET = "### Heading\n\nA rumour, [here](https://secret.example/x) and https://secret.example/y\n===\n- item"


def _issue(body: str) -> Issue:
    """Read an issue and check that nothing of it is lost."""
    data = (_HEAD + body).encode()
    reading = document.read("a.md", data)
    assert reading.issue is not None
    assert proof.prove(reading, data) == ()
    return reading.issue


def _content(body: str) -> tuple[object, ...]:
    """Read an issue; return all of it but the line numbers."""
    issue = _issue(body)
    return (*((section.heading, section.kind) for section in issue.sections), *rows(issue))


@pytest.mark.parametrize("body", [_PAIRS, _SINGLE])
@pytest.mark.parametrize(
    "comment",
    [
        f"<!-- {_SECRET} -->",
        f"<!--\n{_SECRET}\n-->",
        "<!-->",
        "<!--->",
        f"<!-- {_SECRET} --!>",
        "[//]: # (A rumour, https://secret.example/x)",
        '[//]: # "A rumour"',
        "[//]: # 'A rumour'",
        "[//]: <> (A rumour)",
        "[comment]: # (A rumour\nthat goes on https://secret.example/x)",
        "[comment]: <> (A rumour)",
        "[]: # (A rumour)",
        "[//]: #\n(A rumour)",
        "[note to myself]: # (A rumour)",
        f"<script>\n{_SECRET}\n\n</script>",
        '<script async src="https://secret.example/x.js"></script>',
        "<style>\n\np { color: red }\n</STYLE>",
        f"<template>{_SECRET}</template>",
        "<!DOCTYPE html>",
        "<?php echo 1; ?>",
        f"{{% comment %}}\n{_SECRET}\n{{% endcomment %}}",
        f"{{::comment}}\n{_SECRET}\n{{:/comment}}",
        f"{{{{/* {_SECRET} */}}}}",
        f"<div hidden>\n{_SECRET}\n\n</div>",
        f"<DIV class='a > b' HIDDEN=''>\n\n<div>{_SECRET}</div>\n\n{_SECRET}</DIV>",
        "<span hidden>A <span>rumour</span> https://secret.example/x</span>",
        f"<p style='display: none'>{_SECRET}</p>",
        f'<div style="color:red; DISPLAY :none">\n{_SECRET}\n</div>',
        f"<section style=visibility:hidden>{_SECRET}\n\n</section>",
        f"<div hidden>\n\n```html\n</div>\n```\n\n`</div>` {_SECRET}\n\n</div>",
        f"<noscript>{_SECRET}</noscript>",
        '<input type="hidden" value="https://secret.example/x">',
        "<img hidden src='https://secret.example/x'>",
        "<svg viewBox='0 0 1 1'><title>A rumour</title><desc>https://secret.example/x</desc></svg>",
        "%% A rumour https://secret.example/x %%",
        f"%%\n{_SECRET}\n\n{_SECRET}\n%%",
        "%%\nA rumour\n\nthat is 100%% sure https://secret.example/x\n%%",
        f"{{/* {_SECRET} */}}",
        f"{{# {_SECRET} #}}",
        f"{{# {{{{ user }}}} {_SECRET} #}}",
        f'{{% comment "note" %}}\n{_SECRET}\n{{% endcomment %}}',
        f"{{>>{_SECRET}<<}}",
    ],
)
def test_a_comment_changes_nothing_at_any_place(body: str, comment: str) -> None:
    """On lines of its own, at a line's end, with blank lines around: the issue is the same without it."""
    plain = _content(body)
    blocks = body.split("\n\n")
    for at in range(len(blocks)):
        assert _content("\n\n".join([*blocks[:at], comment, *blocks[at:]])) == plain
    if comment[0] == "<" or comment[:2] in ("{/", "{#", "{>") or comment.startswith("%% "):
        assert _content(body.replace("Hello.", f"Hello. {comment}")) == plain
        assert _content(body.replace("Hello.", f"Hel{comment}lo.")) == plain
    assert "secret" not in repr(plain)


@pytest.mark.parametrize(
    "shown",
    [
        "Write `<!-- like this -->` to hide.",
        "Write ``<!-- ` -->`` to hide.",
        "```html\n<!-- a comment -->\n```",
        "~~~\n[//]: # (a comment)\n~~~",
        "- An item\n  ```\n  <!-- a comment -->\n  ```",
        "Code:\n\n    <!-- a comment -->",
        "It is \\<!-- no comment -->.",
        "The <script> tag runs code.",
        "The <noscript> tag is for those without.",
        "Write `<div hidden>`, `%%x%%`, `{# x #}` and `{>>x<<}` to hide.",
        "```\n<p hidden>x</p>\n%% x %%\n```",
        "It is \\<div hidden> and \\{# no comment #}.",
        "A lone %% is no comment.",
        "Some 100%% of it, and 50%% of that.",
        "%% A lone one.\n\nAnd 100%% of it.",
        "<https://example.org/?id=%%ID%%>",
        "## A heading {#with-a-name}\n\n## Another {#of-its-own .class}",
        '<div class="hidden" title="hidden" data-hidden>Seen.</div>',
        '<input type="text">',
        "<b>a</b> < hidden > c",
        "See [1].\n\n[1]: https://example.org/one",
    ],
)
def test_code_and_text_are_seen(shown: str) -> None:
    """Text that looks like a comment and is shown by a page stays as it is."""
    assert visible(shown).text == shown
    assert visible(shown).hidden == ()


def test_lines_are_those_of_the_file() -> None:
    """Sections, entries and problems below a comment have their lines in the file."""
    issue = _issue("<!-- one\ntwo -->\n\nNews\n====\n\n<!-- x -->\nA post.\n<https://example.org/a>\n")
    (section,) = issue.sections
    assert (section.line, section.entries[0].line) == (9, 13)


def test_an_unclosed_comment_hides_the_rest_and_is_reported() -> None:
    """As in a browser, a comment on its own line ends with the file; within a paragraph it ends with that."""
    body = "Hello <https://example.org/1>.\n\n<!-- never closed\n\n## News\n\nA rumour <https://secret.example/x>\n"
    reading = document.read("a.md", (_HEAD + body).encode())
    assert reading.issue is not None
    assert [link.url for _, entry in reading.issue.entries() for link in entry.links] == ["https://example.org/1"]
    assert reading.problems[0].line == 8
    assert "never closed" in reading.problems[0].message
    assert _content("Hello. <!-- paid\nhttps://secret.example/x\n\nMore <https://example.org/1>.") == _content(
        "Hello.\n\nMore <https://example.org/1>."
    )


@pytest.mark.parametrize("opened", ["<!-- to do", "{::comment}", "<script>", "{% comment %}"])
def test_what_hides_every_link_and_never_ends_breaks_the_file(opened: str) -> None:
    """Nobody would post a digest without links; it is named like any file that cannot be read, and said to people."""
    reading = document.read("a.md", f"{_HEAD}Hello.\n\n{opened}\n\nA tool <https://example.org/x>\n".encode())
    if reading.issue is not None:  # it hides nothing where it is never closed
        assert any(entry.links for _, entry in reading.issue.entries())
        return
    (problem,) = reading.problems
    assert problem.lost
    assert problem.line == 8
    assert "never closed and hides every link" in problem.message


def test_a_comment_that_is_never_closed_below_a_letter_without_links_hides_none() -> None:
    """An issue may have no links at all."""
    reading = document.read("a.md", f"{_HEAD}A letter.\n\n<!-- to do\n\nMore words.\n".encode())
    assert reading.issue is not None
    assert "never closed" in reading.problems[0].message


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("A <span hidden>b\n\nSeen.\n", "A\n\nSeen.\n"),
        ("<p hidden>b\n\nSeen.\n", "\nSeen.\n"),
        ("Seen.\n\n<div hidden>\n\nb\n\n<div>c</div>\n", "Seen.\n"),
    ],
)
def test_an_unclosed_element_is_like_a_comment(text: str, seen: str) -> None:
    """It hides the rest of its paragraph, or of the file on a line of its own, unless HTML closes it by itself."""
    found = visible(text)
    assert found.text.rstrip("\n") == seen.rstrip("\n")
    assert not found.hidden[0].closed
    assert proof.prove(document.read("a.md", (_HEAD + text).encode()), (_HEAD + text).encode()) == ()


@pytest.mark.parametrize(
    ("title", "seen"),
    [
        ("T <!-- a rumour -->", "T"),
        ("T <!-- a rumour --> of U", "T of U"),
        ("T %% a rumour %%", "T"),
        ("T {>>a rumour<<}", "T"),
        ("The <template> element", "The <template> element"),
        ("100%% of it", "100%% of it"),
    ],
)
def test_a_title_holds_nothing_hidden(title: str, seen: str) -> None:
    """Text that the front matter's title hides is not in the issue's title."""
    text = f'---\ntitle: "{title}"\ndate: 2020-01-01\n---\n\nA post.\n'
    issue = document.read("a.md", text.encode()).issue
    assert issue is not None
    assert issue.title == seen


def test_an_unclosed_comment_does_not_end_with_a_later_one() -> None:
    """The end of a later comment does not end one that was never closed."""
    assert visible("A <!-- b\n\nSeen.\n\n<!-- c -->\n").text == "A\n\nSeen.\n"


def test_hidden_links_are_counted_once() -> None:
    """Every link is in exactly one place: in the issue, or hidden."""
    data = (_HEAD + _PAIRS + f"\n<!-- {_SECRET} -->\n").encode()
    reading = document.read("a.md", data)
    assert reading.issue is not None
    assert proof.hidden_links(reading) == 2
    assert proof.count(reading.issue).links == 2


def test_the_proof_does_not_rely_on_the_reader() -> None:
    """Hidden text that readers see counts as lost."""
    data = (_HEAD + "Hello <https://example.org/1>.\n").encode()
    reading = document.read("a.md", data)
    wrong = visible("<!-- x --> y").hidden[0]
    lying = document.Reading("a.md", reading.issue, hidden=(wrong,))
    assert proof.prove(lying, data)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("<!-- ", " -->"),
        ("<div hidden>", "</div>"),
        ("<p style='display:none'>", "</p>"),
        ("<noscript>", "</noscript>"),
        ("<svg>", "</svg>"),
        ("%% ", "\n%%"),
        ("{/* ", " */}"),
        ("{# {", "} #}"),
        ("{>>", "<<}"),
        ('{% comment "x" %}', "{% endcomment %}"),
    ],
)
@settings(max_examples=examples(30), deadline=None)
@given(data=st.data())
def test_any_text_in_a_comment_changes_nothing_of_an_issue(data: st.DataObject, begin: str, end: str) -> None:
    """Between any two lines of the sample, with any content except marks of its own kind."""
    file = data.draw(st.sampled_from(sorted(Path(SAMPLE).glob("*.md"))))
    text = file.read_text("utf-8").replace("\r\n", "\n")
    head, _, body = text.partition("\n---\n")
    inside = data.draw(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\0`~#%*</<")).filter(lambda t: "--" not in t)
    )
    comment = f"{begin}{inside}{end}"
    lines = body.split("\n")
    # Between blank lines it is a block with blank lines around, which count once: another test checks that.
    places = [at for at in range(1, len(lines)) if lines[at].strip() or lines[at - 1].strip()]
    at = data.draw(st.sampled_from(places))
    commented = f"{head}\n---\n" + "\n".join([*lines[:at], comment, *lines[at:]])
    plain, found = (document.read(file.name, one.encode()) for one in (text, commented))
    assert plain.issue is not None
    assert found.issue is not None
    assert list(rows(found.issue)) == list(rows(plain.issue))
    assert proof.prove(found, commented.encode()) == ()


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 125_000,
        "x <!-- " * 70_000,
        "x <!--\n\n" * 60_000,
        "x <!--\n\n" * 60_000 + "-->",
        "<!a" * 160_000,
        "`" * 500_000,
        "".join("`" * (run % 300 + 1) + " " for run in range(3_300)),
        "<script>" * 60_000,
        "x <script>\n\n" * 40_000,
        "[//]: # (\n" * 50_000,
        "[" * 500_000 + "]:",
        "- " * 250_000 + "<!",
        "{% comment %}" * 40_000,
        "<div hidden>" * 40_000,
        "x <div hidden>\n\n" * 30_000,
        "hidden <a '" * 45_000,
        "%%" * 250_000,
        "%%\n\n" * 125_000,
        "x %% " * 100_000,
        "{#" * 250_000,
        "{>>" * 160_000,
    ],
)
def test_time_goes_with_size(text: str) -> None:
    """Half a megabyte of any kind takes a moment; quadratic time would take minutes."""
    began = time.perf_counter()
    visible(text)
    assert time.perf_counter() - began < 20


def test_what_no_reader_sees_is_counted_on_the_page_that_is_compared() -> None:
    """A fence that is never closed hides nothing: a picture and a definition below it count."""
    data = f"{_HEAD}Some words.\n\n```\n\n![A knot](https://example.org/knot.png)\n\n[unused]: https://example.org/u\n"
    proved = proof.examine(document.read("a.md", data.encode()), data.encode())
    assert (proved.losses, proved.unseen.pictures, proved.unseen.definitions) == ((), 1, 1)
