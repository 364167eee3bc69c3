"""Words that say little about what is looked for: filler, chat shorthand, and the sort of page that is wanted.

The lists name what such words are in general; they do not grow to make one query work.
"""

from __future__ import annotations

import re

from archive.search.words import bag

# Words that carry no meaning of their own, the phrases people wrap a question in, and chat shorthand.
STOP_WORDS = bag("""
    far goes a about above across after all also always am an and any anybody anyone anything are around as at be
    because been before being below best better between both but by can cannot cant could couldnt did didnt do does
    doesnt doing dont done each easiest easy else etc ever every everyone everything few for from further get gets
    getting give given going good got great had hadnt has hasnt have havent having he hello help her here hers hey
    hi him his hot how i id if ill im in into is isnt it its ive just know kind let lets like look looking lot make
    makes many may maybe me mean might more most much must my need needs never no nor not of off ok on once one only
    onto or other others ought our out over own please question really recommend same say see shall she should show
    so some somebody someone something somewhat somehow sort stuff such suggest suggestions sure tell than thank
    thanks that thats the their them then there theres these they theyre thing things this those though through thus
    tip tips to too under until up us use used useful using usual very want wants was wasnt ways we well were
    werent what whats when where wheres which while who whos whom why will wish with within without wont would
    wouldnt yes yet you your youre yours happen happened happens happening add adds anyones cut down
    ppl pls plz thx btw imo imho afaik iirc smth sth tho cuz idk lol ur
""")
# Words that say what sort of page is wanted. They help an entry up and are never missed.
OPTIONAL_WORDS = bag("""
    problem problems trouble issue issues solution solutions approach approaches technique techniques idea ideas lesson
    lessons detail details fact facts reason reasons different difference differences actually properly correctly
    article articles post posts talk talks slides slide deck video videos presentation explained explain explanation
    intro introduction overview recap guide tutorial book books paper resource resources link links example examples
    tool tools way simple quick new latest big large small modern company companies people write writing written
    learn learning story stories experience read reading list collection thoughts discussion blog website site page
    pages software product options option library libraries framework utility project plugin script manage managing
    run running start started alternatives alternative vs versus
""")

# Synonyms that are nothing without a word that is filler elsewhere.
COMPOUNDS = bag("oncall letsencrypt lockin backup backups startup startups noops")

ENGLISH = bag("the and of to in for with is that it")
"""Words that most English text has, and words that most text in other languages has."""
OTHERWISE = bag("""
    der die das und ist nicht mit auf ein eine le la les et des est dans pour une que el los las por con del una il di
    che per non een het van op voor och att som det og er til
""")

_WITH = re.compile(r"(?<![^\s(])(?:w/o?|b/c)(?![^\s,.;:!?)])", re.IGNORECASE)


def written_out(text: str) -> str:
    """Return `text` with the shorthand that is no word of its own written out: "w/o", "w/" and "b/c".

    >>> written_out("deploys w/o downtime, b/g w/ haproxy")
    'deploys without downtime, b/g with haproxy'
    """
    return _WITH.sub(lambda match: {"w/o": "without", "w/": "with", "b/c": "because"}[match[0].lower()], text)


def compounded(typed: list[str]) -> list[str]:
    """Return `typed` with the names that would lose a word as filler written as one.

    >>> compounded(["on", "call", "rota"])
    ['oncall', 'rota']
    """
    found: list[str] = []
    for word in typed:
        if found and found[-1] + word in COMPOUNDS and (word in STOP_WORDS or found[-1] in STOP_WORDS):
            found[-1] += word
        else:
            found.append(word)
    return found
