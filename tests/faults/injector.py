"""Breaks what the plan says, when it says so, and mends it again."""

import asyncio
import contextlib
import itertools
import os
import signal
from collections import Counter
from collections.abc import Iterable

import httpx
import psutil
import psycopg

from common.internal import INTERNAL_SECRET_HEADER
from ops.processes import signal_group
from tests.faults.plan import Fault
from tests.faults.product import Product

SLOW_SHOP = 3.0  # seconds; a read's whole time is 4, a write's longer
WRITES = ("/loyalty/redemptions", "/returns", "/refunds")
_CUT_DATABASE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_COUNT_WRITES = """
    SELECT (SELECT count(*) FROM shop.returns) + (SELECT count(*) FROM shop.refunds)
         + (SELECT count(*) FROM shop.redemptions)
"""


class Injector:
    def __init__(self, product: Product) -> None:
        self._stack = product.stack
        self._links = product.links
        self._stopped: set[psutil.Process] = set()
        self._write_paths = itertools.cycle(WRITES)
        self.done: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()  # the process was dead already, or nobody came into the ambush

    async def carry_out(self, plan: list[Fault]) -> None:
        """Faults may overlap. Whatever happens, nothing stays broken."""
        started = asyncio.get_running_loop().time()
        tasks: list[asyncio.Task[None]] = []
        try:
            for fault in plan:
                await asyncio.sleep(max(0.0, started + fault.at - asyncio.get_running_loop().time()))
                tasks.append(asyncio.create_task(self._fault(fault)))
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await self.mend_all()

    async def mend_all(self) -> None:
        self._go_on(self._stopped)
        self._links.heal_all()
        await self._set_shop(None)

    async def _fault(self, fault: Fault) -> None:
        match fault.kind:
            case "kill":
                happened = self._kill(fault.target)
            case "pause":
                happened = await self._pause(fault)
            case "shop":
                happened = await self._set_shop(fault.target, fault.seconds)
            case "ambush":
                happened = await self._ambush(fault)
            case "cut" if fault.target == "postgres":
                happened = await asyncio.to_thread(self._cut_database)
            case _:
                (self._links.cut if fault.kind == "cut" else self._links.hold)(fault.target)
                await asyncio.sleep(fault.seconds)
                self._links.heal(fault.target)
                happened = True
        (self.done if happened else self.missed)[f"{fault.kind} {fault.target}"] += 1

    async def _ambush(self, fault: Fault) -> bool:
        """Kill the process between a write's effect and its answer. False where nobody wrote anything in time."""
        if not await self._set_shop("slow_answer", fault.seconds, next(self._write_paths)):
            return False
        give_up = asyncio.get_running_loop().time() + fault.seconds
        try:
            before = await asyncio.to_thread(self._count_writes)
            while asyncio.get_running_loop().time() < give_up:
                await asyncio.sleep(0.1)
                if await asyncio.to_thread(self._count_writes) > before:
                    return self._kill(fault.target)
        except psycopg.Error:
            return False
        finally:
            await self._set_shop(None)
        return False

    def _count_writes(self) -> int:
        url = self._stack.environment["AFTERCARE_SHOP_DATABASE_URL"]
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(_COUNT_WRITES).fetchone()
        return int(row[0]) if row else 0

    def _pid(self, target: str) -> int | None:
        if target == "postgres":
            return self._stack.postgres_pid()
        process = self._stack.processes[target]
        return process.pid if process.running else None

    def _kill(self, target: str) -> bool:
        """False where it is dead already."""
        pid = self._pid(target)
        if pid is None:
            return False
        if target == "postgres":
            os.kill(pid, signal.SIGKILL)
        else:
            signal_group(pid, signal.SIGKILL)
        return True

    async def _pause(self, fault: Fault) -> bool:
        """The process and its children; PostgreSQL has one for each connection."""
        pid = self._pid(fault.target)
        if pid is None:
            return False
        try:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return False
        self._stopped |= set(family)
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.suspend()
        await asyncio.sleep(fault.seconds)
        self._go_on(family)
        return True

    def _go_on(self, family: Iterable[psutil.Process]) -> None:
        for each in tuple(family):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.resume()
            self._stopped.discard(each)

    def _cut_database(self) -> bool:
        with contextlib.suppress(psycopg.Error):
            url = self._stack.environment["AFTERCARE_DATABASE_URL"]
            with psycopg.connect(url, connect_timeout=5) as connection:
                connection.execute(_CUT_DATABASE)
                return True
        return False

    async def _set_shop(self, kind: str | None, seconds: float = 0.0, path: str = "/") -> bool:
        body = {"kind": kind, "delay": SLOW_SHOP, "path": path} | ({"seconds": seconds} if kind else {})
        headers = {INTERNAL_SECRET_HEADER: self._stack.environment["AFTERCARE_INTERNAL_SECRET"]}
        shop = self._stack.url("sandbox")
        async with httpx.AsyncClient(base_url=shop, headers=headers, trust_env=False, timeout=2.0) as http:
            with contextlib.suppress(httpx.HTTPError):
                return (await http.post("/shop/faults", json=body)).is_success
        return False
