"""The one place that reads the environment.

Every setting is an environment variable of the name in its `alias`; a file `.env` in the working folder is read too,
and the environment wins over it. Nothing is required to build `Settings`: what a command needs, it asks for by name
(`slack_credentials`), so that `backissue search` works without a token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.errors import SettingsError
from bot.domain.schedule import known_zone

DOT_ENV = ".env"
# Slack: reference/app-manifest (command at most 32 characters with its slash, no spaces).
COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")
# What Slack allows in an emoji's name.
EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}")
# Slack's ids of people: U or W, then capitals and digits (reference/objects/user-object).
USER = re.compile(r"[UW][A-Z0-9]{2,30}")


@dataclass(frozen=True, slots=True)
class SlackCredentials:
    """What it takes to talk to Slack: `app_token` is set for Socket Mode only, where no signing secret is needed."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    app_token: str | None = field(repr=False)


_MEANT = {
    "PORT": "is a number from 0 to 65535, for example 3000",
    "BACKISSUE_HEALTH_PORT": "is a number from 1 to 65535, for example 3001",
    "BACKISSUE_PEER_CONNECTIONS": "is a number from 1 up, for example 32; leave it out behind a proxy",
    "BACKISSUE_SOCKET_MINUTES": "is a number of minutes from 0 to 1440, for example 10",
    "BACKISSUE_SOURCE_MINUTES": "is a number of minutes from 1 to 1440, for example 15",
    "BACKISSUE_SOURCE_PRIVATE": "is yes or no",
    "BACKISSUE_LOG": "is one of auto, json and console",
    "BACKISSUE_COUNT_MISSES": "is yes or no",
    "BACKISSUE_MISSES_DAYS": "is a number of days from 1 to 3650, for example 90",
    "BACKISSUE_AUDIT_DAYS": "is a number of days from 1 to 36500, for example 730",
    "BACKISSUE_NEW_DAYS": "is a number of days from 0 to 3650, for example 14",
    "BACKISSUE_OPERATORS_CHANNEL": "is a channel's id, for example C0123456789",
    "BACKISSUE_NAME": "has 1 to 80 characters",
    "BACKISSUE_BOOKMARK": "names at least one emoji, for example: bookmark",
}
"""What a variable takes, where the checker's own words would say it in its own terms."""


_TWO_WAYS = (
    "is not set, and SLACK_APP_TOKEN is not either; set one, from your app's page “Basic Information” on "
    "api.slack.com/apps: the app token (xapp-…) for Socket Mode, which needs no public address, or the secret for HTTP"
)


def _wording(wrong: ErrorDetails) -> str:
    """Return what is wrong with a variable, in words for the person who set it."""
    place = str(wrong["loc"][0]) if wrong["loc"] else ""
    if wrong["type"] == "value_error":
        return str(wrong["ctx"]["error"]) if "ctx" in wrong else wrong["msg"]
    return _MEANT.get(place, wrong["msg"])


def _unreadable(reason: str, advice: str) -> SettingsError:
    """Make the error of a file of settings that cannot be read."""
    return SettingsError(str(Path(DOT_ENV).absolute()), f"{reason}; {advice}, or move it out of the working folder")


_SECRETS = ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "BACKISSUE_SOURCE_PASSWORD")
_MAX_SECRET_CHARS = 10_000


def _with_secrets(given: dict[str, Any]) -> dict[str, Any]:
    """Return settings with each secret that is in a file. Raises SettingsError naming the variable of the file."""
    found = dict(given)
    for name in _SECRETS:
        file = given.get(f"{name}_FILE")
        if not file:
            continue
        if given.get(name):
            raise SettingsError(f"{name}_FILE", f"is set beside {name}; unset one of the two")
        try:
            text = Path(str(file)).read_text("utf-8")[:_MAX_SECRET_CHARS].strip()
        except OSError as error:
            reason = f"{file} cannot be read ({error.strerror}); let this user read it"
            raise SettingsError(f"{name}_FILE", reason) from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{name}_FILE", f"{file} is not UTF-8 text") from error
        if not text:
            raise SettingsError(f"{name}_FILE", f"{file} is empty")
        found[name] = text
    return found


