"""What a section's heading says about its entries, in nine languages."""

from __future__ import annotations

import re
from functools import lru_cache

from archive.kind import Kind

_WORDS: tuple[tuple[Kind, str], ...] = (
    # The order decides: "Sponsored event" is a sponsor's, "Event jobs" are jobs. English, then German, French,
    # Spanish, Portuguese and Italian.
    (Kind.SPONSOR, r"(?:co-?)?sponsor(?:s|ed|ship)?(?!-free)|advertisements?|advertorial|special offers?"),
    (Kind.SPONSOR, r"^(?:ads?|advertising|promoted|anzeigen?|annonces?|anuncios?|anúncios?)(?: ?[:–-].*)?$"),
    (Kind.SPONSOR, r"^(?:this (?:issue|week) (?:is|was) )?(?:supported|brought to you) by"),
    (
        Kind.SPONSOR,
        r"werbung|gesponsert|sponsoren|sponsoris[ée]e?s?|publicité|patrocinad(?:o|a|or|ores)s?|patroc[ií]nio",
    ),
    (Kind.SPONSOR, r"publicidade?|sponsorizzat[oaie]|pubblicità"),
    (
        Kind.JOBS,
        r"jobs?|careers?|hiring|vacanc(?:y|ies)|work with us|job opportunities|open (?:positions|roles)|^positions$",
    ),
    (Kind.JOBS, r"stellen(?:angebote|anzeigen|markt)?|karriere|offres? d.emplois?|emplois?|recrutement"),
    (Kind.JOBS, r"empleos?|trabajos?|vacantes|vagas|empregos?|offerte di lavoro|lavoro"),
    (Kind.EVENTS, r"events?|conferences?|meet-?ups?|webinars?|calendar|cfps?|summits?|workshops?|diary"),
    (Kind.EVENTS, r"call for (?:papers|proposals|speakers|talks)|veranstaltungen|termine|konferenzen|treffen"),
    (
        Kind.EVENTS,
        r"[ée]v[ée]nements|évènements|^agenda$|conférences|rencontres|eventos|encuentros|encontros|conferencias|conferências|eventi",
    ),
    (
        Kind.TOOLS,
        r"tools?|toolbox|tooling|projects?|releases?|software|librar(?:y|ies)|code(?! of conduct)|open[ -]source",
    ),
    (Kind.TOOLS, r"werkzeuge?|bibliotheken|projekte|neue versionen|veröffentlichungen"),
    (
        Kind.TOOLS,
        r"outils|logiciels?|bibliothèques|projets|nouvelles versions",
    ),
    (
        Kind.TOOLS,
        r"herramientas|bibliotecas|librerías|lanzamientos|lançamentos|proyectos|ferramentas|projetos|strumenti|progetti",
    ),
    (Kind.NEWS, r"news|articles?|reading|reads?|links?|posts?|stor(?:y|ies)|blogs?|videos?|talks?|papers?|podcasts?"),
    (Kind.NEWS, r"headlines?|features?|tutorials?|community|culture"),
    (Kind.NEWS, r"neuigkeiten|nachrichten|aktuelles|meldungen|artikel|lesestoff|lesenswertes|beiträge"),
    (Kind.NEWS, r"actualités?|nouvelles|lectures?|à lire|noticias|novedades|enlaces|artículos|lecturas"),
    (
        Kind.NEWS,
        r"notícias|novidades|artigos|leituras",
    ),
    (Kind.NEWS, r"notizie|articoli|letture"),
    (Kind.INTRO, r"intro|introduction|editorial|welcome|hello|editor.s (?:note|letter)"),
    (Kind.INTRO, r"vorwort|einleitung|willkommen|édito(?:rial)?|introducción|bienvenidos?|introdução|editoriale"),
)
_UNSPACED: tuple[tuple[Kind, str], ...] = (
    # Japanese, Chinese in both scripts, Korean: these words stand within others without a blank.
    (Kind.SPONSOR, "スポンサー|広告|协賛|協賛|赞助|贊助|广告|廣告|^推广$|스폰서|광고"),
    (Kind.JOBS, "求人|採用|お仕事|転職|招聘|招贤|招人|职位|職位|工作机会|채용"),
    (Kind.EVENTS, "イベント|勉強会|カンファレンス|活动|活動|会议|會議|讲座|講座|聚会|聚會|행사"),
    (
        Kind.TOOLS,
        "ツール|ライブラリ|オープンソース|新版本|版本发布|版本發布|^发布$|^库$|类库|开源库|プロジェクト|リリース|工具|项目|項目|软件|軟體|软体|도구",
    ),
    (
        Kind.NEWS,
        "ニュース|記事|読み物|話題|トピック|お知らせ|リンク|链接|鏈接|话题|文章|新闻|新聞|资讯|資訊|动态|動態|文摘|阅读|閱讀|头条|뉴스|기사",
    ),
    (Kind.INTRO, "はじめに|編集後記|前言|导语|導語|卷首|서문"),
)
_RULES = (
    *((kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for kind, words in _WORDS),
    *((kind, re.compile(words)) for kind, words in _UNSPACED),
)


@lru_cache(maxsize=4096)
def kind(heading: str) -> Kind | None:
    """Return the kind that a heading names, None for any other heading (a conference, a company).

    Only clear words make a sponsor's section: promotions, partners and deals may be anything.

    >>> kind("From our sponsor, Example")
    <Kind.SPONSOR: 'sponsor'>
    >>> kind("Promotions of proposals")
    """
    return next((kind for kind, words in _RULES if words.search(heading.strip())), None)
