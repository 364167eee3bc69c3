"""A visitor of the page, as a browser would act: real HTTP on loopback, pushes read as they arrive."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

WAIT_SECONDS = 30.0


@dataclass
class Visitor:
    """A person at the page of `url`. `pushes` are those since `listens`."""

    session: aiohttp.ClientSession
    url: str
    me: str = ""
    pushes: list[dict[str, Any]] = field(default_factory=list)
    mark: str = ""
    _stir: asyncio.Event = field(default_factory=asyncio.Event)

    async def state(self) -> dict[str, Any]:
        """Return the page's whole state."""
        async with self.session.get(f"{self.url}page/state", params={"as": self.me}) as answer:
            found: dict[str, Any] = await answer.json()
        return found

    async def messages(self, channel: str, **which: str) -> dict[str, Any]:
        """Return a page of messages."""
        params = {"as": self.me, "channel": channel, **which}
        async with self.session.get(f"{self.url}page/messages", params=params) as answer:
            found: dict[str, Any] = await answer.json()
        return found

    async def does(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Do an action."""
        return await self.posts("page/do", {"as": self.me, "do": verb, **fields})

    async def operates(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Do an action of Backstage."""
        return await self.posts("page/backstage", {"do": verb, **fields})

    async def uploads(self, content: bytes, kind: str = "application/octet-stream", **where: str) -> dict[str, Any]:
        """Upload a file for a form's field."""
        headers = {"Content-Type": kind}
        params = {"as": self.me, **where}
        async with self.session.post(
            f"{self.url}page/upload", params=params, data=io.BytesIO(content), headers=headers
        ) as answer:
            found: dict[str, Any] = await answer.json()
        return found

    async def posts(self, path: str, body: Any) -> dict[str, Any]:
        """Send JSON."""
        async with self.session.post(self.url + path, json=body) as answer:
            found: dict[str, Any] = await answer.json()
        assert answer.status in {200, 400, 404}, found
        return found

    async def channel(self, name: str) -> str:
        """Return a channel's id; "" is the conversation with the bot."""
        for channel in (await self.state())["channels"]:
            if channel["name"] == name or (not name and channel["kind"] == "im"):
                return str(channel["id"])
        raise AssertionError(name)

    async def until(self, look: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait for a push that `look` accepts, starting with those that have arrived."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                for push in self.pushes:
                    if look(push):
                        return push
                self._stir.clear()
                await self._stir.wait()

    async def reads(self, words: str, channel: str) -> dict[str, Any]:
        """Wait for a message in that channel with this text, and return it."""

        def look(push: dict[str, Any]) -> bool:
            message = push.get("message", {})
            return message.get("channel") == channel and words in json.dumps(message, ensure_ascii=False)

        message: dict[str, Any] = (await self.until(look))["message"]
        return message

    async def modal(self, words: str) -> dict[str, Any]:
        """Wait for a modal with this text, and return it."""
        push = await self.until(lambda push: push["type"] == "modal" and words in json.dumps(push["view"]))
        view: dict[str, Any] = push["view"]
        return view

    @asynccontextmanager
    async def listening(self, mark: str | None = None) -> AsyncIterator[None]:
        """Listen from `mark` on (None: from now on)."""
        after = (await self.state())["event"] if mark is None else mark
        self.pushes.clear()
        headers, params = {"Last-Event-ID": after}, {"as": self.me, "after": "elsewhere-1"}
        async with self.session.get(f"{self.url}page/push", params=params, headers=headers) as line:
            task = asyncio.create_task(self._listen(line))
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, line: aiohttp.ClientResponse) -> None:
        async for raw in line.content:
            text = raw.decode().rstrip("\n")
            if text.startswith("id: "):
                self.mark = text[4:]
            elif text.startswith("data: "):
                self.pushes.append(json.loads(text[6:]))
                self._stir.set()
