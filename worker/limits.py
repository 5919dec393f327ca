"""A token bucket a shop, shared by all workers through Redis, that adapts to the channel.

A 429 halves the rate, quiet raises it again by a tenth a minute up to the connector's own. When
Redis is away a running drain goes on at one call a second (design: "Limits").
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import redis

from connectors.contract import Capabilities

_TAKE = """
local rate = tonumber(redis.call('HGET', KEYS[1], 'rate') or ARGV[1])
local most, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or now)
local left = tonumber(redis.call('HGET', KEYS[1], 'left') or burst)
local quiet = tonumber(redis.call('HGET', KEYS[1], 'quiet') or now)
if rate < most and now - quiet >= tonumber(ARGV[4]) then
  rate = math.min(most, rate + most / 10)
  quiet = now
end
left = math.min(burst, left + (now - at) * rate)
local given = math.min(want, math.floor(left))
left = left - given
redis.call('HSET', KEYS[1], 'rate', rate, 'at', now, 'left', left, 'quiet', quiet)
redis.call('EXPIRE', KEYS[1], 3600)
local wait = 0
if given == 0 then wait = (1 - left) / rate end
return {given, tostring(wait)}
"""

_SLOWER = """
local most = tonumber(ARGV[1])
local rate = tonumber(redis.call('HGET', KEYS[1], 'rate') or most)
local clock = redis.call('TIME')
redis.call('HSET', KEYS[1], 'rate', math.max(most / 64, rate / 2), 'quiet', clock[1], 'left', 0)
redis.call('EXPIRE', KEYS[1], 3600)
"""

AHEAD = 4
"""Calls taken from Redis at once, so that not every call asks it."""

QUIET_S = 60.0
"""Seconds without a 429 after which the rate goes up by a step."""

ALONE_S = 1.0
"""Seconds between calls while Redis is away."""


class Bucket:
    """``acquire`` before every request of one shop; ``slower`` after a 429."""

    def __init__(
        self,
        client: redis.Redis,
        key: str,
        capabilities: Capabilities,
        sleep: Callable[[float], None] = time.sleep,
        quiet_s: float = QUIET_S,
    ) -> None:
        self._client = client
        self._key = f"ocop:rate:{key}"
        self._rate = capabilities.rate_per_s
        self._burst = capabilities.burst
        self._take = client.register_script(_TAKE)
        self._slow = client.register_script(_SLOWER)
        self._sleep = sleep
        self._quiet_s = quiet_s
        self._ahead = 0
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait for a token (fractions of a second at an ordinary rate)."""
        with self._lock:
            while self._ahead == 0:
                self._fill()
            self._ahead -= 1

    def slower(self) -> None:
        """The channel said that this is too fast: halve the shop's rate, for all workers."""
        try:
            self._slow(keys=[self._key], args=[self._rate])
        except redis.RedisError:
            self._sleep(ALONE_S)

    def _fill(self) -> None:
        try:
            given, wait = self._take(
                keys=[self._key], args=[self._rate, self._burst, AHEAD, self._quiet_s]
            )
        except redis.RedisError:
            self._sleep(ALONE_S)
            self._ahead = 1
            return
        self._ahead = int(given)
        if not given:
            self._sleep(max(0.001, float(wait)))
