"""The embedded server after violence: nothing is left running, the next start works, committed rows are there."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.embedded import CannotStart, attach, serve
from leadline.locks import LockFile
from tests.e2e.embedded_kit import (
    Command,
    answer,
    copied_home,
    eventually,
    family,
    gone,
    kill_all,
    living,
    make_folder,
    postmaster,
    sql,
)


@pytest.fixture
def home() -> Iterator[Path]:
    with copied_home() as home:
        yield home


@pytest.mark.parametrize("mode", ["serve", "attach"])
@pytest.mark.parametrize("victims", ["application", "postmaster", "both"])
def test_nothing_is_left_and_the_next_start_works_after_a_kill_of(victims: str, mode: str, home: Path) -> None:
    with Command(mode, home) as command:
        sql(command.answer()["owner"], "UPDATE kept SET answer = 43")
        server = postmaster(home)
        processes = family(server)
        if victims != "application":
            os.kill(server, signal.SIGKILL)
        if victims != "postmaster":
            command.kill()
        else:
            command.let_go()
            assert command.answer() == {"alive": False}
            assert "ended by itself" in command.complaint()

        with (serve if mode == "serve" else attach)(home) as urls:
            assert answer(urls.owner) == "43"
            assert eventually(lambda: not living(processes))


def test_a_start_waits_until_the_last_process_of_a_killed_server_is_gone(home: Path) -> None:
    with Command("serve", home) as command:
        command.answer()
        server = postmaster(home)
        processes = family(server)
        laggard = max(living(processes) - {server})
        os.kill(laggard, signal.SIGSTOP)  # it holds the shared memory until it runs on and finds its parent gone
        os.kill(server, signal.SIGKILL)
        command.kill()
        threading.Timer(0.7, os.kill, (laggard, signal.SIGCONT)).start()

        with serve(home) as urls:
            assert answer(urls.owner) == "42"
            assert gone(processes)


def test_a_kill_leaves_nothing_even_if_nobody_starts_again(home: Path) -> None:
    with Command("serve", home) as command:
        command.answer()
        processes = family(postmaster(home))
        command.kill()

        assert eventually(lambda: not living(processes))
        assert not (home / "postgres/data/postmaster.pid").exists()


def test_a_serve_stops_what_an_unguarded_start_left_behind(home: Path) -> None:
    with Command("serve", home, "--unguarded") as command:
        command.answer()
        processes = family(postmaster(home))
        command.kill()
        assert not eventually(lambda: not living(processes), seconds=0.5)

        with serve(home) as urls:
            assert gone(processes)
            assert answer(urls.owner) == "42"


def test_an_attach_adopts_what_an_unguarded_start_left_behind(home: Path) -> None:
    with Command("serve", home, "--unguarded") as command:
        left = command.answer()
        processes = family(postmaster(home))
        command.kill()

        with attach(home) as urls:
            assert (urls.owner, urls.app) == (left["owner"], left["app"])
            assert answer(urls.owner) == "42"
        assert gone(processes)


def test_an_attach_joins_no_server_that_its_living_owner_has_not_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadline.embedded.WAIT_SECONDS", 0.3)
    with Command("serve", home, "--unguarded") as command, LockFile(home / "postgres/owner.lock") as owner:
        command.answer()
        command.kill()
        assert owner.take_exclusive(5)
        owner.write("1234")  # a new owner that still has to deal with what was left behind

        with pytest.raises(CannotStart, match=r"still starting or stopping \(pid 1234\)"), attach(home):
            pass


@pytest.mark.parametrize("content", ["{stranger}\n/else\n0\n5432\n\n127.0.0.1\n", ""])
def test_a_pid_file_of_former_times_does_not_stop_a_start(content: str, home: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (home / "postgres/data/postmaster.pid").write_text(content.format(stranger=stranger.pid))
        try:
            with serve(home) as urls:
                assert answer(urls.owner) == "42"
            assert stranger.poll() is None
        finally:
            stranger.kill()


@pytest.mark.long
@pytest.mark.parametrize("all_of_it", [False, True])
@pytest.mark.parametrize("step", ["initdb", "--boot", "--single"])
def test_a_kill_during_the_first_start_leaves_nothing_half_made(step: str, all_of_it: bool) -> None:
    home = make_folder() / "home"
    with Command("serve", home) as command:
        assert eventually(lambda: step.encode() in _command_lines(command.process.pid))
        processes = family(command.process.pid)
        command.kill()
        if all_of_it:
            kill_all(processes)
        assert eventually(lambda: not living(processes))

        with serve(home) as urls:
            assert sql(urls.app, "SELECT current_user") == "leadline_app"
        assert list((home / "postgres").glob("new-*")) == []
    shutil.rmtree(home.parent)


@pytest.mark.long
def test_twenty_commands_at_once_all_get_a_server(home: Path) -> None:
    commands = [Command("attach", home) for _ in range(20)]
    try:
        for command in commands:
            assert answer(command.answer()["owner"]) == "42"
            command.let_go()

        assert {command.process.wait(60) for command in commands} == {0}
    finally:
        for command in commands:
            command.__exit__()


def _command_lines(pid: int) -> bytes:
    lines = b""
    for member, _ in family(pid):
        with contextlib.suppress(OSError):
            lines += Path(f"/proc/{member}/cmdline").read_bytes()
    return lines
