"""Settings: read once, checked, and clear about what is missing."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.serve import check_commands
from bot.domain.errors import SettingsError
from bot.domain.missed_query import MISSES_DAYS
from bot.domain.newsletter import UNNAMED, Newsletter
from bot.runtime.settings import Settings
from bot.source.finding import FoundNewsletters

NAMES = [
    "BACKISSUE_ARCHIVE",
    "BACKISSUE_COMMAND",
    "BACKISSUE_TOOLS_COMMAND",
    "BACKISSUE_BOOKMARK",
    "BACKISSUE_COMMANDS",
    "BACKISSUE_ADMINS",
    "BACKISSUE_SYNONYMS",
    "BACKISSUE_COUNT_MISSES",
    "BACKISSUE_SOURCE",
    "BACKISSUE_SOURCE_MINUTES",
    "BACKISSUE_SOURCE_PASSWORD",
    "BACKISSUE_SOURCE_PASSWORD_FILE",
    "BACKISSUE_SOURCE_PRIVATE",
    "BACKISSUE_ZONE",
    "BACKISSUE_NEW_DAYS",
    "BACKISSUE_MISSES_DAYS",
    "BACKISSUE_AUDIT_DAYS",
    "BACKISSUE_OPERATORS_CHANNEL",
    "BACKISSUE_NAME",
    "BACKISSUE_LOG",
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "SLACK_BOT_TOKEN_FILE",
    "SLACK_SIGNING_SECRET_FILE",
    "SLACK_APP_TOKEN_FILE",
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_APP_TOKEN",
    "SLACK_API_URL",
    "HTTPS_PROXY",
    "PORT",
    "BACKISSUE_HEALTH_PORT",
    "BACKISSUE_PEER_CONNECTIONS",
    "BACKISSUE_SOCKET_MINUTES",
]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave no settings in the environment and the working folder of each test."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_need_nothing() -> None:
    """With an empty environment there are settings to search with."""
    settings = Settings.read()
    assert (settings.command, settings.tools_command, settings.port) == ("/weekly", "/tools", 3000)
    assert settings.bookmark == frozenset({"bookmark"})


def test_admins_are_user_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Separated by commas; a name is refused with the way to the id."""
    monkeypatch.setenv("BACKISSUE_ADMINS", " U012AB3CD, W45EF67GH,")
    assert Settings.read().admins == {"U012AB3CD", "W45EF67GH"}
    monkeypatch.setenv("BACKISSUE_ADMINS", "U012AB3CD,@ada")
    with pytest.raises(SettingsError, match=r"BACKISSUE_ADMINS: '@ada' is not a user id; .*Copy member ID"):
        Settings.read()


def test_every_variable_is_in_the_list_of_this_test() -> None:
    """A new setting is noticed here (and by the docs' own test)."""
    assert sorted(str(field.alias) for field in Settings.model_fields.values()) == sorted(NAMES)


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A given option wins; one that is not given does not hide the environment."""
    monkeypatch.setenv("PORT", "4000")
    assert Settings.read(port=None).port == 4000
    assert Settings.read(port=5000).port == 5000


def test_a_dot_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets may be in a file in the working folder."""
    Path(".env").write_text("PORT=4001\nBACKISSUE_NAME=Digest\nOTHER=ignored\n")
    monkeypatch.setenv("PORT", "4002")
    settings = Settings.read()
    assert (settings.port, settings.name) == (4002, "Digest")


