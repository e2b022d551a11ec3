from argon2 import PasswordHasher
from limits.aio.storage import MemoryStorage

from api.staff.models import Role
from api.staff.passwords import Passwords
from api.staff.service import StaffService
from api.staff.throttle import LoginThrottle
from common.database import Pool
from tests.api_staff.site import PASSWORD


async def hashed(pool: Pool) -> str:
    async with pool.connection() as connection:
        [row] = await (await connection.execute("SELECT password_hash FROM staff")).fetchall()
    return str(row["password_hash"])


async def test_a_password_of_another_cost_is_hashed_again_at_the_next_login(pool: Pool, staff: StaffService) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    before = StaffService(
        pool, LoginThrottle(MemoryStorage()), session_lifetime=staff.session_lifetime, passwords=dearer
    )
    await before.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    assert "m=16,t=2,p=1" in await hashed(pool)
    await staff.log_in("ada", PASSWORD, address="here")
    assert "m=8,t=1,p=1" in await hashed(pool)
    await staff.log_in("ada", PASSWORD, address="here")


def test_unless_told_otherwise_a_hash_costs_what_rfc_9106_asks_for() -> None:
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in Passwords().hash(PASSWORD)
