"""Sharing by invitation, as Apple's clients do it (calendarserver-sharing)."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, tree

XML = {"content-type": "text/xml"}
KINDS = ["calendars", "books"]


def share(who, url: str, content: str, name: str = "CS:share"):
    return who.request("POST", url, tree(name, content), XML)


def offer(address: str, access: str = "read", summary: str = "Team") -> str:
    return (
        f"<CS:set><D:href>{address}</D:href><CS:summary>{summary}</CS:summary>"
        f"<CS:{access}/></CS:set>"
    )


def withdrawn(address: str) -> str:
    return f"<CS:remove><D:href>{address}</D:href></CS:remove>"


def inbox(who) -> str:
    (url,) = who.get(who.principal, "CS:notification-URL")
    return url


def notices(who) -> list:
    """The documents that a user is told, the oldest first."""
    found = who.propfind(inbox(who), "CS:notificationtype", depth="1").responses
    return [who.request("GET", url).root for url in found if url != inbox(who)]


def reply(who, home: str, uid: str, answer: str = "invite-accepted", host: str = "/"):
    content = (
        f"<D:href>mailto:{who.row.name}</D:href><CS:{answer}/>"
        f"<CS:hosturl><D:href>{host}</D:href></CS:hosturl><CS:in-reply-to>{uid}</CS:in-reply-to>"
    )
    return who.request("POST", home, tree("CS:invite-reply", content), XML)


def uid_of(notice) -> str:
    return notice.findtext(f".//{clark('CS:uid')}")


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    return request.param


@pytest.fixture
def url(anna, kind) -> str:
    return f"{getattr(anna, kind)}Default/"


@pytest.fixture
def home(bert, kind) -> str:
    return getattr(bert, kind)


@pytest.fixture
def invited(anna, bert, url) -> str:
    """The uid of the invitation that bert got."""
    assert share(anna, url, offer(f"mailto:{bert.row.name}", "read-write")).status == 200
    return uid_of(notices(bert)[0])


def mine(home: str) -> str:
    return f"{home}anna@example.com.Default/"


def test_who_is_invited_is_told_and_sees_nothing_yet(anna, bert, url, home, invited):
    (notice,) = notices(bert)
    assert notice.tag == clark("CS:notification")
    assert notice.find(f".//{clark('CS:invite-noresponse')}") is not None
    assert notice.find(f".//{clark('CS:access')}/{clark('CS:read-write')}") is not None
    assert notice.findtext(f".//{clark('CS:hosturl')}/{clark('D:href')}") == url
    assert notice.findtext(f".//{clark('CS:summary')}") == "Team"
    assert bert.propfind(mine(home), "D:owner").status == 404
    assert bert.propfind(url, "D:owner").status == 404


def test_who_accepts_is_told_where_it_is(bert, home, invited):
    answer = reply(bert, home, invited)
    assert answer.status == 200
    assert answer.root.findtext(clark("D:href")) == mine(home)
    assert clark("CS:shared") in bert.get(mine(home), "D:resourcetype")
    assert clark("D:write-content") in str(bert.get(mine(home), "D:current-user-privilege-set"))


def test_the_invitation_is_gone_once_it_was_answered(anna, bert, home, invited):
    reply(bert, home, invited)
    assert notices(bert) == []
    (answer,) = notices(anna)
    assert answer.find(f".//{clark('CS:invite-accepted')}") is not None
    assert answer.findtext(f".//{clark('CS:in-reply-to')}") == invited


def test_who_declines_sees_nothing_and_the_owner_is_told(anna, bert, url, home, invited):
    assert reply(bert, home, invited, "invite-declined").status == 204
    assert bert.propfind(mine(home), "D:owner").status == 404
    (answer,) = notices(anna)
    assert answer.find(f".//{clark('CS:invite-declined')}") is not None
    assert clark("CS:invite-declined") in str(anna.get(url, "CS:invite"))


def test_what_was_accepted_can_be_declined_later(bert, home, invited):
    reply(bert, home, invited)
    assert reply(bert, home, "", "invite-declined", mine(home)).status == 204
    assert bert.propfind(mine(home), "D:owner").status == 404


def test_removing_a_shared_collection_from_ones_home_leaves_the_share(
    anna, bert, url, home, invited
):
    reply(bert, home, invited)
    assert bert.request("DELETE", mine(home)).status == 204
    assert bert.propfind(mine(home), "D:owner").status == 404
    assert anna.propfind(url, "D:owner").status == 207


def test_the_owner_sees_who_is_invited_and_who_accepted(anna, bert, url, home, invited):
    assert clark("CS:invite-noresponse") in str(anna.get(url, "CS:invite"))
    assert clark("CS:shared-owner") in anna.get(url, "D:resourcetype")
    reply(bert, home, invited)
    assert clark("CS:invite-accepted") in str(anna.get(url, "CS:invite"))


def test_sharees_do_not_see_each_other(bert, home, invited):
    reply(bert, home, invited)
    assert bert.propfind(mine(home), "CS:invite").one.status_of("CS:invite") == 404
    assert bert.get(mine(home), "CS:shared-url") == ["/dav" + bert_url(home)]


def bert_url(home: str) -> str:
    kind = home.split("/")[2]
    return f"/{kind}/user/anna@example.com/Default/"


def test_what_is_taken_back_cannot_be_accepted(anna, bert, url, home, invited):
    assert share(anna, url, withdrawn(f"mailto:{bert.row.name}")).status == 200
    (notice,) = notices(bert)
    assert notice.find(f".//{clark('CS:invite-deleted')}") is not None
    assert reply(bert, home, invited).status == 404
    assert bert.propfind(mine(home), "D:owner").status == 404


def test_removing_a_sharee_ends_the_share(anna, bert, url, home, invited):
    reply(bert, home, invited)
    share(anna, url, withdrawn(f"mailto:{bert.row.name}"))
    assert bert.propfind(mine(home), "D:owner").status == 404


def test_other_rights_for_a_sharee_need_no_new_answer(anna, bert, url, home, invited):
    reply(bert, home, invited)
    share(anna, url, offer(f"mailto:{bert.row.name}", "read"))
    assert clark("D:write-content") not in str(bert.get(mine(home), "D:current-user-privilege-set"))
    assert notices(bert) == []


def test_principals_are_invited_by_their_urls_too(anna, bert, url, home):
    assert share(anna, url, offer(bert.principal)).status == 200
    assert len(notices(bert)) == 1


def test_who_is_unknown_is_told_of_by_itself(anna, bert, url):
    answer = share(anna, url, offer("mailto:no@example.com") + offer(bert.principal))
    assert answer.status == 207
    statuses = {href: response.status for href, response in answer.responses.items()}
    assert statuses == {"mailto:no@example.com": 403, bert.principal: 200}
    assert len(notices(bert)) == 1


def test_nobody_known_is_a_refusal(anna, url):
    answer = share(anna, url, offer("mailto:no@example.com"))
    assert answer.status == 403
    assert answer.condition == clark("D:recognized-principal")


@pytest.mark.parametrize("content", ["", "<CS:set/>", "<CS:set><D:href> </D:href></CS:set>"])
def test_a_share_that_says_nothing_is_malformed(anna, url, content):
    assert share(anna, url, content).status == 400


def test_sharees_may_not_invite(bert, home, invited, server):
    reply(bert, home, invited)
    carl = server.client("carl")
    assert share(bert, mine(home), offer(f"mailto:{carl.row.name}")).status == 403
    assert notices(carl) == []


def test_others_invitations_cannot_be_answered(server, invited, kind):
    carl = server.client("carl")
    assert reply(carl, getattr(carl, kind), invited).status == 404


def test_notices_are_seen_by_nobody_else(anna, bert, invited):
    assert anna.propfind(inbox(bert), "D:owner").status == 404
    assert (
        anna.propfind(bert.principal, "CS:notification-URL").one.status_of("CS:notification-URL")
        == 404
    )


def test_notices_are_synchronized_and_removed(anna, bert, url, invited):
    token = bert.sync(inbox(bert)).token
    (shown,) = [u for u in bert.sync(inbox(bert)).responses if u != inbox(bert)]
    assert bert.request("DELETE", shown).status == 204
    after = bert.sync(inbox(bert), token)
    assert {u: r.status for u, r in after.responses.items()} == {shown: 404}


def test_sharing_as_the_later_draft_has_it(anna, bert, url, home):
    content = (
        f"<D:sharee><D:href>mailto:{bert.row.name}</D:href>"
        "<D:share-access><D:read-write/></D:share-access></D:sharee>"
    )
    headers = {"content-type": "application/davsharing+xml"}
    answer = anna.request("POST", url, tree("D:share-resource", content), headers)
    assert answer.status == 204
    assert anna.get(url, "D:share-access") == [clark("D:shared-owner")]
    reply(bert, home, uid_of(notices(bert)[0]))
    assert bert.get(mine(home), "D:share-access") == [clark("D:read-write")]
    assert clark("D:invite-accepted") in str(anna.get(url, "D:invite"))
