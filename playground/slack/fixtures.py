"""Ready-made sites: one small workspace, and as many as a load test needs."""

from __future__ import annotations

from playground.slack.channel import Channel
from playground.slack.faults import Faults
from playground.slack.ledger import Ledger
from playground.slack.site import Site
from playground.slack.workspace import User, Workspace


def generated_site(workspaces: int = 1, channels: int = 1, *, seed: int = 0, ledger: Ledger | None = None) -> Site:
    """Build a site of workspaces T1, T2, … with tokens xoxb-T1, xoxb-T2, … and `channels` channels each.

    Channels have the same ids in every workspace (C00000001, C00000002, …), as nothing says that they may not; the
    bot is in all of them. `seed` decides what faults of chance hit.
    """
    site = Site(faults=Faults(seed), ledger=ledger or Ledger())
    for number in range(1, workspaces + 1):
        workspace = site.add(Workspace(f"T{number}", token=f"xoxb-T{number}", app_token=f"xapp-T{number}"))
        for index in range(1, channels + 1):
            workspace.add_channel(f"channel-{index}")
    return site


def connect(channel: Channel, *workspaces: Workspace) -> Channel:
    """Make a channel one of several workspaces, with the bot of each in it (Slack Connect)."""
    channel.shared = True
    for workspace in workspaces:
        workspace.channels[channel.id] = channel
        channel.members.add(workspace.bot.id)
    return channel


def demo_site() -> tuple[Site, Workspace, Channel, User]:
    """Return the demo's site, workspace, channel and user: a few people, and the bot in #devops."""
    site = Site()
    workspace = site.add(Workspace("T0DEMO", domain="demo"))
    you = workspace.add_user("you", "Europe/London")
    ada = workspace.add_user("ada", "Europe/Berlin")
    grace = workspace.add_user("grace", "America/New_York")
    devops = workspace.add_channel("devops", (you, ada, grace))
    workspace.add_channel("general", (you, ada, grace), bot=False)
    return site, workspace, devops, you
