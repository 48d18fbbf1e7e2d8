"""Waiting for what happens a moment after the answer, without guessing how long it takes."""
import itertools
import time

TIMEOUT_S = 30


def eventually(condition, timeout_s=TIMEOUT_S):
    """Calls `condition` until it returns something true, and returns that."""
    deadline = time.monotonic() + timeout_s
    for pause_s in itertools.chain([0, 0.001, 0.005], itertools.repeat(0.02)):
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause_s)
