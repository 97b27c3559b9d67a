"""Taking the demo rows out, on every store: all that hangs on them, and nothing else."""

from leadline.domain import activities
from leadline.domain.access import Session
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Store, Tx
from tests.builders import NOW, ROBOT, lead, user
from tests.invariants import every_lead, pages, trail
from tests.steps import notifications, put


async def hang_on(store: Store, *leads: Lead) -> None:
    """An entry in the trail, a notification and a submission for each."""

    async def work(tx: Tx) -> None:
        for each in leads:
            tx.add_activities([activities.note_added(new_id(), each.id, "x", ROBOT, NOW)])
            tx.add_notifications([Notification(new_id(), "email", "lead_assigned", "a@x.example.com", NOW, each.id)])
            tx.add_submissions([SubmissionRecord(new_id(), "api", b"{}", "created", NOW, each.id)])

    await store.transact(work)


async def test_demo_rows_go_with_all_that_hangs_on_them_and_real_ones_stay(store: Store) -> None:
    demo_rep, busy_demo_rep, rep = user(is_demo=True), user(is_demo=True), user()
    real = lead(assigned_to=busy_demo_rep.id, company_name="Real")
    gone = [lead(is_demo=True, assigned_to=rep.id), lead(is_demo=True, is_deleted=True), lead(is_demo=True)]
    await put(store, [real, *gone], [demo_rep, busy_demo_rep, rep])
    await hang_on(store, real, *gone)
    sessions = [
        Session(str(n).encode(), person.id, NOW, NOW) for n, person in enumerate((demo_rep, busy_demo_rep, rep))
    ]

    async def log_in(tx: Tx) -> None:
        tx.add_sessions(sessions)
        tx.add_submissions([SubmissionRecord(new_id(), "api", b"{}", "rejected", NOW)])

    await store.transact(log_in)

    async def remove(tx: Tx) -> None:
        tx.remove_demo()

    await store.transact(remove, routing=True)

    assert await every_lead(store) == [real]
    assert {person.id for person in await store.list_users()} == {busy_demo_rep.id, rep.id}
    assert [len(await trail(store, each.id)) for each in (real, *gone)] == [1, 0, 0, 0]
    assert [row.lead_id for row in await notifications(store)] == [real.id]
    rows = await pages(lambda position, limit: store.list_submissions(None, None, position, limit))
    assert [row.lead_id for row in rows] == [None, real.id]
    assert [await store.find_session(s.token_hash) for s in sessions] == [None, *sessions[1:]]
