"""The values that pass between the renderers and the Slack client."""

from bot.slack.blocks.message import Digest, Message, Part


def test_a_digest_holds_its_parts_in_order() -> None:
    """The parent comes first, the replies keep their order."""
    parent = Part("parent", Message("Issue 1"))
    replies = (Part("entry-0", Message("one"), (0,)), Part("entry-1", Message("two"), (1,)))
    digest = Digest("issue-1", parent, replies)
    assert [part.key for part in (digest.parent, *digest.replies)] == ["parent", "entry-0", "entry-1"]
