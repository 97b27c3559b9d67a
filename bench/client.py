"""A load generator for machines without wrk. It costs more than the server it measures, so its figures are a lower bound."""

import asyncio
import json
import time
from itertools import count
from typing import Any

_BODY = {
    "company_name": "Company X",
    "contact_name": "John Doe",
    "company_size": "51-200",
    "industry": "Software/SaaS",
    "inquiry_type": "Demo Request",
    "budget_timeline": "Immediate",
    "current_solution": "Competitor X",
    "message": "Interested in the enterprise plan, please call me back soon.",
    "source": "Webflow Form",
    "utm_source": "google",
    "utm_medium": "cpc",
    "utm_campaign": "q4-demo-push",
}


def run(port: int, key: str, run: str, connections: int, seconds: int) -> dict[str, Any]:
    """The same figures that intake.lua prints."""
    return asyncio.run(_run(port, key, run, connections, seconds))


async def _run(port: int, key: str, run: str, connections: int, seconds: int) -> dict[str, Any]:
    numbers, took, bad = count(1), [], []
    began = time.perf_counter()
    end = began + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(_post(key, run, next(numbers)))
            sent = time.perf_counter()
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            took.append(time.perf_counter() - sent)
            if not head.startswith(b"HTTP/1.1 201"):
                bad.append(head)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    elapsed = time.perf_counter() - began
    took.sort()
    return {
        "requests": len(took),
        "microseconds": elapsed * 1e6,
        "not_2xx": len(bad),
        "socket_errors": 0,
        "p50_us": took[len(took) // 2] * 1e6,
        "p99_us": took[len(took) * 99 // 100] * 1e6,
    }


def _post(key: str, run: str, number: int) -> bytes:
    phone = f"+1-{200 + number // 10_000_000 % 790}-{200 + number // 10_000 % 790}-{number % 10_000:04d}"
    body = json.dumps(_BODY | {"email": f"u{number}@c{run}n{number}.example.com", "phone": phone}).encode()
    head = f"POST /api/v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