def own_commands(value: str) -> dict[str, str]:
    """Return the newsletters' slugs by their commands. Raises ValueError for what is no list of pairs.

    >>> own_commands("/sre=sre-weekly, bread=bread")
    {'/sre': 'sre-weekly', '/bread': 'bread'}
    """
    found: dict[str, str] = {}
    for pair in filter(None, map(str.strip, value.split(","))):
        name, _, slug = (part.strip() for part in pair.partition("="))
        name = name if name.startswith("/") else f"/{name}"
        if not COMMAND.fullmatch(name) or not slug:
            raise ValueError(
                f"{pair[:60]!r} is no command with a newsletter; for example: /sre=sre-weekly,/bread=bread"
            )
        if name in found:
            raise ValueError(f"{name} stands there twice; a command is one newsletter's")
        found[name] = slug
    return found


class Settings(BaseSettings):
    """Back Issue's settings, checked."""

    model_config = SettingsConfigDict(env_file=DOT_ENV, extra="ignore", populate_by_name=True, env_ignore_empty=True)

    archive: Path | None = Field(default=None, alias="BACKISSUE_ARCHIVE")
    """The folder of issues."""
    database_url: str = Field(default="sqlite:///backissue.db", alias="DATABASE_URL")
    """The database: sqlite:///FILE or postgresql://…"""
    slack_bot_token: SecretStr | None = Field(default=None, alias="SLACK_BOT_TOKEN")
    """The bot's token, xoxb-…"""
    slack_signing_secret: SecretStr | None = Field(default=None, alias="SLACK_SIGNING_SECRET")
    """Proves that a request over HTTP is Slack's."""
    slack_app_token: SecretStr | None = Field(default=None, alias="SLACK_APP_TOKEN")
    """An app-level token, xapp-…: switches Socket Mode on."""
    slack_api_url: str = Field(default="https://slack.com/api/", alias="SLACK_API_URL")
    """The base of the Web API; another one for tests and proxies."""
    database_url_file: Path | None = Field(default=None, alias="DATABASE_URL_FILE")
    slack_bot_token_file: Path | None = Field(default=None, alias="SLACK_BOT_TOKEN_FILE")
    slack_signing_secret_file: Path | None = Field(default=None, alias="SLACK_SIGNING_SECRET_FILE")
    slack_app_token_file: Path | None = Field(default=None, alias="SLACK_APP_TOKEN_FILE")
    """Files that hold those four, as container platforms mount secrets; their content wins over nothing else."""
    port: int = Field(default=3000, alias="PORT", ge=0, le=65535)
    """Where HTTP is served."""
    health_port: int | None = Field(default=None, alias="BACKISSUE_HEALTH_PORT", ge=1, le=65535)
    """A port for the health pages alone, in every way to run; None: they are beside Slack's path, if there is one."""
    peer_connections: int | None = Field(default=None, alias="BACKISSUE_PEER_CONNECTIONS", ge=1)
    """HTTP connections of one address at a time, where no proxy stands in front; None: only their sum is bounded."""
    socket_minutes: float = Field(default=10, alias="BACKISSUE_SOCKET_MINUTES", ge=0, le=1440)
    """Minutes for which Slack may refuse the app token before a process in Socket Mode ends."""
    command: str = Field(default="/weekly", alias="BACKISSUE_COMMAND")
    """The main command's name."""
    tools_command: str = Field(default="/tools", alias="BACKISSUE_TOOLS_COMMAND")
    """The name of the command that searches the tools sections only."""
    commands: Annotated[Mapping[str, str], NoDecode] = Field(default_factory=dict, alias="BACKISSUE_COMMANDS")
    """Commands of one newsletter each, with its slug: /sre=sre-weekly, separated by commas."""
    bookmark: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset({"bookmark"}), alias="BACKISSUE_BOOKMARK", min_length=1
    )
    """The reactions that save a link: names of emoji, separated by commas."""
    admins: Annotated[frozenset[str], NoDecode] = Field(default=frozenset(), alias="BACKISSUE_ADMINS")
    """The people who may change every channel's subscription: Slack user ids, separated by commas."""
    synonyms: Path | None = Field(default=None, alias="BACKISSUE_SYNONYMS")
    """A file of other names that extends the shipped table."""
    count_misses: bool = Field(default=True, alias="BACKISSUE_COUNT_MISSES")
    """Whether searches without a strong answer are counted, for `backissue misses`."""
    misses_days: int = Field(default=90, alias="BACKISSUE_MISSES_DAYS", ge=1, le=3650)
    """Days for which such searches are counted."""
    audit_days: int | None = Field(default=None, alias="BACKISSUE_AUDIT_DAYS", ge=1, le=36500)
    """Days for which changes of subscriptions are recorded; None: for ever."""
    source: str | None = Field(default=None, alias="BACKISSUE_SOURCE", repr=False)
    """Where new issues come from: a feed, a mailbox or a git repository. It may hold a password."""
    source_minutes: float = Field(default=15, alias="BACKISSUE_SOURCE_MINUTES", ge=1, le=1440)
    """Minutes from one look at the source to the next."""
    source_private: bool = Field(default=False, alias="BACKISSUE_SOURCE_PRIVATE")
    """Whether a source may be in a private network."""
    source_password: SecretStr | None = Field(default=None, alias="BACKISSUE_SOURCE_PASSWORD")
    """The password of a mailbox."""
    source_password_file: Path | None = Field(default=None, alias="BACKISSUE_SOURCE_PASSWORD_FILE")
    name: str = Field(default="Back Issue", alias="BACKISSUE_NAME", min_length=1, max_length=80)
    """What the bot calls itself."""
    zone: str = Field(default="UTC", alias="BACKISSUE_ZONE")
    """The newsletter's time zone: a date without a time begins at midnight there."""
    new_days: int = Field(default=14, alias="BACKISSUE_NEW_DAYS", ge=0, le=3650)
    """An issue may be dated so many days before the last good look at the archive and still be new."""
    operators_channel: str = Field(default="", alias="BACKISSUE_OPERATORS_CHANNEL", pattern="^([CG][A-Z0-9]{2,})?$")
    """The id of a channel that is told of broken files, in place of those who subscribed channels."""
    proxy: str | None = Field(default=None, alias="HTTPS_PROXY", repr=False)
    """The proxy to Slack, which the SDK reads for itself; it may hold a password."""
    log_format: str = Field(default="auto", alias="BACKISSUE_LOG", pattern="^(auto|json|console)$")
    """How the log is written: `json`, `console`, or `auto` (console in a terminal)."""

    @model_validator(mode="before")
    @classmethod
    def _from_files(cls, given: Any) -> Any:
        """Read the secrets that are in files."""
        return _with_secrets(given) if isinstance(given, dict) else given

    @field_validator("command", "tools_command")
    @classmethod
    def _is_command(cls, value: str) -> str:
        value = value if value.startswith("/") else f"/{value}"
        if not COMMAND.fullmatch(value):
            raise ValueError("a command is a slash and up to 31 of a-z, 0-9, - and _; for example /weekly")
        return value

    @field_validator("commands", mode="before")
    @classmethod
    def _are_commands(cls, value: object) -> object:
        return own_commands(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _are_different(self) -> Self:
        for name in (self.command, self.tools_command):
            if name in self.commands:
                raise SettingsError("BACKISSUE_COMMANDS", f"{name} is a command of all newsletters; take another name")
        return self

    @property
    def window(self) -> timedelta:
        """How long before the last good look an issue may be dated and still be new."""
        return timedelta(days=self.new_days)

    @property
    def changes_kept(self) -> timedelta | None:
        """How long changes of subscriptions are recorded; None: for ever."""
        return None if self.audit_days is None else timedelta(days=self.audit_days)

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if not (found := known_zone(value)):
            raise ValueError(f"{value[:40]!r} is no time zone; for example Europe/London")
        return found

    @field_validator("slack_api_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("is an address that begins with https://; leave it unset for Slack itself")
        return value

    @field_validator("bookmark", mode="before")
    @classmethod
    def _are_emoji(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names = frozenset(name.strip().strip(":") for name in value.split(",") if name.strip())
        wrong = sorted(name for name in names if not EMOJI.fullmatch(name))
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no emoji's name; for example: bookmark,star")
        return names

    @field_validator("admins", mode="before")
    @classmethod
    def _are_users(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        ids = frozenset(each.strip() for each in value.split(",") if each.strip())
        wrong = sorted(each for each in ids if not USER.fullmatch(each))
        if wrong:
            raise ValueError(
                f"{wrong[0]!r} is not a user id; in Slack open the person's profile, then ⋮, “Copy member ID”; "
                "for example: U012AB3CD,W45EF67GH"
            )
        return ids

    @classmethod
    def read(cls, **given: object) -> Self:
        """Read the environment; `given` values (from the command line) win over it.

        Raises SettingsError naming the first variable that is wrong and what it should be, or the file `.env` when it
        cannot be read.
        """
        try:
            return cls.model_validate({name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            cause = first.get("ctx", {}).get("error")
            if isinstance(cause, UnicodeDecodeError):  # only the file is decoded: the environment is text
                raise _unreadable(f"is not UTF-8 text (byte {cause.start})", "save it as UTF-8") from error
            place = str(first["loc"][0]) if first["loc"] else "settings"
            field = cls.model_fields.get(place)
            raise SettingsError(str(field.alias) if field else place, _wording(first)) from error
        except OSError as error:
            raise _unreadable(f"cannot be read ({error.strerror})", "let this user read it") from error

    def source_secret(self) -> str:
        """Return a mailbox's password, "" for none."""
        return self.source_password.get_secret_value() if self.source_password is not None else ""

    def own_zone(self) -> str | None:
        """Return the zone if it is set, None where newsletters say their own."""
        return self.zone if "zone" in self.model_fields_set else None

    def slack_credentials(self) -> SlackCredentials:
        """Return what `serve` needs to talk to Slack.

        Raises SettingsError naming the variable that is missing or swapped, with where to find it.
        """
        bot_token = self.bot_credentials().bot_token
        if self.slack_app_token is not None:
            app_token = self._secret("SLACK_APP_TOKEN", self.slack_app_token, "xapp-", "Basic Information")
            return SlackCredentials(bot_token, "", app_token)
        if self.slack_signing_secret is None:
            raise SettingsError("SLACK_SIGNING_SECRET", _TWO_WAYS)
        # Bolt starts without a secret and then answers every request with 500 (measured): refuse at once.
        return SlackCredentials(
            bot_token, self._secret("SLACK_SIGNING_SECRET", self.slack_signing_secret, "", "Basic Information"), None
        )

    def bot_credentials(self) -> SlackCredentials:
        """Return what posting needs, only the bot's token. Raises SettingsError as `slack_credentials` does."""
        token = self._secret("SLACK_BOT_TOKEN", self.slack_bot_token, "xoxb-", "OAuth & Permissions")
        return SlackCredentials(token, "", None)

    @staticmethod
    def _secret(name: str, value: SecretStr | None, prefix: str, page: str) -> str:
        text = value.get_secret_value().strip() if value else ""
        if not text:
            raise SettingsError(name, f"is not set; copy it from your app's page “{page}” on api.slack.com/apps")
        if not text.startswith(prefix):
            raise SettingsError(name, f"should start with {prefix}; copy it from “{page}” on api.slack.com/apps")
        return text
