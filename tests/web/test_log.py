"""Who writes to the log: whoever starts the application says where lines go, the application only says them."""

import logging

from tests.web.browsing import House


async def test_the_application_adds_no_handler_that_would_print_every_line_a_second_time(house: House) -> None:
    await (await house.browser()).get("/healthz")

    handlers = [handler for name in ("", "leadline", "litestar") for handler in logging.getLogger(name).handlers]
    assert not [handler for handler in handlers if type(handler).__module__.startswith("litestar")]
