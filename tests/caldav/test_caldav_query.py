"""calendar-query (RFC 4791 §7.8)."""

from __future__ import annotations

import pytest

from cyrpy.data import calendars, events
from tests.support.dav import Server, clark, prop, words
from tests.support.icalendar import octets

ETAG = prop("D:getetag")
WEEK = '<C:time-range start="20260105T000000Z" end="20260112T000000Z"/>'


def filtered(content: str, component: str = "VEVENT") -> str:
    inner = f'<C:comp-filter name="{component}">{content}</C:comp-filter>' if component else content
    return f'<C:filter><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter></C:filter>'


def event(uid: str, *lines: str) -> bytes:
    return octets("\n".join(["VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines]))


OBJECTS = {
    "inside": event("inside", "DTSTART:20260106T100000Z", "DURATION:PT1H", "SUMMARY:In"),
    "before": event("before", "DTSTART:20260104T100000Z", "DURATION:PT1H"),
    "until": event("until", "DTSTART:20260104T230000Z", "DTEND:20260105T000000Z"),
    "from": event("from", "DTSTART:20260111T235900Z", "DURATION:PT1H"),
    "after": event("after", "DTSTART:20260112T000000Z", "DURATION:PT1H"),
    "long": event("long", "DTSTART:20250101T000000Z", "DTEND:20270101T000000Z"),
    "weekly": event("weekly", "DTSTART:20200107T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"),
    "monthly": event("monthly", "DTSTART:20200120T100000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY"),
    "days": event("days", "DTSTART;VALUE=DATE:20260111"),
    "todo": octets("VTODO\nUID:todo\nDTSTAMP:20260101T000000Z\nDUE:20260107T120000Z"),
    "undated": octets("VTODO\nUID:undated\nDTSTAMP:20260101T000000Z"),
    "journal": octets("VJOURNAL\nUID:journal\nDTSTAMP:20260101T000000Z\nDTSTART:20260107T120000Z"),
}


@pytest.fixture
def work(anna) -> str:
    url = f"{anna.calendars}Default/"
    for name, body in OBJECTS.items():
        assert anna.request("PUT", f"{url}{name}.ics", body).status == 201, name
    return url


def found(client, url: str, content: str, depth: str = "1") -> list[str]:
    """Names of the objects that are found."""
    answer = client.report(url, "C:calendar-query", ETAG + content, depth)
    assert all(r["D:getetag"] for r in answer.responses.values())
    return sorted(href.rpartition("/")[2].removesuffix(".ics") for href in answer.responses)


def test_a_week_has_what_overlaps_it(anna, work):
    assert found(anna, work, filtered(WEEK)) == sorted(words("inside from long weekly days"))


def test_a_time_range_may_be_open(anna, work):
    later = filtered('<C:time-range start="20260112T000000Z"/>')
    assert found(anna, work, later) == sorted(words("from after long weekly monthly"))
    earlier = filtered('<C:time-range end="20260105T000000Z"/>')
    assert found(anna, work, earlier) == sorted(words("before until long weekly monthly"))


def test_tasks_without_dates_are_always_found(anna, work):
    assert found(anna, work, filtered(WEEK, "VTODO")) == ["todo", "undated"]
    other = '<C:time-range start="20300105T000000Z" end="20300112T000000Z"/>'
    assert found(anna, work, filtered(other, "VTODO")) == ["undated"]


@pytest.mark.parametrize(
    ("component", "names"),
    [
        ("VEVENT", "inside before until from after long weekly monthly days"),
        ("VTODO", "todo undated"),
        ("VJOURNAL", "journal"),
        ("VFREEBUSY", ""),
    ],
)
def test_each_type_is_found_by_its_name(anna, work, component, names):
    assert found(anna, work, filtered("", component)) == sorted(words(names))


def test_an_empty_filter_finds_everything(anna, work):
    assert found(anna, work, filtered("", "")) == sorted(OBJECTS)


@pytest.mark.parametrize("match", ['match-type="equals" ', ""])
def test_one_object_is_found_by_its_uid(anna, work, match):
    text = f'<C:text-match {match}collation="i;octet">weekly</C:text-match>'
    asked = f'<C:prop-filter name="UID">{text}</C:prop-filter>'
    assert found(anna, work, filtered(asked)) == ["weekly"]
    assert found(anna, work, filtered(asked.replace("weekly", "nothing"))) == []
    assert found(anna, work, filtered(asked, "VTODO")) == []


def test_uid_is_compared_in_the_collation_that_is_asked_for(anna, work):
    asked = '<C:prop-filter name="UID"><C:text-match>WEEK</C:text-match></C:prop-filter>'
    assert found(anna, work, filtered(asked)) == ["weekly"]
    negated = asked.replace("<C:text-match>", '<C:text-match negate-condition="yes">')
    assert "weekly" not in found(anna, work, filtered(negated))


def test_text_is_looked_for_in_properties(anna, work):
    asked = '<C:prop-filter name="SUMMARY"><C:text-match>in</C:text-match></C:prop-filter>'
    assert found(anna, work, filtered(asked)) == ["inside"]


def test_of_depth_0_the_calendar_alone_is_asked_and_it_is_no_object(anna, work):
    assert found(anna, work, filtered(""), depth="0") == []


def test_one_object_can_be_asked(anna, work):
    url = f"{work}inside.ics"
    assert found(anna, url, filtered(WEEK), depth="0") == ["inside"]
    assert found(anna, url, filtered("", "VTODO"), depth="0") == []


def test_all_calendars_of_a_home_are_asked_at_depth_infinity(anna, work):
    other = f"{anna.calendars}other/"
    anna.request("MKCALENDAR", other)
    anna.request("PUT", f"{other}there.ics", event("there", "DTSTART:20260106T100000Z"))
    assert "there" in found(anna, anna.calendars, filtered(WEEK), depth="infinity")
    assert "inside" in found(anna, anna.calendars, filtered(WEEK), depth="infinity")
    assert found(anna, anna.calendars, filtered(WEEK)) == []


def test_limit_leaves_the_rest_out_and_says_so(anna, work):
    limit = "<D:limit><D:nresults>2</D:nresults></D:limit>"
    answer = anna.report(work, "C:calendar-query", ETAG + filtered("") + limit, "1")
    assert answer.responses[work].status == 507
    assert len(answer.responses) == 3
    error = answer.responses[work].element.find(clark("D:error"))
    assert [child.tag for child in error] == [clark("D:number-of-matches-within-limits")]


def test_limit_that_is_not_reached_changes_nothing(anna, work):
    limit = "<D:limit><D:nresults>2</D:nresults></D:limit>"
    assert found(anna, work, filtered("", "VTODO") + limit) == ["todo", "undated"]


@pytest.mark.parametrize("count", ["-1", "", "many", "9" * 30])
def test_limit_that_is_no_number_is_refused(anna, work, count):
    limit = f"<D:limit><D:nresults>{count}</D:nresults></D:limit>"
    assert anna.report(work, "C:calendar-query", ETAG + filtered("") + limit, "1").status == 400


@pytest.mark.parametrize(
    ("content", "condition"),
    [
        ("", "C:valid-filter"),
        (filtered("", "VALARM"), "C:valid-filter"),
        (filtered("", "VPOLL"), "C:supported-filter"),
        (filtered('<C:time-range start="x"/>'), "C:valid-filter"),
        (filtered("") + "<C:timezone>BEGIN:VCALENDAR</C:timezone>", "C:valid-calendar-data"),
        (filtered("") + "<C:timezone-id>Mars/Olympus</C:timezone-id>", "C:valid-timezone"),
    ],
)
def test_what_cannot_be_asked_is_refused(anna, work, content, condition):
    answer = anna.report(work, "C:calendar-query", ETAG + content, "1")
    assert (answer.status, answer.condition) == (403, clark(condition))


@pytest.mark.parametrize(
    ("zone", "names"),
    [("", []), ("<C:timezone-id>America/New_York</C:timezone-id>", ["floating"])],
)
def test_the_request_says_where_floating_times_are(anna, work, zone, names):
    anna.request("PUT", f"{work}floating.ics", event("floating", "DTSTART:20280105T100000"))
    span = '<C:time-range start="20280105T150000Z" end="20280105T150100Z"/>'
    assert found(anna, work, filtered(span) + zone) == names


def test_else_the_calendar_does(anna, work):
    anna.request("PUT", f"{work}floating.ics", event("floating", "DTSTART:20280105T100000"))
    anna.set(work, "C:calendar-timezone-id", "America/New_York")
    span = '<C:time-range start="20280105T150000Z" end="20280105T150100Z"/>'
    assert found(anna, work, filtered(span)) == ["floating"]


def test_an_object_that_is_too_costly_to_expand_is_found_and_hides_no_other(anna, work):
    rule = "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=3;BYSECOND=59"
    for name in ("hostile-1", "hostile-2"):
        hostile = event(name, "DTSTART:20200101T000000Z", rule)
        assert anna.request("PUT", f"{work}{name}.ics", hostile).status == 201
    names = found(anna, work, filtered(WEEK))
    assert {"inside", "weekly"} <= set(names)


def test_private_objects_of_others_are_not_found(anna, bert, work):
    secret = event("secret", "DTSTART:20260106T100000Z", "CLASS:PRIVATE")
    anna.request("PUT", f"{work}secret.ics", secret)
    anna.share(work, **{bert.principal: "D:read"})
    assert "secret" in found(anna, work, filtered(WEEK))
    for asked in (filtered(WEEK), filtered("")):
        names = found(bert, work, asked)
        assert "inside" in names
        assert "secret" not in names


def test_names_and_all_properties_can_be_asked_for(anna, work):
    names = anna.report(work, "C:calendar-query", "<D:propname/>" + filtered("", "VJOURNAL"), "1")
    assert clark("D:getetag") in names.one.found[200]
    assert clark("C:calendar-data") not in names.one.found[200]
    all_of = anna.report(work, "C:calendar-query", "<D:allprop/>" + filtered("", "VJOURNAL"), "1")
    assert all_of.one["D:getetag"]


def spoil(client, name: str) -> None:
    """Make the stored octets of an object unreadable."""

    def change(unit):
        default = calendars.default_id(unit, client.row.id)
        row = events.by_uri(unit, client.row.id, default, f"{name}.ics")
        events.change(unit, row, {"icalendar": b"VCALENDAR, VEVENT, and no more"})

    client.server.core.database.write(change, [client.row.id])


def test_an_event_that_the_index_can_judge_is_not_read(anna, work):
    for name in ("inside", "before", "after"):
        spoil(anna, name)
    assert found(anna, work, filtered(WEEK)) == sorted(words("inside from long weekly days"))
    assert "inside" in found(anna, work, filtered(""))


def test_an_object_that_cannot_be_read_is_found_and_fails_alone(anna, work):
    spoil(anna, "weekly")
    assert "weekly" in found(anna, work, filtered(WEEK))
    expand = '<C:expand start="20260105T000000Z" end="20260112T000000Z"/>'
    asked = f"<D:prop><C:calendar-data>{expand}</C:calendar-data></D:prop>" + filtered(WEEK)
    responses = anna.report(work, "C:calendar-query", asked, "1").responses
    statuses = {name: r.status_of("C:calendar-data") for name, r in responses.items()}
    assert statuses.pop(f"{work}weekly.ics") == 403
    assert set(statuses.values()) == {200}


def test_the_answer_ends_where_it_would_be_too_large(database, tmp_path):
    anna = Server(database, tmp_path, limits={"max_report_size": 1 << 20}).client("anna")
    url = f"{anna.calendars}Default/"
    text = "DESCRIPTION:" + "x" * 600_000
    for name in ("one", "two", "three"):
        large = event(name, "DTSTART:20260106T100000Z", text)
        assert anna.request("PUT", f"{url}{name}.ics", large).status == 201
    asked = prop("C:calendar-data") + filtered(WEEK)
    responses = anna.report(url, "C:calendar-query", asked, "1").responses
    assert responses[url].status == 507
    assert len(responses) == 3
    assert len(anna.report(url, "C:calendar-query", ETAG + filtered(WEEK), "1").responses) == 3
