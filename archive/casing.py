"""The words of an address written as a sentence: with capitals, apostrophes, hyphens and dots."""

from __future__ import annotations

import re

from archive.clause import HEADLINE_MAX_CHARS, shortened

_SMALL = frozenset(
    """a about all an and are as at be best building by can case creating deploying do for from get getting good guide
    how in introducing introduction is it its learned lessons making managing more my need new not of on or our out part
    practices running scaling simple so story than that the their there things this three to two understanding use using
    we what when why will with without work working you your""".split()  # noqa: SIM905 - reads better
)
_CAPITALS = frozenset(
    """ai api aws cd cdn ci cli cncf cpu css csv cto cve db dns dsl ec2 ecs eks elk eu gce gcp gke
    gpu gui html http https iaas iam ibm ide ip ipv6 json jvm jwt kvm lxc ml mtls nfs npm
    nyc oci orm os paas pdf php qa rbac rds rpc rss s3 saas sdk sdn sla sli slo sql sre ssd
    ssh ssl sso tcp tls tv ui uk url usb ux vm vpc vpn xml yaml""".split()  # noqa: SIM905 - reads better
)
_NAMES = {
    # Names that hardly ever mean anything else in an address, as they are written: `slack` is one, `go` and `may` are
    # not.
    name.lower(): name
    for name in """
    Airbnb Amazon Android Ansible Azure Debian Docker Elasticsearch Etsy Facebook Firefox GitHub GitLab Google Grafana
    GraphQL Haskell Java JavaScript Jenkins Kafka Kubernetes LinkedIn Linux macOS Microsoft MongoDB MySQL Netflix Nginx
    OpenStack PayPal PostgreSQL Postgres Prometheus Python Redis Slack Spotify SQLite Terraform TypeScript Ubuntu Uber
    Unix WebAssembly WordPress YouTube eBPF gRPC iOS
    Africa America Amsterdam Asia Australia Barcelona Berlin Boston Brazil Canada Chicago China Copenhagen Denmark
    Dublin England Europe France Germany Hamburg India Ireland Italy Japan London Madrid Melbourne Munich Netherlands
    Norway Paris Poland Portugal Russia Scotland Seattle Singapore Spain Stockholm Sweden Switzerland Sydney Tokyo
    Toronto Vienna Washington
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    January February April June July August September October November December
    English French German Italian Japanese Spanish Chinese Russian""".split()  # noqa: SIM905 - reads better
}
_FIXED = {
    **_NAMES,
    # URLs have no apostrophes. Words that mean something without one ("its", "were") are left alone.
    **{
        f"{word}nt": f"{word}n't"
        for word in ("does", "do", "is", "are", "was", "were", "did", "should", "could", "would", "have", "has", "had")
    },
    **{f"{word}s": f"{word}'s" for word in ("here", "there", "where", "what", "that")},
    "cant": "can't",
    "youre": "you're",
    "weve": "we've",
    "youve": "you've",
    "everyones": "everyone's",
    "theyre": "they're",
    "wont": "won't",
    **{word: word.upper() for word in _CAPITALS},
    **{f"{word}s": f"{word.upper()}s" for word in ("api", "cpu", "gpu", "sdk", "sla", "sli", "slo", "url", "vm")},
    "i": "I",
}
_ENDINGS = frozenset({"t", "s", "re", "ve", "ll", "d", "m"})
"""What an apostrophe was before, where an address has a sign in its place: `isn-t`, `what-s`."""
_PLACES = re.compile(
    r"\b(?:new (?:york|zealand|delhi|orleans|jersey)|san (?:francisco|diego|jose)|los angeles|las vegas|hong kong"
    r"|tel aviv|cape town)\b"
)
_MENDABLE = _ENDINGS | {"its", "lets", "new", "san", "los", "las", "hong", "tel", "cape"}
_APART = re.compile(
    r"\b(?:(don|isn|aren|wasn|weren|doesn|didn|can|won|shouldn|couldn|wouldn|haven|hasn|hadn|ain) (t)"
    r"|(you|we|they) (re|ve|ll|d)|(i) (m|ve|ll|d)|(\w{2,}) (s))\b",
    re.IGNORECASE,
)
_IT_IS = re.compile(
    r"^its(?= (?:a|about|all|an|been|here|just|not|ok|okay|the|time) )|\bits(?= (?:a|about|an|been|just|not|the) )"
)
_LET_US = re.compile(r"\blets(?= (?:be|build|do|get|go|look|make|not|see|start|stop|take|talk|try)\b)")
_VERSION = re.compile(r"(?<=[A-Za-z] )(?<!part )(?<!week )(?<!day )v?\d{1,2}(?: \d{1,2}){1,2}(?= [A-Za-z]|$)(?! \d)")
_FIGURES = re.compile(r"\b\d{2,9}\b")
_GOES_ON = re.compile(r"[\w-]")


