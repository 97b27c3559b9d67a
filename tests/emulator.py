"""Google's Firestore emulator for the tests, started without its wrapper, which leaves Java running."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
_FOLDERS = [
    Path("/usr/lib/google-cloud-sdk"),
    Path("/usr/share/google-cloud-sdk"),
    Path.home() / "google-cloud-sdk",
]
RULES = Path(__file__).parent.parent / "src/leadline/storage/firestore/firestore.rules"
START_SECONDS = 100
HOST_VARIABLE = "FIRESTORE_EMULATOR_HOST"
_numbers = itertools.count(1)


def find_jar() -> Path | None:
    """The emulator's jar: FIRESTORE_EMULATOR_JAR, or where the gcloud tools put it."""
    if named := os.environ.get("FIRESTORE_EMULATOR_JAR"):
        return Path(named)
    places = (folder / "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar" for folder in _FOLDERS)
    return next((place for place in places if place.exists()), None)


def is_available() -> bool:
    """Whether an emulator runs already, or could."""
    return bool(os.environ.get(HOST_VARIABLE)) or (find_jar() is not None and shutil.which("java") is not None)


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """HOST:PORT of an emulator with our rules. Clients find it by FIRESTORE_EMULATOR_HOST, which is set while it runs."""
    if running := os.environ.get(HOST_VARIABLE):
        yield running
        return
    address = f"127.0.0.1:{free_port()}"
    host, port = address.split(":")
    jar = find_jar()
    assert jar is not None
    # Java dies with us, whatever ends us.
    prefix = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with (folder / "firestore.log").open("wb") as log:
        command = [*prefix, "java", "-Xmx1g", "-XX:+UseSerialGC", "-cp", str(jar), _MAIN]
        options = ["--host", host, "--port", port, "--rules", str(RULES)]
        server = subprocess.Popen([*command, *options], stdout=log, stderr=log, cwd=folder, process_group=0)
    try:
        _wait(address, server)
        os.environ[HOST_VARIABLE] = address
        yield address
    finally:
        os.environ.pop(HOST_VARIABLE, None)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(START_SECONDS)


def new_project() -> str:
    """A project that nobody has used: empty, and apart from every other."""
    return f"test-{os.getpid()}-{next(_numbers)}"


def clear(address: str, project: str) -> None:
    """Forget everything of a project."""
    url = f"http://{address}/emulator/v1/projects/{project}/databases/(default)/documents"
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=30).close()


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert server.poll() is None, "the Firestore emulator did not start; see firestore.log"
        try:
            urllib.request.urlopen(f"http://{address}/", timeout=5).close()
        except OSError:
            assert time.monotonic() < deadline, "the Firestore emulator does not answer; see firestore.log"
            time.sleep(0.1)
        else:
            return


def main() -> int:
    """Run a command on an emulator of its own: `make run BACKEND=firestore`. Its data ends with it."""
    if not is_available():
        sys.stderr.write(
            "make: BACKEND=firestore needs Java and the emulator's jar; name it with FIRESTORE_EMULATOR_JAR\n"
        )
        return 2
    # The command hears ^C itself; we wait until it has stopped.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)):
        return subprocess.run(sys.argv[1:], env=os.environ | {"DATABASE_URL": "firestore://leadline-dev"}).returncode


if __name__ == "__main__":
    sys.exit(main())
