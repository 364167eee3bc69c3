"""Keeping links: what stands behind the Save buttons, the chooser and the shortcut."""
