"""Bringing issues in from elsewhere: mail, feeds and web pages, written as Markdown in our own format.

What converts is pure; disk, network and other programs are behind `Source` and `Destination` (`item.py`, `files.py`).
"""
