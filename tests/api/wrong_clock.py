"""`python -m tests.api.wrong_clock`: the gateway in a process whose wall clock jumps.

It is off by WRONG_CLOCK seconds at the start, and jumps back by as much, and as far again, at each SIGUSR1.
"""

import datetime as dt
import os
import signal
import time

shift = float(os.environ["WRONG_CLOCK"])
right_time = time.time


class Shifted(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "Shifted":
        return super().now(tz) + dt.timedelta(seconds=shift)


def jump(*_: object) -> None:
    global shift  # noqa: PLW0603 - there is one clock
    shift = -shift


dt.datetime = Shifted  # type: ignore[misc] # before anything of ours has read it
time.time = lambda: right_time() + shift
signal.signal(signal.SIGUSR1, jump)

if __name__ == "__main__":
    from api.__main__ import main

    main()
