"""`python -m bot` is `backissue`, for hosts that do not install the project itself."""

from bot.cli.main import run

run()
