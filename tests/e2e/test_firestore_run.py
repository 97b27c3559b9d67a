"""The main job on Firestore as a developer starts it, and what a wrong project says."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.e2e.serving import API_KEY, Serving, processes_of
from tests.servers import free_port

ROOT = Path(__file__).parent.parent.parent
LEAD = {
    "company_name": "Acme",
    "contact_name": "Ann Lee",
    "email": "ann@acme.example.com",
    "inquiry_type": "Demo Request",
}


def environment(home: Path, **more: str) -> dict[str, str]:
    return os.environ | {"LEADLINE_HOME": str(home), "LEADLINE_API_KEY": API_KEY} | more


@pytest.mark.long
@pytest.mark.usefixtures("firestore_address")
def test_make_run_on_firestore_takes_a_lead_and_leaves_no_process_behind(tmp_path: Path) -> None:
    home, port, log = tmp_path / "home", free_port(), tmp_path / "run.log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            ["make", "run", "BACKEND=firestore", "ARGS=--no-demo"],
            cwd=ROOT,
            env=environment(home, PORT=str(port)),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    serving = Serving(home, port, running, log)
    try:
        serving.wait_until_ready()
        with httpx2.Client(base_url=serving.url, headers=serving.headers, timeout=30) as client:
            made = client.post("/api/v1/leads", json=LEAD)
            listed = client.get("/api/v1/leads", params={"status": "any"}).json()["items"]
    finally:
        # As a terminal does at ^C: to make and to what it runs.
        os.killpg(running.pid, signal.SIGINT)
        running.wait(60)

    assert made.status_code == 201, made.text
    assert [lead["id"] for lead in listed] == [made.json()["id"]]
    assert "Firestore, project" in serving.said()
    assert processes_of(home) == []


def test_a_project_without_credentials_is_one_clear_line_and_exit_code_2(tmp_path: Path) -> None:
    nothing = environment(tmp_path / "home", DATABASE_URL="firestore://no-such-project", HOME=str(tmp_path))
    for name in ("FIRESTORE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS"):
        nothing.pop(name, None)
    # Without this the client asks the network whether it runs on Google's machines.
    nothing |= {"NO_GCE_CHECK": "true", "CLOUDSDK_CONFIG": str(tmp_path)}

    done = subprocess.run(
        [Path(sys.executable).parent / "leadline", "serve"], env=nothing, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = [line for line in done.stderr.splitlines() if line.strip()]
    assert "no-such-project" in line
    assert "GOOGLE_APPLICATION_CREDENTIALS" in line
