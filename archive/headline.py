"""The headline of an entry, since the newsletter gives its entries none."""

from __future__ import annotations

import re

from archive.address_words import title_of_path
from archive.clause import HEADLINE_MAX_CHARS, WIDE_SCRIPT, clause, is_wide_script, needs_more, shortened
from archive.link import domain
from archive.markup import unseen_as_blank

_FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
_FORGE_PAGES = frozenset(
    # First parts of a code host's path that are not accounts.
    {"about", "blog", "collections", "explore", "features", "marketplace", "orgs", "readme", "security", "topics"}
)
_NAME = r"[^/-]+(?:-[^/-]+){0,2}"
_HOSTING_PATH = re.compile(
    # Package registries' paths: the name, alone or below its owner's, is the title; a version may follow.
    # A path with more words is a page with a title of its own.
    rf"(?:(?:project|package|gems|crates|_)/((?:@[^/]+/)?{_NAME})|(?:r|packages|modules)/([^/]+/{_NAME}))"
    r"(?:/(?:v/)?v?\d[^/]*)?"
)
_HOSTING_PATH_LETTERS = frozenset("cgmpr_")
"""How such a URL's path begins: checked first, in a fraction of the time."""
_OPAQUE = frozenset(
    # Sites whose URLs say nothing: shorteners, advertisers' redirects, forms.
    """goo.gl t.co tinyurl.com is.gd fb.me hrd.cm grnh.se amzn.to youtu.be trib.al wp.me j.mp forms.gle aka.ms
    docs.google.com lnkd.in dlvr.it tiny.cc rb.gy""".split()  # noqa: SIM905 - reads better
)
_OPAQUE_ENDS = (".ly", "list-manage.com")
_WORD = re.compile(r"[^\W_]")
_SEPARATORS = re.compile(r"[\W_]+")


def headline(url: str | None, text: str, label: str = "", *, inline: bool = False) -> str:
    """Return a short title (1 to 80 characters, one line) for the entry whose first link is `url`.

    The first that exists: `label`, the words that the issue itself gives it; a title above the text; the name of a
    project on a code host; the name that the text begins with; the words of the URL; the text's first clause; the site.
    The URL is not used if the link is within a sentence (`inline`), which says what it is about.

    >>> headline("https://github.com/rancher/k3os", "A small operating system.")
    'rancher/k3os'
    >>> headline("https://example.org/2019/a-surprisingly-simple-way.html", "")
    'A surprisingly simple way'
    """
    if label and (words := _cleaned(_DURATION.sub("", label).lstrip(_ORNAMENTS))):
        return shortened(words)
    if "\n" in text and (title := _own_title(text)):
        return title
    if not url:
        return clause(text) or "Untitled"
    host, path = _split(url)
    if (inline or is_wide_script(text)) and (said := clause(text)):
        return said
    title = "" if host in _OPAQUE or host.endswith(_OPAQUE_ENDS) else _named(host, path, text)
    return title or clause(text) or shortened(_cleaned(host)) or "Untitled"


def explained(label: str, text: str) -> str:
    r"""Return a title; a foreign name before a Chinese, Japanese or Korean text gets the text's first clause appended.

    >>> explained("Docking", "Docking\n为桌面添加程序坞。可以替代别的。")
    'Docking：为桌面添加程序坞'
    """
    if not label or len(label) > _NAME_MAX_CHARS or WIDE_SCRIPT.search(label):
        return label
    rest = _ALIAS.sub("", text.removeprefix(label)).lstrip(" \n：:-–—")
    if not is_wide_script(rest) or not (said := clause(rest)):
        return label
    return f"{label}：{said}"


_ALIAS = re.compile(r"\A\s?[（(][^（）()\n]*[）)](?=\n)")
"""Another name in brackets, after the name."""
_NAME_MAX_CHARS = 40
_ORNAMENTS = " →⇒»›▶►•・"
"""Signs that lead a line and are no part of its title."""
_DURATION = re.compile(r"\s*(?:[·•|–—-]\s*|\()\d{1,3}[ -]?min(?:ute)?s?\.?(?: read)?\)?$", re.IGNORECASE)
"""How long a text takes to read, after its title."""


def _own_title(text: str) -> str:
    """Return the description's first line if it is a title above the rest: three words or more without a full stop."""
    first, more, _ = text.partition("\n")
    if "://" in first:
        first = _ADDRESS_LAST.sub("", first)
    if not more or len(first) > HEADLINE_MAX_CHARS or first[-1:] in ".:,;" or first[:1] == "•" or first.count(" ") < 2:
        return ""
    goes_on = needs_more(first.rpartition(" ")[2].lower()) and not first.endswith((" & more", " and more"))
    return "" if goes_on else first


_ADDRESS_LAST = re.compile(r"\s*[:–—-]*\s*[(<]?(?:https?|ftp)://\S+$")


def _split(url: str) -> tuple[str, str]:
    """Return a URL's site and its path, without slashes at either end."""
    host, _, path = url.partition("://")[2].partition("/")
    if ":" in host or "@" in host or "?" in host or "#" in host:
        host = domain(url)
    host = host.lower()
    if "?" in path or "#" in path:
        path = path.partition("?")[0].partition("#")[0]
    return host.removeprefix("www."), path.strip("/")


def _named(host: str, path: str, text: str) -> str:
    """Return the title in the URL itself, or ""."""
    if not path:
        return _subject(host, text)
    if host == "dev.to":
        path = _ENDED.sub("", path)
    if host in _FORGES and text and _FORGE_PAGE.match(path):
        return ""  # the text says what it is about
    if (host in _FORGES or (path[0] in _HOSTING_PATH_LETTERS and _HOSTING_PATH.match(path))) and (
        name := _stored(host, path)
    ):
        return name
    return title_of_path(path, text)


_ENDED = re.compile(r"-[0-9a-z]{2,5}$")
"""What dev.to appends to the words of every page."""


def _stored(host: str, path: str) -> str:
    """Return the name of a project if a URL leads to one on a code host or a package registry, or ""."""
    if host in _FORGES:
        parts = [part for part in path.split("/") if part]
        named = "" if parts[0].lower() in _FORGE_PAGES else "/".join(parts[:2]).removesuffix(".git")
    else:
        hosting = _HOSTING_PATH.fullmatch(path)
        named = (hosting[1] or hosting[2]) if hosting else ""
    return shortened(_cleaned(named))


def _subject(host: str, text: str) -> str:
    """Return the name that `text` begins with, if it is the site's: `Kiali` of "Kiali provides …" on kiali.io."""
    labels = host.split(".")
    name = labels[-2 if len(labels) > 1 else 0].replace("-", "")
    if len(name) <= _SHORTEST_NAME or len(host) > HEADLINE_MAX_CHARS:
        return ""
    article = _ARTICLE.match(text)
    start = text[article.end() if article else 0 :][:200]
    for words in range(1, _NAME_MAX_WORDS + 1):
        said = " ".join(start.split(" ", words)[:words])
        bare = _SEPARATORS.sub("", said).lower()
        if bare in (name, f"{name}{labels[-1]}"):
            more = _MORE_NAME.match(start, len(said)) if said[-1:].isalnum() else None
            return f"{said}{more[0] if more else ''}".rstrip(".,:;!?’'\"")
        if not name.startswith(bare):
            break
    return ""


_ARTICLE = re.compile(r"(?:The|A|An|Introducing|Meet|Announcing) ")
_MORE_NAME = re.compile(r"(?: [A-Z][\w-]*){1,3}(?= [a-z])")
"""Words in capitals that a name goes on with: the city of a conference."""
_SHORTEST_NAME = 2
_NAME_MAX_WORDS = 4
_FORGE_PAGE = re.compile(
    r"[^/]+/[^/]+/(?:-/)?(?:pulls?|issues|commits?|blob|tree|discussions|releases|wiki|compare|merge_requests|actions)/."
)
"""A page inside a repository."""


_JOINERS = "\u200c\u200d"


def _cleaned(text: str) -> str:
    """Return `text` without control and private characters; "" if no letter or digit remains."""
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in unseen_as_blank(text)).split())
    return text if _WORD.search(text) else ""
