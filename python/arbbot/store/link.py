"""The one connection to Redis or Valkey: a call answers in time or is StoreUnavailable. Never retries by itself."""

import asyncio
from typing import Any

from arbbot.domain.errors import StoreUnavailable

__all__ = ["Link"]

Word = str | bytes | int


class Link:
    """Sends single commands and scripts. A retry could double a write, so there is none."""

    def __init__(self, url: str, *, timeout_s: float, password: str | None = None) -> None:
        # redis is imported here because it costs 0.1 s of CPU that light commands do not have
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError

        self.address = url
        self._timeout_s = timeout_s
        self._failures = (RedisError, OSError, TimeoutError)
        # protocol 2 and no library name: nothing to negotiate, so that a new connection costs no round trip
        self._redis: Any = Redis.from_url(
            url,
            password=password,
            protocol=2,
            driver_info=None,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
            retry_on_error=[],
            retry_on_timeout=False,
        )

    async def call(self, *words: Word) -> Any:
        """One command's reply, in bytes. Raises StoreUnavailable, after which the command may still take effect."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._redis.execute_command(*words)
        except self._failures as error:
            reason = str(error).splitlines()[0] if str(error) else f"no answer in {self._timeout_s * 1000:.0f} ms"
            raise StoreUnavailable(f"the store at {self.address}: {reason}: see `arbbot store status`") from error

    async def script(self, source: str, keys: list[str], arguments: list[Word]) -> Any:
        """A Lua script's reply: it runs whole or not at all. Raises StoreUnavailable."""
        return await self.call("EVAL", source, len(keys), *keys, *arguments)

    async def close(self) -> None:
        """Close the connection."""
        await self._redis.aclose()
