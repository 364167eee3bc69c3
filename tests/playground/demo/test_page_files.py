"""Files that people choose in a form: uploaded through the page, downloaded by the bot from the stand-in."""

from __future__ import annotations

import pytest

from bot.bookmarks.views.personal_data import FILE
from playground.slack.files import CHOSEN_FILE_MAX_BYTES
from tests.playground.demo import test_page
from tests.playground.demo.test_page import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
house = test_page.house
GOOD = b"<!DOCTYPE NETSCAPE-Bookmark-file-1><DT><A HREF='https://page.example/'>Chosen at the page</A>"


async def test_a_file_is_chosen_uploaded_and_imported(house: House) -> None:
    """The form requires a file; the chosen one is the person's own, and its bookmarks are then theirs."""
    room = await house.room("files")
    await house.ada.does("say", channel=room, text="/weekly import")
    view = await house.ada.modal("file_input")
    where = {"view": view["id"], "block_id": FILE, "action_id": FILE}
    answer = await house.ada.does("submit", view=view["id"], values={FILE: {FILE: []}})
    assert list(answer["errors"]) == [FILE]
    taken = (await house.ada.uploads(GOOD, name="b.html", **where))["file"]
    assert (taken["name"], taken["size"]) == ("b.html", len(GOOD))
    answer = await house.ada.does("submit", view=view["id"], values={FILE: {FILE: [taken]}})
    assert answer["errors"] == {}
    done = await house.ada.modal("1 more link is yours now")
    await house.ada.does("close_view", view=done["id"])


async def test_a_file_that_the_field_refuses(house: House) -> None:
    """Of another kind, too large, not a file, in another's form, or another's file: a line says so."""
    room = await house.room("files-not")
    await house.grace.does("say", channel=room, text="/weekly import")
    view = await house.grace.modal("file_input")
    where = {"view": view["id"], "block_id": FILE, "action_id": FILE, "name": "b.html"}
    assert "of the kind html" in (await house.grace.uploads(GOOD, **{**where, "name": "b.exe"}))["problem"]
    assert "too large" in (await house.grace.uploads(b"x" * (CHOSEN_FILE_MAX_BYTES + 1), **where))["problem"]
    assert "octet-stream" in (await house.grace.uploads(GOOD, "application/json", **where))["problem"]
    assert "no such field" in (await house.grace.uploads(GOOD, **{**where, "action_id": "x"}))["problem"]
    assert "closed" in (await house.ada.uploads(GOOD, **where))["problem"]
    theirs = house.page.room.workspace.add_file("http://127.0.0.1", house.page.room.people[0], "b.html", GOOD)
    for lie in ({"id": theirs.id}, {"id": "F0"}, "F0", 5):
        answer = await house.grace.does("submit", view=view["id"], values={FILE: {FILE: [lie]}})
        assert "no such file" in answer["problem"]
    await house.grace.does("close_view", view=view["id"])
