"""The newsletter's archive: issues read into immutable values, and the search over them.

Pure Python: no Slack, no database, no clock, no environment. Only `archive.folder` touches the disk.
"""
