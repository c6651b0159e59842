"""CalendarAlert to push subscriptions and over WebSocket (JMAP Calendars, "Push events")."""

from __future__ import annotations

from cyrpy.data import alerts
from cyrpy.data.alerts import Triggered
from tests.jmap.push.test_websocket import client

TYPES = ["CalendarAlert"]


def trigger(site, user, alert_id: str, account: int | None = None) -> None:
    """An alert of the user's."""
    account = user.principal_id if account is None else account
    made = Triggered(0, user.principal_id, account, "E1", "lunch", None, alert_id, 0, None)

    def work(unit) -> None:
        alerts.add(unit, made)
        unit.wake(account)

    site.core.database.write(work)


def alert(alert_id: str) -> dict:
    """What is pushed of it."""
    return {
        "@type": "CalendarAlert",
        "accountId": "anna",
        "calendarEventId": "E1",
        "uid": "lunch",
        "recurrenceId": None,
        "alertId": alert_id,
    }


def test_alerts_are_pushed_each_in_a_message_of_its_own(push, site, anna):
    async def scenario(mine, receiver):
        trigger(site, anna, "before")
        await mine.subscribe(receiver, types=TYPES)
        trigger(site, anna, "a")
        trigger(site, anna, "b")
        first, second = await receiver.next(), await receiver.next()
        assert (first.json, second.json) == (alert("a"), alert("b"))
        assert first.headers["urgency"] == "high"
        assert "topic" not in first.headers

    push(scenario)


def test_who_did_not_ask_for_alerts_is_pushed_changes_alone(push, site, anna):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver)
        trigger(site, anna, "a")
        state, received = await mine.pushed(receiver)
        assert received.json["changed"] == {"anna": {"Note": state}}

    push(scenario)


def test_alerts_of_accounts_that_are_out_of_sight_are_not_told(push, site, anna, bert):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver, types=TYPES)
        trigger(site, anna, "theirs", bert.principal_id)
        trigger(site, anna, "a")
        assert (await receiver.next()).json == alert("a")

    push(scenario)


def test_alerts_come_over_a_websocket_that_asked_for_them(site, anna, serve):
    async def scenario(served):
        async with client(served, anna) as mine:
            await mine.send({"@type": "WebSocketPushEnable", "dataTypes": TYPES})
            await served.until_heard(anna)
            trigger(site, anna, "a")
            assert await mine.next() == alert("a")

    serve(scenario)
