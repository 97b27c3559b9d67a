"""Stands for a leadline command: holds the embedded server of a folder until its stdin ends. Prints one JSON line.

    embedded_process.py serve|attach HOME [--copies FOLDER] [--no-namespaces] [--unguarded]

`--copies`: where root puts programs that another user is to run. `--unguarded`: the server outlives our kill, as where PDEATHSIG is missing.
"""

import argparse
import contextlib
import functools
import json
import sys
import time
from pathlib import Path

from leadline.domain.errors import LeadlineError
from leadline.embedded import attach, choose_way, serve
from leadline.embedded.ways import COPIES, Way


def unguarded(way: Way, parent: int) -> list[str]:
    return [*way.unshare, *(["setpriv", *way.setpriv, "--"] if way.setpriv else [])]


def main() -> int:
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
                sys.stdin.read()
            time.sleep(0.2)  # long enough for a server that was interrupted with us to be gone
            print(json.dumps({"alive": urls.alive()}), flush=True)
    except LeadlineError as error:
        print(json.dumps({"refused": type(error).__name__, "text": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
