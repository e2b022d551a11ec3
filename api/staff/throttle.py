import time

from limits import parse
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter

from api.staff.errors import TooManyAttempts

PER_NAME_AND_ADDRESS = parse("5/5 minutes")
PER_NAME = parse("30/15 minutes")
PER_ADDRESS = parse("60/15 minutes")


class LoginThrottle:
    """Counts every attempt before the password is looked at, so that parallel guesses are counted too.

    A successful login clears what its name and address have used up together.
    """

    def __init__(self, storage: Storage) -> None:
        self._limiter = MovingWindowRateLimiter(storage)

    async def enter(self, name: str, address: str) -> None:
        """Raises TooManyAttempts."""
        for limit, key in (
            (PER_NAME_AND_ADDRESS, ("login", name, address)),
            (PER_NAME, ("login-name", name)),
            (PER_ADDRESS, ("login-address", address)),
        ):
            if not await self._limiter.hit(limit, *key):
                stats = await self._limiter.get_window_stats(limit, *key)
                raise TooManyAttempts(max(1, round(stats.reset_time - time.time())))

    async def succeeded(self, name: str, address: str) -> None:
        await self._limiter.clear(PER_NAME_AND_ADDRESS, "login", name, address)
