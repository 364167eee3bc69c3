"""Who an issue is, whatever becomes of its file and of the file's name."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issue_identity import Fingerprint, KnownIssues, recognise
from bot.domain.likeness import MIN_COMMON_LINKS

_SLUGS = st.sampled_from(["draft", "next", "435", "436", "437"])
_LINKS = st.frozensets(st.sampled_from("abcdefghij"), min_size=1)
_ARCHIVES = st.lists(st.dictionaries(_SLUGS, _LINKS), min_size=1, max_size=6)


class Register:
    """Remembers as the real one does."""

    def __init__(self) -> None:
        """Know nothing."""
        self.names: dict[str, str] = {}
        self.links: dict[str, frozenset[str]] = {}

    def sees(self, **archive: str) -> dict[str, str]:
        """See an archive: each file's links as letters."""
        return self.looks({slug: frozenset(letters) for slug, letters in archive.items()})

    def looks(self, archive: dict[str, frozenset[str]]) -> dict[str, str]:
        """See an archive; give the identity of each of its files."""
        faces = [Fingerprint(slug, links, "") for slug, links in archive.items()]
        found = recognise(faces, KnownIssues(dict(self.names), dict(self.links)))
        self.names |= found
        self.links |= {found[one.slug]: one.links for one in faces}
        return found


@given(_ARCHIVES)
def test_two_files_are_one_issue_only_if_their_links_are(archives: list[dict[str, frozenset[str]]]) -> None:
    """Whatever came before: those of one identity are copies of each other."""
    register = Register()
    for archive in archives:
        found = register.looks(archive)
        assert found.keys() == archive.keys()
        for key in set(found.values()):
            theirs = [archive[slug] for slug in found if found[slug] == key]
            assert all(len(a & b) / len(a | b) >= MIN_COMMON_LINKS for a, b in combinations(theirs, 2))


@given(_ARCHIVES)
def test_files_of_the_same_links_are_the_same_issue(archives: list[dict[str, frozenset[str]]]) -> None:
    """Of files that nobody has seen before."""
    found = Register().looks(archives[0])
    for one, other in combinations(found, 2):
        assert (found[one] == found[other]) == (archives[0][one] == archives[0][other])


@given(_ARCHIVES)
def test_what_was_seen_and_did_not_change_keeps_its_identity(archives: list[dict[str, frozenset[str]]]) -> None:
    """Seen twice, or in another order."""
    register = Register()
    for archive in archives:
        found = register.looks(archive)
        assert register.looks(archive) == found


def test_a_name_that_is_used_again_is_another_issue() -> None:
    """Each is written as draft.md and renamed when it is done."""
    register = Register()
    assert register.sees(draft="abc") == {"draft": "draft"}
    assert register.sees(**{"435": "abc"}) == {"435": "draft"}
    assert register.sees(**{"435": "abc", "draft": "def"}) == {"435": "draft", "draft": "draft~2"}
    assert register.sees(**{"435": "abc", "draft": "defg"}) == {"435": "draft", "draft": "draft~2"}
    done = register.sees(**{"435": "abc", "436": "defg"})
    assert done == {"435": "draft", "436": "draft~2"}
    assert register.sees(**{"435": "abc", "436": "defg", "draft": "hij"}) == {**done, "draft": "draft~3"}


def test_a_name_that_is_used_again_in_one_go() -> None:
    """Renamed, begun anew and even edited between two looks."""
    for done in ("abcd", "abcde"):
        register = Register()
        register.sees(next="abcd")
        assert register.sees(**{"435": done, "next": "xyz"}) == {"435": "next", "next": "next~2"}


def test_a_copy_that_is_left_behind_makes_no_second_issue() -> None:
    """The original is corrected, the copy is not."""
    register = Register()
    register.sees(**{"435": "abcdefgh"})
    assert set(register.sees(**{"435": "abcdefgh", "435 copy": "abcdefgh"}).values()) == {"435"}
    assert set(register.sees(**{"435": "abcdefgx", "435 copy": "abcdefgh"}).values()) == {"435"}