def cased(words: list[str], text: str) -> str:
    """Return words in lower case as a sentence; names have the case that the description writes them in.

    >>> cased(["what", "s", "new", "in", "partiql"], "PartiQL is a language for questions.")
    "What's new in PartiQL"
    """
    joined = "".join(words)
    low = _lowered(text, ascii_only=joined.isascii())
    phrase = " ".join(words)
    if (at := low.find(phrase)) >= 0 and (whole := _phrase(text, at, len(phrase))):
        return cased(words, "") if whole.isupper() else whole
    written = [
        (small not in _SMALL and (at := low.find(small)) >= 0 and _name(small, text, low, at))
        or _FIXED.get(small, small)
        for small in words
    ]
    if "-" in text:
        written = _hyphened(written, words, text, low)
    title = " ".join(written)
    if not _MENDABLE.isdisjoint(words):
        title = _mended(title)
    if not joined.isalpha():
        title = _FIGURES.sub(lambda m: _figures(m[0], text), _VERSION.sub(lambda m: _dotted(m, text), title))
    if written[0].islower():
        title = title[0].upper() + title[1:]
    return title if len(title) <= HEADLINE_MAX_CHARS and title.isascii() and title.isprintable() else shortened(title)


def _lowered(text: str, *, ascii_only: bool) -> str:
    """Return a text of the same length in lower case, `ascii_only` with ? for each sign beyond ASCII."""
    if ascii_only and not text.isascii():  # a fraction of the time that the lower case of curly quotes takes
        text = text.encode("ascii", "replace").decode("ascii")
    return text.replace("\u0130", "I").lower()  # the one letter whose lower case is two characters


def _phrase(text: str, at: int, long: int) -> str:
    """Return the title that `text` writes out from `at` on, "" if that is part of other words or too long."""
    end = at + long
    if long > HEADLINE_MAX_CHARS or text[end : end + 1].isalnum() or (at and text[at - 1].isalnum()):
        return ""
    return text[at].upper() + text[at + 1 : end]


def _name(small: str, text: str, low: str, at: int) -> str:
    """Return how `text` writes the name `small`, found from `at` on; "" if it does not write it with capitals."""
    long = len(small)
    while at >= 0:
        seen = text[at : at + long]
        if seen != small and _is_name(text, at, seen):
            return seen
        at = low.find(small, at + long)
    return ""


def _is_name(text: str, at: int, seen: str) -> bool:
    """Return whether the capitals of `seen`, which stands at `at` in `text`, are its own and not a sentence's."""
    end = at + len(seen)
    after = text[end : end + 1]
    if (at and text[at - 1].isalnum()) or after.isalnum():
        return False
    if not seen[1:].islower():
        return True
    if _IN_TITLE_CASE.match(text, end):
        return False
    if at > 1 and (text[at - 2].isalnum() or text[at - 2] == ","):
        return True
    return after == " " and (
        text[end + 1 : end + 2].isupper() or (text.startswith(_IS, end) and not seen.endswith("ing"))
    )


_IN_TITLE_CASE = re.compile(r" (?:A|An|And|Are|As|At|By|For|From|In|Is|Of|On|Or|The|To|With) ")
"""After a word of a title in which each begins with a capital, as in `Culture Is A Compass`."""
_IS = (" is a ", " is an ", " is the ")


def _mended(title: str) -> str:
    """Return a title with the apostrophes and the capitals of places that single words don't tell."""
    title = _APART.sub(lambda m: "'".join(part for part in m.groups() if part), title)
    title = _LET_US.sub("let's", _IT_IS.sub("it's", title))
    return _PLACES.sub(lambda m: m[0].title(), title)


def _hyphened(written: list[str], words: list[str], text: str, low: str) -> list[str]:
    """Return `written`, joined where the text, in lower case `low`, writes some of its words as one with hyphens."""
    joined: list[str] = []
    at = 0
    while at < len(words):
        count, seen = _chain(words, at, text, low)
        joined.append(seen if count > 1 else written[at])
        at += count
    return joined


def _chain(words: list[str], first: int, text: str, low: str) -> tuple[int, str]:
    """Return how many words from `first` on the text writes as one with hyphens, and how it does."""
    if first + 1 == len(words) or (begin := low.find(f"{words[first]}-{words[first + 1]}")) < 0:
        return 1, ""
    end, count = begin + len(words[first]), 1
    while first + count < len(words) and low.startswith(f"-{words[first + count]}", end):
        end += len(words[first + count]) + 1
        count += 1
    if _GOES_ON.match(low, end) or (begin and (low[begin - 1].isalnum() or low[begin - 1] in "-/.")):
        return 1, ""
    seen = text[begin:end]
    return count, seen if _is_name(text, begin, seen) else low[begin:end]


def _figures(number: str, text: str) -> str:
    """Return a number as the text writes it (`2.0` for `20`), a round one of five figures or more with its commas."""
    dotted = f"{number[0]}.{number[1:]}"
    if len(number) < 4 and dotted in text and number not in text:
        return dotted
    return f"{int(number):,}" if len(number) > 4 and number.endswith("000") else number


def _dotted(match: re.Match[str], text: str) -> str:
    """Return a version with its dots, which a slug does not have: `Rkt 0 8` is `Rkt 0.8`, if the text has it too.

    Without the text, only small versions get dots, and none before a plural: `31 5 years` is not a version.
    """
    version = match[0].replace(" ", ".")
    after = match.string[match.end() :].lstrip().partition(" ")[0]
    small = match[0].lstrip("v").partition(" ")[0]
    return version if version in text or (len(small) == 1 and not after.endswith("s")) else match[0]
