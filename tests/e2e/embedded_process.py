"""Stands for a leadline command: holds the embedded server of a folder until its stdin ends. Prints one JSON line.

    embedded_process.py serve|attach HOME [--copies FOLDER] [--no-namespaces] [--unguarded]

`--copies`: where root puts programs that another user is to run. `--unguarded`: the server outlives our kill, as where PDEATHSIG is missing.
"""

import argparse
import contextlib
import functools
import json
import os
import select
import signal
import sys
import time
from pathlib import Path

from leadline.domain.errors import LeadlineError
from leadline.embedded import attach, choose_way, serve
from leadline.embedded.ways import COPIES, Way


def unguarded(way: Way, parent: int) -> list[str]:
    return [*way.unshare, *(["setpriv", *way.setpriv, "--"] if way.setpriv else [])]


def wait_for_the_end_of_stdin() -> None:
    """A signal that comes just before a blocking read is noted by Python and acted on after it: never. So it wakes us by a pipe."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    while woken not in (ready := select.select([sys.stdin, woken], [], [])[0]):
        if ready and not os.read(sys.stdin.fileno(), 1024):
            return


def main() -> int:
    # A shell that starts the tests in the background has its children ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["serve", "attach"])
    parser.add_argument("home", type=Path)
    parser.add_argument("--copies", type=Path, default=COPIES)
    parser.add_argument("--no-namespaces", action="store_true")
    parser.add_argument("--unguarded", action="store_true")
    options = parser.parse_args()
    way = functools.partial(choose_way, namespaces=not options.no_namespaces, copies=options.copies)
    if options.unguarded:
        Way.prefix = unguarded  # type: ignore[method-assign]
    try:
        with (serve if options.mode == "serve" else attach)(options.home, way=way) as urls:
            with contextlib.suppress(KeyboardInterrupt):
                print(json.dumps({"owner": urls.owner, "app": urls.app}), flush=True)
                wait_for_the_end_of_stdin()
            time.sleep(0.2)  # long enough for a server that was interrupted with us to be gone
            print(json.dumps({"alive": urls.alive()}), flush=True)
    except LeadlineError as error:
        print(json.dumps({"refused": type(error).__name__, "text": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
