"""Plain text out of marked-up lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.markup import is_plain, plain


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (r"ISSUE \#435", "ISSUE #435"),
        ("a *profitable*, **very** _good_ `thing`", "a profitable, very good thing"),
        ("snake_case and __init__ and bullsh*t and 2 * 3 * 4", "snake_case and init and bullsh*t and 2 * 3 * 4"),
        ("<3s and < 1 second and <your-name> and <b>bold</b>", "<3s and < 1 second and <your-name> and bold"),
        ("Q&amp;A &lt;br&gt; AT&T &copy 2014", "Q&A <br> AT&T &copy 2014"),
        ("a\u200bb\xa0 c\td", "a b c d"),
        (
            "a [tool](http://example.org/a_b_c) and http://example.org/_x_/ too",
            "a tool and http://example.org/_x_/ too",
        ),
        ("write [us](mailto:a@example.org)", "write us (mailto:a@example.org)"),
        ("[the page](http://example.org/ 'its title')", "the page (its title)"),
        ("**[Title](http://example.org/)**", "Title"),
        ('<a href="x.html">the file</a>', "(x.html) the file"),
        ("A tool.", "A tool."),
        ("", ""),
    ],
)
def test_plain_text(line: str, text: str) -> None:
    """Marks, tags, escapes and entities are removed; text that only looks like them stays."""
    assert plain(line)[0] == text


@given(st.text(alphabet="ab w.WX:/_*[]()<>&;\\`é’\u200b\t\x00", max_size=40))
def test_a_line_taken_for_plain_is_plain(line: str) -> None:
    """The quick test never takes a line for plain that is not."""
    if is_plain(line):
        assert plain(f"{line} \\#") == (f"{line.strip()} #".strip(), [])
