"""What the commands about messages do, and `leadline worker`."""

import asyncio
import signal
import sys
from typing import Any

from leadline.bootstrap import build_delivery, build_house, run_delivering
from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.ports import Store
from leadline.ports.channels import SendFault
from leadline.start import find_secrets
from leadline.usecases import retry, sending
from leadline.usecases.bell import Bell
from leadline.worker import run_rescoring, run_watch
from leadline.worker import run_worker as run_indexing


def try_channel(channel: Any, recipient: str) -> dict[str, Any]:
    """Send a test message; what the provider said, good or bad."""

    async def work(settings: Settings, store: Store) -> dict[str, Any]:
        async with build_delivery(settings, store, find_secrets(settings).secret_key) as delivery:
            try:
                receipt = await sending.try_channel(delivery, channel, recipient)
            except SendFault as fault:
                return {"is_sent": False, "provider_id": None, "response": str(fault)}
            return {"is_sent": True, "provider_id": receipt.provider_id, "response": receipt.response}

    return with_store(work)


def retry_notifications(notification_id: Any) -> int:
    """Queue one notification anew, or all that failed; answers how many."""

    async def work(settings: Settings, store: Store) -> int:
        if notification_id is None:
            return await retry.retry_failed(store, utc_now())
        await retry.retry_notification(store, notification_id)
        return 1

    return with_store(work)


def run_worker() -> None:
    """All loops of a worker, until SIGTERM or SIGINT."""

    async def work(settings: Settings, store: Store) -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        house = await build_house(settings, store)
        secret_key = find_secrets(settings).secret_key
        sys.stderr.write("leadline: the worker is ready\n")
        await asyncio.gather(
            run_indexing(store, settings.phone_region, stopping),
            run_rescoring(store, house, stopping),
            run_watch(store, house, stopping),
            run_delivering(settings, store, secret_key, Bell(), stopping),
        )

    with_store(work)
