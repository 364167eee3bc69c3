"""The headline of an entry, since the newsletter gives its entries none."""

from __future__ import annotations

import re
from urllib.parse import unquote

from archive.link import domain
from archive.markup import unseen

HEADLINE_MAX_CHARS = 80
"""Characters of the longest headline: a line or two of a phone, and nearly all of it where Slack cuts labels at 75."""

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
_SLUG = re.compile(
    # Three words or more, of which one in the middle may hold digits; a hash and a suffix may follow. The letters
    # are listed in both cases: a repeated class that ignores case is matched with a call per letter.
    r"([a-zA-Z]++(?:[-_][a-zA-Z]++(?!\d))*+"
    r"(?:[-_](?=[a-zA-Z]*\d)[a-zA-Z0-9]{1,7}+(?:[-_][a-zA-Z]++(?!\d))++)?+)"
    r"(?:-(?=[a-fA-F]*\d)[0-9a-fA-F]{8,})?(?:\.(?i:html?|php|aspx|md))?",
    re.ASCII,
)
_FEW = re.compile(r"[a-z0-9]*+(?:[-_.][a-z0-9]*+)?(?:\.html?)?")
"""A slug of at most two words, detected in a quarter of the time that its words take."""
_SPLIT = re.compile(r"[-_+~,. ]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_SLUG_MIN_CHARS = 10
_UNFINISHED = frozenset({"a", "an", "and", "by", "for", "how", "of", "or", "our", "the", "we", "with", "your"})
"""No title ends with one of these: a slug that does was cut, as some sites do after so many letters."""

_SUFFIX = re.compile(
    r"\.(?:x?html?|php|aspx?|jspx?|cfm|cgi|md|markdown|pdf|txt|rst|do|pptx?|ipynb|cms|ars)$", re.IGNORECASE
)
_NOISE = re.compile(
    # Numbers and hashes that programs put beside a URL's words.
    r"\d{3,}|[0-9a-f]{8,}|[0-9a-f]*\d[0-9a-f]*[a-f][0-9a-f]{6,}|p?\d{5,}\w*|\w*\d\w*\d\w{6,}",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.,;:!?(–—-](?:(?<=[.,;:!?]) |(?<= [–—-]) |(?<= \())")
"""The end of a clause; it begins with a rare character, which a search finds in a fraction of the time."""
_SMALL = frozenset(
    """a about all an and are as at be best building by can case creating deploying do for from get getting good guide
    how in introducing introduction is it its learned lessons making managing more my need new not of on or our out part
    practices running scaling simple so story than that the their there things this three to two understanding use using
    we what when why will with without work working you your""".split()  # noqa: SIM905 - reads better
)
_CAPITALS = frozenset(
    """ai api aws cd cdn ci cli cncf cpu css cve db dns ec2 ecs eks elk gce gcp gke gpu gui html http https iam ibm
    ide ip ipv6 jvm jwt kvm lxc ml mtls nfs oci os pdf php qa rbac rds rpc s3 saas paas iaas sdk sla sli slo sql sre
    ssh ssl sso tcp tls tv ui uk url vm vpc vpn xml yaml json rss ux cto""".split()  # noqa: SIM905 - reads better
)
_FIXED = {
    # URLs have no apostrophes. Words that mean something without one ("its", "were") are left alone.
    **{
        f"{word}nt": f"{word}n't"
        for word in ("does", "do", "is", "are", "was", "were", "did", "should", "could", "would", "have", "has", "had")
    },
    **{"cant": "can't", "youre": "you're", "weve": "we've", "youve": "you've", "whats": "what's", "thats": "that's"},  # noqa: PIE800 - apart
    **{word: word.upper() for word in _CAPITALS},
    **{f"{word}s": f"{word.upper()}s" for word in ("api", "cpu", "gpu", "sdk", "sla", "sli", "slo", "url", "vm")},
}


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
    if label and (words := _cleaned(label)):
        return shortened(words)
    if "\n" in text and (title := _own_title(text)):
        return title
    if not url:
        return _clause(text) or "Untitled"
    host, path = _split(url)
    if (inline or _is_wide_script(text)) and (clause := _clause(text)):
        return clause
    title = "" if host in _OPAQUE or host.endswith(_OPAQUE_ENDS) else _named(host, path, text)
    return title or _clause(text) or shortened(_cleaned(host)) or "Untitled"


def explained(label: str, text: str) -> str:
    r"""Return a title; a foreign name before a Chinese, Japanese or Korean text gets the text's first clause appended.

    >>> explained("Docking", "Docking\n为桌面添加程序坞。可以替代别的。")
    'Docking：为桌面添加程序坞'
    """
    if not label or len(label) > _NAME_MAX_CHARS or _WIDE_SCRIPT.search(label):
        return label
    rest = text.removeprefix(label).lstrip(" \n：:-–—")
    if not _is_wide_script(rest) or not (clause := _clause(rest)):
        return label
    return f"{label}：{clause}"


_NAME_MAX_CHARS = 40
_WIDE_SCRIPT = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_FEW_WIDE = 4


def _is_wide_script(text: str) -> bool:
    """Return whether a text is Chinese, Japanese or Korean: its URL's words are another language then."""
    if text.isascii():
        return False
    head = text[:200]
    # Each such letter takes three bytes: counting bytes is quicker, and enough for a text with a few curly quotes.
    if len(head.encode("utf-8", "replace")) - len(head) <= 2 * _FEW_WIDE:
        return False
    return len(_WIDE_SCRIPT.findall(head)) > _FEW_WIDE


def _own_title(text: str) -> str:
    """Return the description's first line if it is a title above the rest: three words or more without a full stop."""
    first, more, _ = text.partition("\n")
    if not more or len(first) > HEADLINE_MAX_CHARS or first[-1:] in ".:,;" or first[:1] == "•" or first.count(" ") < 2:
        return ""
    return first


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
    if (slug := _SLUG.fullmatch(path, path.rfind("/") + 1)) and len(words := _slug_words(slug[1])) > 2:
        return (words[-1] in _UNFINISHED and _clause(text)) or _cased(words, text)
    for part in path.split("/")[-1:-4:-1]:
        if len(part) < _SLUG_MIN_CHARS or _FEW.fullmatch(part):
            continue
        words = _words(part)
        if len(words) >= 3 and sum(map(len, words)) >= _SLUG_MIN_CHARS:
            return _cased([word.lower() for word in words], text)
    return ""


_ENDED = re.compile(r"-[0-9a-z]{2,5}$")
"""What dev.to appends to the words of every page."""


def _slug_words(slug: str) -> list[str]:
    """Return the words of a slug of letters, digits and hyphens alone, in lower case."""
    return (slug.replace("_", "-") if "_" in slug else slug).lower().split("-")


def _stored(host: str, path: str) -> str:
    """Return the name of a project if a URL leads to one on a code host or a package registry, or ""."""
    if host in _FORGES:
        parts = [part for part in path.split("/") if part]
        named = "" if parts[0].lower() in _FORGE_PAGES else "/".join(parts[:2]).removesuffix(".git")
    else:
        hosting = _HOSTING_PATH.fullmatch(path)
        named = (hosting[1] or hosting[2]) if hosting else ""
    return shortened(_cleaned(named))


def _words(part: str) -> list[str]:
    """Return the words of one part of a path, without the numbers and hashes that programs add."""
    if "%" in part:
        part = unquote(part)
    if "." in part:
        part = _SUFFIX.sub("", part)
    words = [word for word in _SPLIT.split(part) if word]
    if len(words) == 1 and len(words := _CAMEL.split(part)) < 4:
        return []
    while words and _is_number(words[-1]):
        words.pop()
    while words and _is_number(words[0]):
        del words[0]
    if len(words) > _DATED and all(map(str.isdecimal, words[:3])) and words[0][:2] in ("19", "20"):
        del words[:3]
    letters = sum(map(str.isalpha, words))
    if letters < len(words) and (letters * 3 < len(words) * 2 or not all(map(_WORD.search, words))):
        return []
    return words


_DATED = 5  # words of a path from which on a year, month and day before them are its date


def _is_number(word: str) -> bool:
    """Return whether a program added `word`: three digits or more that are not a year, or a hash."""
    if word.isalpha() or (len(word) == 4 and word[:2] in ("19", "20") and word.isdecimal()):
        return False
    return _NOISE.fullmatch(word) is not None


def _cased(words: list[str], text: str) -> str:
    """Return words in lower case as a sentence; names have the case that the description writes them in."""
    # The same length as the text, and a fraction of the time that the lower case of curly quotes takes.
    plain_words = not text.isascii() and "".join(words).isascii()
    low = text.encode("ascii", "replace").decode("ascii").lower() if plain_words else text.lower()
    written = []
    for small in words:
        if small not in _SMALL:
            at = low.find(small)
            if at > 0 and (seen := text[at : at + len(small)]) != small and _is_name(text, at, seen):
                written.append(seen)
                continue
        written.append(_FIXED.get(small, small))
    title = " ".join(written)
    if words[0] == "its":
        title = _IT_IS.sub("it's", title)
    if any(map(str.isdecimal, words)):
        title = _VERSION.sub(lambda found: _dotted(found, text), title)
    if written[0].islower():
        title = title[0].upper() + title[1:]
    return title if len(title) <= HEADLINE_MAX_CHARS and title.isascii() and title.isprintable() else shortened(title)


_IT_IS = re.compile(r"^its(?= (?:a|all|an|been|here|not|ok|okay|the|time) )")
_VERSION = re.compile(r"(?<=[A-Za-z] )(?<!part )(?<!week )(?<!day )v?\d{1,2}(?: \d{1,2}){1,2}(?= [A-Za-z]|$)(?! \d)")


def _dotted(match: re.Match[str], text: str) -> str:
    """Return a version with its dots, which a slug does not have: `Rkt 0 8` is `Rkt 0.8`, if the text has it too.

    Without the text, only small versions get dots, and none before a plural: `31 5 years` is not a version.
    """
    version = match[0].replace(" ", ".")
    after = match.string[match.end() :].lstrip().partition(" ")[0]
    small = match[0].lstrip("v").partition(" ")[0]
    return version if version in text or (len(small) == 1 and not after.endswith("s")) else match[0]


def _is_name(text: str, at: int, seen: str) -> bool:
    """Return whether the capitals of `seen`, which stands at `at` in `text`, are its own and not a sentence's."""
    after = text[at + len(seen) : at + len(seen) + 1]
    if text[at - 1].isalnum() or after.isalnum():
        return False
    return not seen[1:].islower() or text[at - 2 : at - 1].isalnum() or text[at - 2 : at - 1] == ","


def _subject(host: str, text: str) -> str:
    """Return the name that `text` begins with, if it is the site's: `Kiali` of "Kiali provides …" on kiali.io."""
    labels = host.split(".")
    name = labels[-2 if len(labels) > 1 else 0].replace("-", "")
    if len(name) <= _SHORTEST_NAME or len(host) > HEADLINE_MAX_CHARS:
        return ""
    article = _ARTICLE.match(text)
    start = text[article.end() if article else 0 :][:200]
    for words in range(1, _MOST_NAME_WORDS + 1):
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
_MOST_NAME_WORDS = 4
_FORGE_PAGE = re.compile(
    r"[^/]+/[^/]+/(?:-/)?(?:pulls?|issues|commits?|blob|tree|discussions|releases|wiki|compare|merge_requests|actions)/."
)
"""A page inside a repository."""


def _clause(text: str) -> str:
    """Return the first clause of a description that is long enough to say something."""
    line = text.partition("\n")[0].lstrip("•*-–—> ")
    if counted := _COUNTED.match(line):
        line = line[counted.end() :]
    line = _ASIDE.sub("", line) if "http" in line else line
    if _is_wide_script(line):
        return _wide_clause(line)
    at = _SHORTEST_SENTENCE
    while found := _CLAUSE.search(line, at, HEADLINE_MAX_CHARS + 2):
        end, at = found.span()
        mark = line[end]
        if mark in ".!?" and not _is_short_form(line, end):
            return shortened(line[: end + (mark != ".")])
        if mark in ".!?" or _is_within(line, end) or (mark == "," and _is_introduction(line, end)):
            continue
        end -= mark not in ",;:"
        if end >= _SHORTEST_CLAUSE and len(line) > HEADLINE_MAX_CHARS:
            return shortened(line[:end])
    return shortened(line.rstrip(".:,; 。：，；"))


def _wide_clause(line: str) -> str:
    """Return the first sentence of a Chinese, Japanese or Korean text, a long one up to its last break that fits."""
    breaks = [found.start() for found in _WIDE_CLAUSE.finditer(line, 0, HEADLINE_MAX_CHARS)]
    sentence = next((at for at in breaks if line[at] in "。！？" and at >= _SHORTEST_WIDE), len(line))
    if sentence <= _WIDE_MAX_CHARS:
        return shortened(line[: sentence + (line[sentence : sentence + 1] in ("！", "？"))].rstrip("。：，；"))
    ends = [at for at in breaks if at >= _SHORTEST_WIDE and not _is_within(line, at)] or [len(line)]
    fitting = [at for at in ends if at <= _WIDE_MAX_CHARS] or ends[:1]
    return shortened(line[: fitting[-1]].rstrip("。：，；"))


_WIDE_MAX_CHARS = 40  # each is as wide as two letters


def _is_within(line: str, end: int) -> bool:
    """Return whether the mark at `end` stands in brackets or in a date, as in `June 3rd, 2021`."""
    if line.count("(", 0, end) > line.count(")", 0, end) or line.count("（", 0, end) > line.count("）", 0, end):
        return True
    return line[end] == "," and _YEAR_NEXT.match(line, end) is not None


def _is_introduction(line: str, end: int) -> bool:
    """Return whether what precedes the comma at `end` only introduces the sentence, as in `As part of the fair, …`."""
    return _INTRODUCING.match(line) is not None and "," not in line[:end]


_YEAR_NEXT = re.compile(r", (?:19|20)\d\d\b")
_INTRODUCING = re.compile(
    r"(?:according to|after|although|as|at|based on|because|before|by|due to|during|following|for|from|given|in|on"
    r"|once|since|thanks to|to|under|until|when|whenever|while|with|without)(?: on)? ",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?:\d{1,3}[.)]\s+|\d{1,3}、|[（(]\d{1,3}[）)]\s*)(?=\S)")
_ASIDE = re.compile(r"\s*[-–—:]?\s*[(<]?https?://\S+")
_WIDE_CLAUSE = re.compile(r"[。！？；，：](?!\d)")
_SHORTEST_SENTENCE = 16
_SHORTEST_CLAUSE = 30
_SHORTEST_WIDE = 6
_SHORT_FORMS = frozenset(
    {"e.g", "i.e", "etc", "vs", "mr", "mrs", "ms", "dr", "st", "no", "inc", "jr", "prof", "approx"}
)


def _is_short_form(line: str, end: int) -> bool:
    """Return whether the full stop at `end` ends an initial or an abbreviation, and not the sentence."""
    word = line[:end].rpartition(" ")[2].lower().strip("(")
    return line[end] == "." and (word in _SHORT_FORMS or (len(word) == 1 and word.isalpha()))


_JOINERS = "\u200c\u200d"


def _cleaned(text: str) -> str:
    """Return `text` without control and private characters; "" if no letter or digit remains."""
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in unseen(text)).split())
    return text if _WORD.search(text) else ""


def shortened(text: str, longest: int = HEADLINE_MAX_CHARS) -> str:
    """Return `text` as one line, cut at a word with … if it is longer than `longest` characters."""
    text = text.strip()
    seen = text[: longest + 1]
    if "\n" in seen or "  " in seen or not seen.isprintable():
        seen = text = " ".join(text.split())
    if len(seen) <= longest:
        return text
    cut = text[: longest - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > longest // 2 else cut).rstrip(" ,.;:-–—(") + "…"
