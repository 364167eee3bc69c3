"""Cutting text into words, the same way for the archive and for what people type."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ACCENT = re.compile("[\u0300-\u036f]+")
# The language's name is a common verb: only the capital letter within a sentence tells them apart.
_GO = re.compile(r"(?<=[\w,(] )Go(?=[\s,.;:)]|$)(?!\s+[A-Z])")
_SIGNS = (("c++", "cplusplus"), ("c#", "csharp"), ("f#", "fsharp"))
_DOTNET = re.compile(r"(?<!\w)\.net\b")
_CJK = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003134f"
"""Letters of Chinese, Japanese and Korean, after NFKC."""
_SCRIPTS = re.compile(f"[{_CJK}]+|[^{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")
# Letters that no normalisation takes apart.
_LETTERS = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i",
})  # fmt: skip
_HAS_LETTERS = re.compile(f"[{''.join(map(chr, _LETTERS))}]")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
# Most text is cut by this and `split`, three times as fast as by the pattern. The bytes of UTF-8 are taken, not the
# text: of that, each sign beyond ASCII and all that follow it would be looked up one by one.
_BLANKED = bytes(at if at > 127 or chr(at).isalnum() or chr(at) == "'" else 32 for at in range(256))


Words = tuple[str, ...]


def bag(text: str) -> frozenset[str]:
    """Return the words of a constant, written with blanks between them."""
    return frozenset(text.split())


def words(text: str) -> list[str]:
    """Return the words of `text` in order: lower case, no accents, no possessive; "c++" and the like by their names.

    Everything that is not a letter or digit separates, so "blue/green" and "blue-green" are the same two words. Signs,
    emoji and control characters are no words. Chinese, Japanese and Korean, written without blanks or with few, come in
    overlapping pairs of letters, as is usual for them.
    """
    if not text.isascii():
        text = text.replace("’", "'")
        if not text.isascii():
            text = _folded(text)
    if "Go" in text:
        text = _GO.sub("golang", text)
    text = text.lower()
    if "#" in text or "+" in text:
        for sign, name in _SIGNS:
            text = text.replace(sign, name)
    if ".net" in text:
        text = _DOTNET.sub("dotnet", text)
    pieces = text.encode("utf-8", "surrogatepass").translate(_BLANKED).decode("utf-8", "surrogatepass").split()
    if "'" not in text and text.isascii():
        return pieces
    if text.isascii() or not _IS_CJK.search(text):
        return [word for piece in pieces for word in ((piece,) if piece.isalnum() else _cut(piece))]
    return [word for piece in pieces for word in _cut(piece)]


def _cut(piece: str) -> list[str]:
    """Return the words of a piece that has an apostrophe or a foreign sign."""
    found = _WORD.findall(piece)
    if "'" in piece:
        found = [word.removesuffix("'s").replace("'", "") for word in found]
    return _paired(found) if _IS_CJK.search(piece) else found


def _paired(found: list[str]) -> list[str]:
    """Return `found` with the runs of Chinese, Japanese and Korean letters cut into overlapping pairs."""
    cut: list[str] = []
    for word in found:
        for run in _SCRIPTS.findall(word):
            if len(run) > 2 and _IS_CJK.match(run):
                cut += map("".join, pairwise(run))
            else:
                cut.append(run)
    return cut


def _folded(text: str) -> str:
    """Return `text` without accents, and with full-width and other forms of a letter as the letter."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    whole = unicodedata.normalize("NFKC", plain)
    return whole.translate(_LETTERS) if _HAS_LETTERS.search(whole) else whole


def umlauts(text: str) -> dict[str, str]:
    """Return the words of `text` that have umlauts, as `words` gives them, with how they are written without.

    >>> umlauts("Die Größe")
    {'grosse': 'groesse'}
    """
    if text.isascii():
        return {}
    whole = unicodedata.normalize("NFC", text)
    if not any(umlaut in whole for umlaut in "äöüÄÖÜ"):
        return {}
    plain = whole.translate(_UMLAUTS)
    pairs = zip(words(whole), words(plain), strict=False)
    return {word: spelled for word, spelled in pairs if word != spelled}
