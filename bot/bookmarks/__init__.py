"""Bookmarks: reactions, Save buttons, lists, a team's favourites and personal data."""
