"""Which workspace: the one key under which everything of a workspace is kept."""

from __future__ import annotations

from typing import TypeAlias

WorkspaceId: TypeAlias = str
"""`enterprise:team`, with "-" for what is absent (Slack: enterprise/organization-ready-apps keys data by both)."""


def workspace_id(enterprise: str | None, team: str | None) -> WorkspaceId:
    """Give the key of the workspace `team` (T…) of the organisation `enterprise` (E…); either may be None or ""."""
    return f"{enterprise or '-'}:{team or '-'}"


def enterprise_of(workspace: WorkspaceId) -> str | None:
    """Give the organisation's id within the key, None when there is none."""
    enterprise = workspace.partition(":")[0]
    return None if enterprise in {"", "-"} else enterprise


def team_of(workspace: WorkspaceId) -> str | None:
    """Give the team's id within the key, None for an organisation-wide installation."""
    team = workspace.partition(":")[2]
    return None if team in {"", "-"} else team
