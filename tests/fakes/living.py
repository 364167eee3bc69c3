"""A worker as a process of its own, whose leases last: `python -m tests.fakes.living DATABASE API LEASE_SECONDS`.

It delivers generated issues 1 and 2, one message a second in each channel.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta

from tests.fakes.mortal import RULES, work

if __name__ == "__main__":
    rules = replace(RULES, lease=timedelta(seconds=float(sys.argv[3])))
    asyncio.run(work(sys.argv[1], sys.argv[2], [1, 2], policy=rules))
