"""The bot's branch of the one tree of errors; its root and the archive's branch are in `archive.errors`.

BackIssueError
├── EmptyArchiveError (cli.reading)       the archive has no issue to show
├── QueriesError (cli.queries)            a file of queries cannot be read
├── BatchError (cli.batch)                a batch broke off: its output is incomplete
├── UnknownEntryError (cli.archive_tools) an issue has no such entry
└── BotError
    ├── SettingsError                     a setting is missing or wrong
    ├── ScheduleError (domain.schedule)   a schedule is none
    ├── NotAllowedError (domain.subscription_settings)  a person may not change a subscription
    ├── SourceError (source.importing)    a source of issues cannot be read
    │   ├── UnreachableError              it may be reached later
    │   ├── BusyError                     another import is at its folder
    │   └── MissingExtraError             a library that only importing needs is missing
    ├── ResponseUrlError (slack.api)      an answer did not reach the person
    ├── StoreError (store.errors)         the database did not do it
    │   ├── DatabaseUrlError              its address is none
    │   ├── SchemaError                   its tables are of another version
    │   ├── ForeignArchiveError           it is in use with another archive
    │   └── BackupError                   a copy could not be taken or put back
    ├── SlackError (slack.api)            Slack did not do it
    │   ├── RateLimitedError              wait as told
    │   ├── ChannelRefusedError           not in this channel
    │   ├── ThreadRefusedError            not in this thread
    │   ├── WorkspaceRefusedError         not in this workspace
    │   ├── MessageRefusedError           not this message
    │   ├── FileRefusedError              not this file
    │   ├── TryLaterError                 not now
    │   ├── UnknownOutcomeError           nobody knows whether it did
    │   └── CannotLookError               the history cannot be read far enough
    ├── PageError (playground.page)       a request of the page makes no sense
    ├── CannotError (playground.page)     what the page asks for cannot be done now
    └── PortError (playground.page)       the page has no port to listen on
"""

from __future__ import annotations

from archive.errors import BackIssueError


class BotError(BackIssueError):
    """The bot could not do what was asked."""


class SettingsError(BotError):
    """A setting is missing or wrong."""

    def __init__(self, name: str, reason: str) -> None:
        """Keep `name` (the environment variable, option or file) and `reason` (what is wrong and what to do)."""
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason
