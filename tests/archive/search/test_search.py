"""What the search answers, by example."""

from __future__ import annotations

import pytest

from archive.kind import Kind
from archive.search.index import Index
from archive.search.result import Grade, Reason
from archive.search.synonyms import shipped
from tests.archive.search.newsletter import ARCHIVE, issue

INDEX = Index.of(ARCHIVE)


def found(query: str, kinds: frozenset[Kind] | None = None) -> list[str]:
    """Return the first word or two of each entry found."""
    return [result.entry.text.split(",")[0][:24].strip() for result in INDEX.search(query, kinds=kinds).results]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("nagios", "Nagios is still there: a"),
        ("naigos", "Nagios is still there: a"),
        ("kubernets autoscaling", "Kubernetes autoscaling i"),
        ("k8s autoscaling", "Kubernetes autoscaling i"),
        ("loadbalancer", "Blue-green deployments w"),
        ("run books", "Runbooks that people rea"),
        ("runbook", "Runbooks that people rea"),
        ("blue/green deploys", "Blue-green deployments w"),
        ("b/g deploys", "Blue-green deployments w"),
        ("postgres tuning", "PostgreSQL tuning for bu"),
        ("pg", "PostgreSQL tuning for bu"),
        ("puppet-nginx", "Puppet modules for nginx"),
        ("how do I tune my postgresql database?", "PostgreSQL tuning for bu"),
        ("golang operators", "Kubernetes operators in"),
        ("NAGIOS", "Nagios is still there: a"),
    ],
)
def test_the_entry_meant_comes_first(query: str, first: str) -> None:
    """Misspelt, abbreviated, joined, split, in another number or a question: the entry meant is the first."""
    assert found(query)[0] == first


@pytest.mark.parametrize(
    "query",
    [
        "knitting patterns",
        "xqzvkjw",
        "🥑🥑",
        "",
        "   ",
        "\x00\x07\x1b[31m",
        "cup",
        '"service nagios"',
    ],
)
def test_what_the_archive_has_nothing_on_gets_nothing(query: str) -> None:
    """Nothing is answered with nothing, and with what there is."""
    answer = INDEX.search(query)
    assert (answer.results, answer.total) == ((), 0)
    assert "kubernetes" in answer.near_topics


def test_a_far_misspelling_gets_a_question_back() -> None:
    """More letters wrong than are put right unasked get "did you mean"."""
    answer = INDEX.search("atoscleng")
    assert (answer.results, answer.did_you_mean) == ((), ("autoscaling",))


def test_advertisements_stay_out_unless_asked_for() -> None:
    """Sponsors and jobs come by `in:` or by kind only."""
    assert "We are hiring Kubernetes" not in found("kubernetes")
    assert found("kubernetes in:jobs") == ["We are hiring Kubernetes"]
    assert found("kubernetes in:sponsors") == ["Our sponsor sells Kubern"]
    assert found("kubernetes", kinds=frozenset({Kind.TOOLS})) == ["Kubernetes operators in"]
    assert found("kubernetes in:jobs", kinds=frozenset({Kind.TOOLS})) == []


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("kubernetes issue:3", {"2019-01-27-3"}),
        ("kubernetes issue:#1", {"2019-01-13-1"}),
        ("kubernetes before:2019-01-20", {"2019-01-13-1"}),
        ("kubernetes after:2019-01-20", {"2019-01-27-3"}),
        ("kubernetes after:2019-01-26", {"2019-01-27-3"}),
        ("kubernetes after:2019-01-27", set()),
        ("kubernetes since:2019-01-27", {"2019-01-27-3"}),
        ("kubernetes since:2019-01-28", set()),
        ("kubernetes after:2019-01", set()),
        ("kubernetes after:2019", set()),
        ("kubernetes after:2018", {"2019-01-13-1", "2019-01-27-3"}),
        ("kubernetes since:2019", {"2019-01-13-1", "2019-01-27-3"}),
        ("kubernetes since:2019-02", set()),
        ("kubernetes year:2019", {"2019-01-13-1", "2019-01-27-3"}),
        ("kubernetes year:2018", set()),
        ("kubernetes site:youtube.com", {"2019-01-27-3"}),
        ("site:github.com/example", {"2019-01-13-1"}),
        ("site:github.com/other", set()),
        ("kubernetes -operators", {"2019-01-13-1"}),
        ("kubernetes -operator", {"2019-01-13-1"}),
        ('kubernetes -"autoscaling in practice"', {"2019-01-27-3"}),
        ('"autoscaling in practice"', {"2019-01-13-1"}),
        ('"practice autoscaling"', set()),
        ("kubernetes in:tools", {"2019-01-27-3"}),
    ],
)
def test_filters_narrow(query: str, slugs: set[str]) -> None:
    """Each filter lets through what it says."""
    assert {result.issue.slug for result in INDEX.search(query).results} == slugs


