"""Tools for people who work on Back Issue: not part of the product."""
