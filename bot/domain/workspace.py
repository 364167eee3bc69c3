"""The key of a workspace, under which everything of it is stored."""

from __future__ import annotations

from typing import TypeAlias

WorkspaceId: TypeAlias = str
"""`enterprise:team`, with "-" for what is absent (Slack: enterprise/organization-ready-apps keys data by both)."""


def workspace_id(enterprise: str | None, team: str | None) -> WorkspaceId:
    """Return the key of the workspace `team` (T…) of the organisation `enterprise` (E…); either may be None or ""."""
    return f"{enterprise or '-'}:{team or '-'}"


def enterprise_of(workspace: WorkspaceId) -> str | None:
    """Return the organisation's id within the key, None when there is none."""
    enterprise = workspace.partition(":")[0]
    return None if enterprise in {"", "-"} else enterprise


def covers(own: WorkspaceId, asked: WorkspaceId) -> bool:
    """Return whether an installation in `own` serves requests from `asked`: the same team or organisation.

    Events and forms name the workspace that has the app. A click or a shortcut names the one it came from, which in a
    shared channel may be a guest's. Guests are refused, since they have no bookmarks here.
    """
    team, enterprise = team_of(asked), enterprise_of(asked)
    return (team is not None and team == team_of(own)) or (enterprise is not None and enterprise == enterprise_of(own))


def team_of(workspace: WorkspaceId) -> str | None:
    """Return the team's id within the key, None for an organisation-wide installation."""
    team = workspace.partition(":")[2]
    return None if team in {"", "-"} else team