@pytest.mark.parametrize("bad", ["year:soon", "after:2019-13", "in:kitchen", "before:", "year:2019-01", "issue:"])
def test_a_bad_filter_is_left_out_and_told(bad: str) -> None:
    """The rest of the query is answered, and one line says what was wrong."""
    answer = INDEX.search(f"nagios {bad}")
    assert [result.entry.text[:6] for result in answer.results] == ["Nagios"]
    assert [problem.partition(" ")[0].rstrip(":") for problem in answer.problems] == [bad.rstrip(":")]


def test_filters_alone_list_newest_first() -> None:
    """Without words, everything the filters let through comes, newest first."""
    answer = INDEX.search("year:2019")
    days = [result.issue.published for result in answer.results]
    assert (days, answer.total) == (sorted(days, reverse=True), 8)


def test_the_same_link_is_one_result() -> None:
    """An address in two issues, whatever its spelling, is one result that names the other issue."""
    results = INDEX.search("service mesh").results
    assert [(r.issue.number, [other.number for other in r.also_in]) for r in results] == [(1, [2])] or [
        (r.issue.number, [other.number for other in r.also_in]) for r in results
    ] == [(2, [1])]


def test_the_word_itself_ranks_above_its_other_names() -> None:
    """An entry that says "k8s" comes before one that says "kubernetes" for k8s, and the other way round."""
    index = Index.of([issue(1, "k8s notes", "kubernetes notes")])
    assert index.search("k8s").results[0].entry.text == "k8s notes"
    assert index.search("kubernetes").results[0].entry.text == "kubernetes notes"


def test_the_archives_own_name_answers_newest_first() -> None:
    """A query of nothing but the newsletter's name lists what mentions it, newest first."""
    index = Index.of([issue(n, f"Tidings about thing{n}.", f"Other news{n}.") for n in range(1, 9)])
    assert [result.issue.number for result in index.search("tidings").results] == [8, 7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(("query", "told"), [("kubernetes", False), ("runbook incident", False), ("kubernets", True)])
def test_reasons_are_left_out_on_demand_but_where_a_word_was_corrected(query: str, *, told: bool) -> None:
    """Without reasons the same is found in the same order; they come only where a correction may have met a word."""
    whole, short = INDEX.search(query, reasons=True), INDEX.search(query)
    assert [(result.entry, result.score, result.also_in) for result in whole.results] == [
        (result.entry, result.score, result.also_in) for result in short.results
    ]
    assert all(bool(result.reasons) is told for result in short.results)
    assert all(result.reasons for result in whole.results)


def test_reasons_name_word_term_and_rule() -> None:
    """Each result says which word met what, and how."""
    first = INDEX.search("kubernets autoscaler", reasons=True).results[0]
    assert first.reasons == (Reason("kubernets", "kubernetes", "typo"), Reason("autoscaler", "autoscaling", "synonym"))
    assert INDEX.search("loadbalancer", reasons=True).results[0].reasons == (
        Reason("loadbalancer", "load", "split"),
        Reason("loadbalancer", "balancers", "split"),
    )


def test_an_operators_names_extend_the_table() -> None:
    """A line of one's own makes a name known, and the table that ships stays."""
    index = Index.of(ARCHIVE, shipped("wobble, nagios"))
    assert index.search("wobble").results[0].entry.text.startswith("Nagios")
    assert index.search("pg").results


def test_typing_ahead_completes_the_last_word() -> None:
    """What is typed so far is completed by words that go with it."""
    assert INDEX.suggest("kuber")[0] == "kubernetes"
    assert INDEX.suggest("service m")[0] == "service mesh"
    assert INDEX.suggest("kubernets")[0] == "kubernetes"
    assert INDEX.suggest("") == ()
    assert INDEX.suggest("zzzz") == ()


def test_topics_are_things_the_archive_has() -> None:
    """Topics come by the archive's own words."""
    assert INDEX.topics(1) == ("kubernetes",)


def test_an_empty_archive_answers() -> None:
    """With no issue at all, every question has an answer: nothing."""
    index = Index.of([])
    assert index.search("kubernetes year:2019 in:tools").results == ()
    assert index.suggest("k") == ()
    assert index.topics() == ()
    assert index.changed([issue(1, "Kubernetes.")], []).search("kubernetes").total == 1


def test_a_huge_query_is_answered() -> None:
    """Ten thousand characters are cut, with a note, and answered."""
    answer = INDEX.search("nagios " + "wobble" * 2_000)
    assert answer.problems == ("only the first 2,000 characters were read",)
    assert INDEX.search(" ".join(f"word{n}" for n in range(300))).problems[-1].startswith("only the first 24 words")


def test_topics_are_told_by_the_form_most_used() -> None:
    """A topic is named as the newsletter writes it most; what is too general is none, however frequent or asked for."""
    things = ["Kubernetes, Terraform, Kafka, Prometheus and Vagrant by the service team."] * 3
    index = Index.of([issue(1, "Runbooks for teams.", "More runbooks for a team.", "The runbook of a team.", *things)])
    assert "runbooks" in index.topics()
    assert {"team", "teams", "service", "runbook"}.isdisjoint(index.topics())
    assert "service" not in index.search("wedding service photographer").near_topics


def test_completions_leave_out_the_newsletters_own_slips() -> None:
    """A spelling that hardly occurs is not offered beside the one that does."""
    index = Index.of([issue(1, *["Kubernetes clusters."] * 150, "Kuberntes clusters.")])
    assert index.suggest("kuber")[0] == "kubernetes"
    assert "kuberntes" not in index.suggest("kuber")


LISTED = Index.of(
    [
        issue(1, "Kubernetes operators explained <https://a.example/1>", "An obsolete habit <https://a.example/2>"),
        issue(2, *["Observability for kubernetes."] * 4, "Kube notes <https://github.com/example/kubenote>"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("kuber", "kubernetes"),
        ("kubrnts", "kubernetes"),
        ("kuebr", "kubernetes"),
        ("obsrv", "observability"),
        ("kubeno", "kubenote"),
        ("kubernetes op", "Kubernetes operators explained"),
        ("operators e", "Kubernetes operators explained"),
    ],
)
def test_typing_ahead_offers_what_exists(typed: str, offered: str) -> None:
    """Topics, tools and titles, misspelt or not, the likeliest first."""
    assert LISTED.suggest(typed)[0] == offered


def test_a_title_that_would_be_read_as_a_filter_is_not_offered() -> None:
    """Days in plain words, or nothing but filler: searched as it stands, such a title would not find its entry."""
    titles = ("KubeCon is this week", "Everything you may want to know", "KubeCon in pictures")
    index = Index.of([issue(number, title) for number, title in enumerate(titles, 1)])
    assert index.suggest("kubec") == ("KubeCon in pictures",)
    assert index.suggest("every") == ()


def test_the_sort_of_page_counts_where_all_are_about_the_name() -> None:
    """Beside the newsletter's own name, "books" says what is looked for."""
    issues = [issue(n, "A story of tidings.", *["Ten tidings books."] * (n == 3)) for n in range(9)]
    assert Index.of(issues).search("tidings books").results[0].entry.text == "Ten tidings books."


def test_a_small_number_weighs_nothing() -> None:
    """What is part of a version is in many entries: the name beside it says what is looked for."""
    index = Index.of([issue(1, "TLS, and how it is set up.", "Part 1 of 3 about gardens.", "Gardens of 1 town.")])
    assert [result.entry.text for result in index.search("TLS 1.3").results][:1] == ["TLS, and how it is set up."]
    assert index.search("1 3").results


@pytest.mark.parametrize(
    ("query", "lacks"),
    [
        ("nagios 8", ("8",)),
        ("what's new in nagios 1.3?", ("1.3",)),
        ("nagios 8 in:news", ("8",)),
        ("istio 8", ()),
        ("8 nagios checks", ()),
        ("nagios #2", ()),
        ("nagios in 8", ()),
        ("nagios 8 checks", ()),
        ("nagios 8 migration", ("migration", "8")),
        ("nagios 8 in production", ("production", "8")),
        ("nagios 1.3 checks", ("1.3",)),
        ("istio 8 release", ("release",)),
        ("istio 5", ("5",)),
        ("istio 6", ()),
    ],
)
def test_a_number_after_a_name_is_missed_where_no_entry_on_top_has_it(query: str, lacks: tuple[str, ...]) -> None:
    """Behind a name it says which one is meant; a count stands before what it counts, in a query as in an entry."""
    said = "Istio8 and 8.1 are out.", "Nagios 1.8 was.", "Istio 7 and 6, and a mesh in 5 minutes."
    answer = Index.of([*ARCHIVE, issue(5, *said)]).search(query, reasons=True)
    assert answer.grade is (Grade.NEAREST if lacks else Grade.STRONG)
    assert answer.results[0].lacks == lacks


def test_an_issue_is_named_beside_a_topic() -> None:
    """Marked by its number sign or by "issue", the issue comes first and the topic's links below."""
    for query in ("#2 nagios", "nagios issue 2", "nagios #2"):
        answer = INDEX.search(query)
        assert (answer.grade, answer.issue) == (Grade.STRONG, ARCHIVE[1])
        assert answer.results[0].entry.text.startswith("Nagios")
    assert INDEX.search("nagios #99999").issue is None
    assert INDEX.search("nagios #99999").grade is Grade.STRONG
    assert INDEX.search("nagios 2").issue is None


def test_typing_ahead_never_offers_bare_vocabulary() -> None:
    """A word that merely occurs is offered only within a title."""
    assert LISTED.suggest("obs") == ("observability", "Observability for kubernetes.", "An obsolete habit")


@pytest.mark.parametrize("typed", ["kube", "k", "obs", "operat", "kubrnts"])
def test_what_is_offered_while_typing_has_an_answer(typed: str) -> None:
    """Every completion is a query with a strong answer."""
    assert all(LISTED.search(text).grade is Grade.STRONG for text in LISTED.suggest(typed))


@pytest.mark.parametrize("query", ["nagios", "kubernets autoscaling", "knitting patterns", "pg tuning", "devops"])
def test_what_is_looked_up_beforehand_changes_no_answer(query: str) -> None:
    """An index that was prepared answers as one that was not."""
    prepared = Index.of(ARCHIVE)
    prepared.prepare()
    assert prepared.search(query) == Index.of(ARCHIVE).search(query)


@pytest.mark.parametrize(("text", "grade"), [("Only £99.", Grade.NEAREST), ("Up for 99.99% of a year.", Grade.STRONG)])
def test_a_number_with_a_point_is_one_number(text: str, grade: Grade) -> None:
    """What has one half of it is only near it."""
    index = Index.of([issue(1, text), *(issue(number, f"Plain text {number}.") for number in range(2, 20))])
    assert index.search("99.99%").grade is grade


def test_a_product_is_no_other_name_of_its_kind() -> None:
    """A search for one says that the archive has only others of its kind."""
    some = [issue(number, f"Plain text {number}.") for number in range(2, 20)]
    index = Index.of([issue(1, "Setting up a VPN on AWS."), *some], shipped())
    assert index.search("vpn").grade is Grade.STRONG
    assert index.search("wireguard").grade is not Grade.STRONG
    assert index.search("openvpn").grade is not Grade.STRONG


@pytest.mark.parametrize(
    ("query", "lacks"),
    [
        ("outage feb", ("feb",)),
        ("feb outage", ("feb",)),
        ("outage february", ("february",)),
        ("outage in may", ("may",)),
        ("outage january", ()),
        ("jan outage", ()),
        ("outage in march", ()),
        ("what may cause an outage", ("cause",)),
        ('"outage" feb', ()),
    ],
)
def test_a_month_beside_a_topic_is_missed_where_no_entry_on_top_says_it(query: str, lacks: tuple[str, ...]) -> None:
    """In full or abbreviated is the same month; what is also another word is one at the end alone."""
    index = Index.of([*ARCHIVE, issue(5, "The outage of January 31.", "Another outage, in March, we may march on.")])
    answer = index.search(query, reasons=True)
    assert answer.results[0].lacks == lacks
    assert answer.grade is (Grade.NEAREST if lacks else Grade.STRONG)


def test_what_shares_words_has_the_most_of_them_first() -> None:
    """In any inflection, not by another name; a word that nothing has finds nothing."""
    texts = ("Velbus talks to zithers.", "A zither and a Velbus, with a lute.", "K8s and lutes.", "Nothing else.")
    index = Index.of([issue(1, *texts), *(issue(n, f"Filler {n}.") for n in range(2, 30))])
    assert [each.entry.position for each in index.sharing(("velbus", "zither", "lute"), 5)] == [1, 0, 2]
    assert [each.entry.position for each in index.sharing(("velbus", "zither", "lute"), 1)] == [1]
    assert [each.entry.text for each in index.sharing(("kubernetes",), 5)] == []
    assert index.sharing((), 5) == ()
