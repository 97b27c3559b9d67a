"""The embedded server in ordinary life: it starts, keeps what it is given, is shared, refuses, and says why."""

import os
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadline.embedded import AlreadyServing, CannotStart, attach, serve
from tests.e2e.embedded_kit import (
    Command,
    answer,
    copied_home,
    eventually,
    family,
    gone,
    kill_all,
    make_home,
    postmaster,
    sql,
)


@pytest.fixture
def home() -> Iterator[Path]:
    with copied_home() as home:
        yield home


def test_the_first_start_made_both_roles_and_the_database(home: Path) -> None:
    question = "SELECT current_user, current_database(), rolsuper FROM pg_roles WHERE rolname = current_user"

    with serve(home) as urls:
        assert sql(urls.owner, question) == "leadline_owner|leadline|t"
        assert sql(urls.app, question) == "leadline_app|leadline|f"


def test_the_server_is_durable_and_speaks_utc_and_utf8(home: Path) -> None:
    names = "fsync", "synchronous_commit", "TimeZone", "server_encoding", "listen_addresses", "unix_socket_directories"

    with serve(home) as urls:
        values = sql(urls.owner, "SELECT " + ", ".join(f"current_setting('{name}')" for name in names))

    assert values == "on|on|UTC|UTF8|127.0.0.1|"


def test_only_its_owner_can_read_what_the_first_start_made() -> None:
    paths = ["../..", "", "postgres/data", "postgres/credentials.json", "postgres/server.log"]
    modes = [stat.S_IMODE((make_home() / path).stat().st_mode) for path in paths]

    assert modes == [0o755, 0o700, 0o700, 0o600, 0o600]


def test_data_outlives_a_restart(home: Path) -> None:
    with serve(home) as urls:
        assert answer(urls.owner) == "42"


def test_a_wrong_password_is_refused(home: Path) -> None:
    with serve(home) as urls, pytest.raises(AssertionError, match="password authentication failed"):
        sql(urls.app.replace("leadline_app:", "leadline_app:x"), "SELECT 1")


def test_the_urls_do_not_print_their_passwords(home: Path) -> None:
    with serve(home) as urls:
        assert repr(urls) == "EmbeddedUrls()"


def test_lost_passwords_are_made_anew(home: Path) -> None:
    (home / "postgres/credentials.json").unlink()

    with serve(home) as urls:
        assert sql(urls.app, "SELECT current_user") == "leadline_app"
        assert answer(urls.owner) == "42"


def test_a_second_serve_is_refused_by_folder_and_pid(home: Path) -> None:
    with serve(home), Command("serve", home) as second:
        refusal = second.answer()

    text = f"a leadline serve is already running on {home} (pid {os.getpid()})"
    assert refusal == {"refused": AlreadyServing.__name__, "text": text}


def test_attach_joins_a_serve_and_leaves_it_running(home: Path) -> None:
    with serve(home) as served, Command("attach", home) as other:
        assert other.answer() == {"owner": served.owner, "app": served.app}
        assert other.end() == 0
        assert answer(served.owner) == "42"


def test_attach_alone_starts_a_server_and_stops_it(home: Path) -> None:
    with attach(home) as urls:
        processes = family(postmaster(home))
        assert answer(urls.owner) == "42"

    assert len(processes) > 1
    assert gone(processes)


def test_two_commands_at_once_share_a_server_until_both_let_go(home: Path) -> None:
    with Command("attach", home) as one, Command("attach", home) as two:
        urls = one.answer()
        assert two.answer() == urls
        processes = family(postmaster(home))
        starter, guest = (one, two) if _owner(home) == one.process.pid else (two, one)

        starter.let_go()
        assert "waiting for the other leadline commands" in starter.complaint()
        assert answer(urls["owner"]) == "42"
        assert [guest.end(), starter.process.wait(20)] == [0, 0]
        assert gone(processes)


def test_a_command_that_fails_still_waits_for_the_others(home: Path) -> None:
    with ExitStack() as guests:
        with pytest.raises(ZeroDivisionError), attach(home) as urls:  # noqa: PT012
            guest = guests.enter_context(Command("attach", home))
            guest.answer()
            threading.Timer(0.3, guest.let_go).start()
            raise ZeroDivisionError

        assert guest.answer() == {"alive": True}
        assert not urls.alive()


def test_a_killed_server_is_started_again_where_it_was(home: Path) -> None:
    with serve(home) as urls:
        kill_all(family(postmaster(home)))
        assert eventually(lambda: not urls.alive())

        urls.start_again()

        assert (urls.alive(), answer(urls.owner)) == (True, "42")
        with attach(home) as guest:
            assert guest == urls
            with pytest.raises(CannotStart, match="another leadline process"):
                guest.start_again()


def test_a_serve_waits_for_the_command_that_came_first(home: Path) -> None:
    with Command("attach", home) as short:
        short.answer()
        with Command("serve", home) as server:
            assert f"(pid {short.process.pid})" in server.complaint()
            assert short.end() == 0
            assert answer(server.answer()["owner"]) == "42"
            assert server.end() == 0


def test_a_serve_does_not_wait_for_ever_for_a_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.embedded.WAIT_SECONDS", 0.3)
    with Command("attach", home) as first:
        first.answer()

        text = rf"A leadline command \(pid {first.process.pid}\) still uses {home}: start when it is done"
        with pytest.raises(CannotStart, match=text), serve(home):
            pass


@pytest.mark.long
def test_a_serve_that_stops_does_not_wait_for_ever(home: Path) -> None:
    with Command("serve", home) as server:
        server.answer()
        with Command("attach", home) as guest:
            guest.answer()

            assert server.end() == 0
            guest.let_go()
            assert guest.answer() == {"alive": False}


def test_an_interrupt_of_the_whole_terminal_lets_the_application_stop_first(home: Path) -> None:
    with Command("serve", home) as server:
        server.answer()
        processes = family(postmaster(home))
        os.killpg(server.process.pid, signal.SIGINT)

        assert server.answer() == {"alive": True}
        assert server.process.wait(20) == 0
        assert gone(processes)


def test_a_failed_start_shows_what_the_server_said(home: Path) -> None:
    with (home / "postgres/data/postgresql.conf").open("a") as file:
        file.write("nonsense = 1\n")

    with pytest.raises(CannotStart, match='unrecognized configuration parameter "nonsense"'), serve(home):
        pass


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with pytest.raises(CannotStart, match=f"{tmp_path}/home cannot be used"), attach(tmp_path / "home"):
        pass


def test_a_start_from_a_thread_is_refused(home: Path) -> None:
    heard: list[str] = []

    def start() -> None:
        try:
            with serve(home):
                pass
        except RuntimeError as error:
            heard.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert heard == ["start the embedded server from the main thread"]


def test_a_long_log_is_put_aside(home: Path) -> None:
    log = home / "postgres/server.log"
    log.write_bytes(b"x" * 5_000_001)

    with serve(home):
        assert log.stat().st_size < 100_000
        assert log.with_suffix(".log.old").stat().st_size == 5_000_001


def _owner(home: Path) -> int:
    return int((home / "postgres/owner.lock").read_text().split()[0])