def test_a_binary_dot_env_file_is_named() -> None:
    """The error says what to do, without a stack trace."""
    Path(".env").write_bytes("BACKISSUE_NAME=Café\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"is not UTF-8 text.*save it as UTF-8") as caught:
        Settings.read()
    assert caught.value.name == str(Path(".env").absolute())


def test_an_unreadable_dot_env_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """This happens if its owner is another user."""
    Path(".env").write_text("PORT=4001\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), ".env")

    monkeypatch.setattr("dotenv.main.open", refuse, raising=False)
    with pytest.raises(SettingsError, match=r"Permission denied.*let this user read it") as caught:
        Settings.read()
    assert caught.value.name == str(Path(".env").absolute())


def test_emoji_are_read_with_or_without_colons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several reactions may save a link."""
    monkeypatch.setenv("BACKISSUE_BOOKMARK", " :bookmark:, star,+1 ")
    assert Settings.read().bookmark == frozenset({"bookmark", "star", "+1"})


def test_a_command_may_lack_its_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    """`digest` is read as `/digest`."""
    monkeypatch.setenv("BACKISSUE_COMMAND", "digest")
    assert Settings.read().command == "/digest"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("BACKISSUE_HEALTH_PORT", "0"),
        ("BACKISSUE_PEER_CONNECTIONS", "0"),
        ("BACKISSUE_COMMAND", "/two words"),
        ("BACKISSUE_BOOKMARK", "no emoji!"),
        ("BACKISSUE_BOOKMARK", ","),
        ("BACKISSUE_LOG", "loud"),
        ("BACKISSUE_NAME", "x" * 81),
        ("BACKISSUE_ZONE", "EST5"),
        ("BACKISSUE_NEW_DAYS", "-1"),
        ("BACKISSUE_MISSES_DAYS", "0"),
        ("BACKISSUE_AUDIT_DAYS", "a year"),
        ("BACKISSUE_OPERATORS_CHANNEL", "#ops"),
        ("SLACK_API_URL", "slack.com/api"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The error says which variable to correct."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    assert caught.value.name == name
    assert str(caught.value).startswith(f"{name}: ")
    for jargon in ("Input should", "Value error", "pattern"):
        assert jargon not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
    ],
)
def test_credentials_that_are_missing_or_swapped_are_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    """Serving without a token or secret is refused at once, not at the first request."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings.read().slack_credentials()
    assert caught.value.name == missing


def test_an_app_token_means_socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Socket Mode needs no signing secret."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert Settings.read().slack_credentials().app_token == "xapp-1"


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting in a log or a traceback shows stars."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    assert "xoxb-secret" not in repr(Settings.read())


def test_records_are_kept_for_as_long_as_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missed searches for 90 days, changes of subscriptions for ever, unless a variable says otherwise."""
    settings = Settings.read()
    assert (settings.misses_days, settings.changes_kept) == (MISSES_DAYS, None)
    monkeypatch.setenv("BACKISSUE_MISSES_DAYS", "7")
    monkeypatch.setenv("BACKISSUE_AUDIT_DAYS", "730")
    settings = Settings.read()
    assert (settings.misses_days, settings.changes_kept) == (7, timedelta(days=730))


def test_newsletters_may_have_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs, separated by commas; one that is none, stands there twice or is the main command is refused."""
    monkeypatch.setenv("BACKISSUE_COMMANDS", " /sre=sre-weekly, bread = bread,")
    assert Settings.read().commands == {"/sre": "sre-weekly", "/bread": "bread"}
    for wrong, said in (
        ("/sre", "'/sre' is no command with a newsletter; for example: /sre=sre-weekly"),
        ("/SRE=sre-weekly", "no command with a newsletter"),
        ("/sre=", "no command with a newsletter"),
        ("/sre=a,/sre=b", "/sre stands there twice"),
        ("/weekly=sre-weekly", "/weekly is a command of all newsletters"),
        ("tools=sre-weekly", "/tools is a command of all newsletters"),
    ):
        monkeypatch.setenv("BACKISSUE_COMMANDS", wrong)
        with pytest.raises(SettingsError, match=f"BACKISSUE_COMMANDS: .*{said}"):
            Settings.read()


def test_a_command_of_no_newsletter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the slugs that there are."""
    monkeypatch.setenv("BACKISSUE_COMMANDS", "/sre=sre-wekly")
    several = FoundNewsletters((Newsletter("bread", ""), Newsletter("sre-weekly", "")), "", several=True)
    with pytest.raises(SettingsError, match="'sre-wekly', which is no newsletter here: there are bread, sre-weekly"):
        check_commands(Settings.read(), several)
    with pytest.raises(SettingsError, match="the archive is one newsletter's"):
        check_commands(Settings.read(), FoundNewsletters((UNNAMED,), ""))
    monkeypatch.setenv("BACKISSUE_COMMANDS", "/sre=sre-weekly")
    check_commands(Settings.read(), several)
