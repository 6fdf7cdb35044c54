"""The word that work has begun, for those that are asked to tell.

Nothing of Brandbeat is loaded here: a worker of RQ, which loads its function anew for each job, has nothing else to
load.
"""

import os
import time

import redis

STARTED = "bench:started"  # a list on the broker: moments at which work began


def tell() -> None:
    now = time.time()
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.rpush(STARTED, now)


def function(tells: bool = False) -> None:
    """What RQ calls."""
    if tells:
        tell()
