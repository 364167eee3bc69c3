"""The app: put together in one file, and run in the other."""

from bot.app.running import App, Ports
from bot.app.wiring import build

__all__ = ["App", "Ports", "build"]
