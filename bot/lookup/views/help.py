"""What the bot says about itself: help, usage, apologies."""

from __future__ import annotations

from bot.domain.schedule import EXAMPLE
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, escape

ISSUE = "435"
"""Stands for the newest issue's number, if there is one."""
MENU = (
    ("latest", "", "the newest issue"),
    ("issue", ISSUE, "one issue, by its number"),
    ("random", "", "a link picked at random"),
    ("topics", "", "what the archive talks about"),
    ("saved", "words", "your bookmarks"),
    ("top", "month", "what your team saves"),
    ("export", "html", "download your bookmarks"),
    ("import", "", "add the bookmarks of your browser"),
    ("subscribe", "mondays 09:00 Europe/London", "new issues in this channel"),
    ("status", "", "what was posted here, and what comes next"),
    ("preview", "latest", "how an issue would look here"),
    ("why", ISSUE, "why an issue was or was not posted here"),
    ("pause", "", "no digests here for a while"),
    ("resume", "", "digests again"),
    ("unsubscribe", "", "no more digests here"),
    ("owner", "", "whose subscription this is, and who may change it"),
    ("allow", "owner", "choose who may change this channel's subscription"),
    ("forget me", "", "delete everything about you"),
    ("help", "", "all commands"),
)
"""What the main command takes besides a topic: the word, what may follow it, and what it gives."""


def explain(names: CommandNames, newsletter: str = "") -> Message:
    """Explain every command, the reaction, and the search's language.

    `newsletter` is the slug of one of several, for examples; "" where there is only one.
    """
    weekly, tools, issue = escape(names.command), escape(names.tools), escape(names.issue)
    find = (
        f"`{weekly} service mesh`  the best links about a topic\n"
        f"`{tools} kubernetes`  tools only\n"
        f"`{weekly} latest` · `issue {issue}` · `random` · `topics`\n"
        f'Narrow it: `"exact phrase"` `-word` `in:tools` `site:github.com` `after:2018` `issue:{issue}`'
    )
    if newsletter:
        slug = escape(newsletter)
        find += f"\nOf one newsletter: `{weekly} kafka from:{slug}` · `latest {slug}` · `issue {slug} {issue}`"
    keep = (
        f"Press *Save* beside a link, or react to it with :{escape(names.bookmark)}: and it is yours\n"
        f"`{weekly} saved` · `saved kubernetes`  your bookmarks; my Home tab shows them too\n"
        f"`{weekly} top` · `top month` · `top year`  what is saved most here, without names; `top off` · `top on`\n"
        f"`{weekly} export` · `import` · `forget me`  take your list along, bring one, delete all of it"
    )
    post = (
        f"`{weekly} subscribe`  each new issue in this channel; or at once: `{weekly} subscribe {EXAMPLE}`\n"
        f"`{weekly} preview`  see it first, in private\n"
        f"`{weekly} status`  what was posted, what comes next\n"
        f"`{weekly} why {issue}`  what became of one issue here\n"
        f"`{weekly} pause` · `resume` · `unsubscribe`  stop for a while, go on, end it\n"
        f"`{weekly} owner` · `allow owner`  whose subscription it is, and who may change it"
    )
    return Message(
        f"{clip(names.bot, 100)}: {weekly} TOPIC finds links; {weekly} subscribe posts new issues here.",
        (
            blocks.section(f"*Find*\n{find}"),
            blocks.section(f"*Save*\n{keep}"),
            blocks.section(f"*Subscribe*\n{post}"),
            blocks.context(f'A topic that is also a command goes in quotes: `{weekly} "latest"`'),
        ),
    )


def explain_tools(names: CommandNames) -> Message:
    """Explain the command that searches the tools only."""
    tools = escape(names.tools)
    said = f"`{tools} kubernetes` finds tools about a topic. For everything else: `{escape(names.command)} help`"
    return blocks.says(said)


def usage(reason: str, names: CommandNames, example: str = "") -> Message:
    """Say what was missing or wrong (`reason`, plain; "" if nothing was typed) and what to type instead.

    `example` is a sub-command that takes an issue's number.
    """
    reason = f"{reason}, for example: {example} {names.issue}" if example else reason
    weekly = escape(names.command)
    said = (
        f"`{weekly} service mesh` finds links · `{weekly} latest` shows the newest issue · "
        f"`{weekly} subscribe` posts new ones here · `{weekly} help` has the rest"
    )
    first = f"{blocks.sentence(clip(reason, 600))}\n" if reason else ""
    return blocks.says(f"{first}{said}")


def hint(word: str, names: CommandNames) -> str:
    """Say, as one line of markup, how to use the sub-command that a topic started like."""
    takes = {
        "issue": f"issue {names.issue}",
        "why": f"why {names.issue}",
        "preview": f"preview {names.issue}",
        "subscribe": f"subscribe {EXAMPLE}",
        "export": "export csv",
        "forget": "forget me",
    }
    return f"Or did you want `{escape(names.command)} {takes.get(word, word)}`?"


def apology(reference: str) -> Message:
    """Apologise for an unexpected error; `reference` is in the log too."""
    return blocks.says(
        f"Sorry, something went wrong on my side. Please try again; if it stays, give your admin this: `{reference}`"
    )


def waiting() -> Message:
    """Say, in a sent form's place, that its outcome is not known yet."""
    return blocks.says("Still saving. The outcome comes here; if you close this, it comes in our direct conversation.")


def saved(named: str = "") -> Message:
    """Say that a note was saved whose form could not simply close; `named` is its link (markup), "" if unknown."""
    return blocks.says(f"Saved your note: {named}" if named else "Saved your note.")


def trouble(message: Message, names: CommandNames) -> Block:
    """Return a modal that says what went wrong."""
    return blocks.window(names.bot, message.blocks)
