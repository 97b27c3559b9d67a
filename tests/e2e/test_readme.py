"""The README's own words, run as a newcomer runs them."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.serving import Serving, processes_of
from tests.servers import free_port

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
SHELL = [block for kind, block in BLOCKS if kind == "sh"]
(ANSWER,) = [json.loads(block) for kind, block in BLOCKS if kind == "json"]
CHANGES = {"id", "created_at"}


def run(block: str, port: int, home: Path) -> str:
    """A block of the README, on another port and folder than a newcomer's."""
    script = block.replace(":8000/", f":{port}/").replace(". .leadline/", f". {home}/")
    environment = os.environ | {"LEADLINE_HOME": str(home)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
def test_the_readme_does_what_it_says(tmp_path: Path) -> None:
    start, post, give_room, connect, own_form, let_in, doctor, make_help = SHELL
    assert start == "make run\n"
    port, home, log = free_port(), tmp_path / "home", tmp_path / "run.log"
    with log.open("wb") as out:
        environment = os.environ | {"PORT": str(port), "LEADLINE_HOME": str(home)}
        running = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    serving = Serving(home, port, running, log)
    try:
        serving.wait_until_ready()

        answer = json.loads(run(post, port, home))
        marcus = json.loads(run(give_room, port, home))
        again = json.loads(run(post, port, home))
        endpoint = json.loads(run(connect, port, home))
        form = json.loads(run(own_form, port, home))
        run(doctor, port, home)
        link, key = run(let_in, port, home).split()
    finally:
        # As a terminal does at ^C: to make and to what it runs.
        os.killpg(running.pid, signal.SIGINT)
        running.wait(30)

    assert {name: answer[name] for name in ANSWER if name not in CHANGES} == {
        n: v for n, v in ANSWER.items() if n not in CHANGES
    }
    assert (marcus["full_name"], marcus["max_active_leads"]) == ("Marcus Johnson", 20)
    assert (again["id"], again["duplicate"], again["assigned_to"]) == (answer["id"], True, marcus["id"])
    assert (endpoint["path"], endpoint["signed"]) == ("/hooks/typeform/contact-us", True)
    assert (form["path"], form["embed"]["page"]) == ("/f/talk-to-us", f"http://127.0.0.1:{port}/f/talk-to-us")
    assert (link.partition("?")[0], key[:3]) == ("http://127.0.0.1:8000/welcome", "ll_")
    assert "http://127.0.0.1:" in serving.said()
    assert "make" in run(make_help, port, home) or "check" in run(make_help, port, home)
    assert processes_of(home) == []


def test_every_file_that_the_readme_names_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    named = re.findall(r"`((?:src/leadline|domain|usecases|web|sources|storage|tests|docs|bench)/[\w/.]*)`", README)

    for link in links:
        assert (ROOT / link).exists(), link
    for name in named:
        assert any((ROOT / base / name).exists() for base in ("", "src/leadline")), name
