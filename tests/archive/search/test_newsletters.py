"""`from:` narrows a search to newsletters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.joining import qualified
from archive.search.index import Index
from archive.search.result import Grade
from tests.archive.search.newsletter import ARCHIVE, issue

SEVERAL = Index.of(
    [
        qualified("bread-weekly", issue(1, "Sourdough by moonlight. <https://bread.example/1>")),
        qualified("bread-weekly", issue(2, "Rye, and ovens.")),
        qualified("tides", issue(1, "Moonlight over the harbour. <https://tides.example/1>")),
        qualified("tides", issue(3, "Lighthouses.")),
        qualified("tidy-homes", issue(1, "Shelves in moonlight. <https://homes.example/1>")),
    ]
)
ALL = {"bread-weekly/2019-01-13-1", "tides/2019-01-13-1", "tidy-homes/2019-01-13-1"}


def found(query: str, index: Index = SEVERAL) -> set[str]:
    """Return the slugs of what a query finds."""
    return {result.issue.slug for result in index.search(query).results}


@pytest.mark.parametrize(
    "named",
    ["bread-weekly", "Bread-Weekly", "bread_weekly", '"Bread Weekly"', "breadweekly", "bread-weekly,bread-weekly"],
)
def test_a_newsletter_is_named_by_its_slug_however_it_is_written(named: str) -> None:
    """Capitals and what stands between its words say nothing, and nothing has to be said of them."""
    answer = SEVERAL.search(f"moonlight from:{named}")
    assert [result.issue.newsletter for result in answer.results] == ["bread-weekly"]
    assert (answer.grade, answer.problems) == (Grade.STRONG, ())


def test_several_may_be_named() -> None:
    """Joined by commas or one by one; links of any of them come."""
    both = {"bread-weekly/2019-01-13-1", "tides/2019-01-13-1"}
    assert found("moonlight from:bread-weekly,tides") == both
    assert found("moonlight from:bread-weekly from:tides") == both


def test_a_newsletter_is_named_by_its_name_as_well() -> None:
    """A name that two have stands for neither."""
    letter = issue(1, "Moonlight. <https://bread.example/1>")
    some = Index.of(qualified(slug, letter, name) for slug, name in (("b", "Crumb"), ("t", "Sea"), ("u", "Sea")))
    assert some.search('moonlight from:"crumb"').results[0].issue.newsletter == "b"
    assert some.newsletters.names == {"b": "Crumb", "t": "Sea", "u": "Sea"}
    assert (some.newsletters.meant("sea"), some.newsletters.called("sea")) == ("", "")


@pytest.mark.parametrize("typed", ["bred-weekly", "braed-wekly", "bread", "b"])
def test_a_name_that_is_misspelt_or_only_begun_is_corrected_and_said(typed: str) -> None:
    """It differs by no more than a misspelt word may, and only one newsletter can be meant."""
    answer = SEVERAL.search(f"moonlight from:{typed}")
    assert [result.issue.newsletter for result in answer.results] == ["bread-weekly"]
    assert answer.problems == (f"from:{typed} was read as from:bread-weekly",)


@pytest.mark.parametrize("typed", ["kitchen", "ti", "2019", "-"])
def test_an_unknown_name_is_left_out_and_told_as_any_filter_is(typed: str) -> None:
    """So is the beginning of two. The rest of the query is answered."""
    answer = SEVERAL.search(f"moonlight from:{typed}")
    assert {result.issue.slug for result in answer.results} == ALL
    assert answer.problems == (f"from:{typed} was left out, it takes one of bread-weekly, tides, tidy-homes",)


def test_an_unknown_name_beside_a_known_one_leaves_that_in_force() -> None:
    """Each is read by itself."""
    answer = SEVERAL.search("moonlight from:tides,kitchen")
    assert {result.issue.slug for result in answer.results} == {"tides/2019-01-13-1"}
    assert len(answer.problems) == 1


def test_of_many_newsletters_only_some_are_named() -> None:
    """A line has no room for all."""
    many = Index.of(qualified(f"letter-{n:02}", issue(1, f"Moonlight. <https://{n}.example>")) for n in range(20))
    [said] = many.search("moonlight from:kitchen").problems
    assert said.endswith("letter-07 and 12 more")


def test_with_one_newsletter_nothing_is_left_out() -> None:
    """Nothing says whose the issues are, and the answer says so."""
    index = Index.of(ARCHIVE)
    answer = index.search("nagios from:tides")
    assert answer.results == index.search("nagios").results
    assert answer.problems == ("from:tides leaves nothing out, nothing here is told apart by newsletter",)
    assert index.search("from:tides").total == index.search("sort:new").total > 0


def test_a_newsletter_alone_lists_its_links_newest_first() -> None:
    """As every filter alone does."""
    answer = SEVERAL.search("from:tides")
    assert [result.issue.slug for result in answer.results] == ["tides/2019-01-27-3", "tides/2019-01-13-1"]
    assert answer.notes == ("everything from tides, newest first",)


def test_a_newsletter_that_has_nothing_on_a_topic_is_named() -> None:
    """With what the others have."""
    answer = SEVERAL.search("sourdough from:tides")
    assert answer.results == ()
    assert answer.notes == ("1 link on sourdough, none from tides",)
    assert answer.did_you_mean[0] == "sourdough"


def test_a_number_beside_it_names_that_newsletters_issue() -> None:
    """Several newsletters may have an issue 1."""
    for newsletter in ("tides", "bread-weekly"):
        answer = SEVERAL.search(f"#1 moonlight from:{newsletter}")
        assert answer.issue is not None
        assert answer.issue.slug == f"{newsletter}/2019-01-13-1"
    assert found("issue:1 from:tides") == {"tides/2019-01-13-1"}
    assert SEVERAL.search("#2 moonlight from:tides").issue is None


def test_an_issue_that_is_added_brings_its_newsletter() -> None:
    """The newsletters are those of the issues."""
    added = SEVERAL.changed(
        [qualified("kitchen", issue(4, "Moonlight in pans. <https://kitchen.example/4>"))], ["tides/2019-01-13-1"]
    )
    assert found("moonlight from:kitchen", added) == {"kitchen/2019-02-03-4"}


@pytest.mark.parametrize("query", ["moonlight from:", "moonlight from:,"])
def test_without_a_name_it_is_said(query: str) -> None:
    """A filter needs a value."""
    answer = SEVERAL.search(query)
    assert {result.issue.slug for result in answer.results} == ALL
    assert answer.problems == ("from: was left out, it needs a value right after the colon",)


def test_the_word_form_is_no_slip_of_it() -> None:
    """`form:login` is looked for as words."""
    index = Index.of([*ARCHIVE, replace(issue(9, "A login form."), slug="9")])
    answer = index.search("form:login")
    assert (answer.problems, answer.results[0].entry.text) == ((), "A login form.")
