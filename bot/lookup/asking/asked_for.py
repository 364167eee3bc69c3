"""What a message asks for, without what it tells before and behind: "We move to Kafka. Anything on its limits?"."""

from __future__ import annotations

import re

from archive.search.wording import STOP_WORDS
from archive.search.words import bag, words
from bot.lookup.asking.heard import QUESTION_WORDS, is_asking
from bot.lookup.asking.phrases import phrases

_PHRASES = phrases("reader")
_TOLD = _PHRASES["told"]
_MEANS = _PHRASES["means"]
_SERVES = _PHRASES["serves"]
_CONTEXT = _PHRASES["context"]
_AFTERTHOUGHT = re.compile(r"^(?P<asked>.*?\w[^\s?!.,;]*\s.*?\w[?!.,;]+)\s+(?P<told>[^?]+)$")
_REMARKS = STOP_WORDS | bag("""
    cant cannot couldnt find found lost remember recall forgot anymore sure know need needed link tab bookmark closed
    name title where somewhere swear read saw seen could sworn think maybe ages years long ago remind memory
""")
"""What a remark behind a question is made of."""
_SENTENCE = re.compile(r"(?<=\w)[.!;]+\s+")


def asked_for(text: str) -> str:
    """Return what a message asks for, without what it tells before: "We move to Kafka. Anything on its limits?".

    A question that is reported is the question: "my boss asks what gitops means".
    """
    *before, last = _SENTENCE.split(text)
    told = (text[: text.index(each) + len(each) + 1].endswith("!") or _CONTEXT.match(each) for each in before)
    if before and is_asking(last) and all(told):
        text = last
    text = _without_afterthought(_TOLD.sub("", text))
    if text.partition(" ")[0].casefold() not in QUESTION_WORDS:
        text = _SERVES.sub("", text) or text
    if means := _MEANS.match(text):
        text = f"what is {means['thing']}"
    return text


def _without_afterthought(text: str) -> str:
    """Return a text without the remark that ends it: "... on rate limiting once? can't find it any more"."""
    match = _AFTERTHOUGHT.match(text)
    return match["asked"] if match and set(words(match["told"])) <= _REMARKS else text
