"""The newsletter's archive: issues as immutable values, and searching them.

Pure Python: no Slack, no database, no clock, no environment. Only `archive.folder` touches the disk.
"""
