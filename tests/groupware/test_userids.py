"""Userids, and the account ids made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.data.ids import is_valid
from cyrpy.errors import FormatError
from cyrpy.groupware.userids import UserIds, account_id

OFF = UserIds("localhost", has_domains=False, to_lower=True)
USERID = UserIds("localhost", has_domains=True, to_lower=True)


@pytest.mark.parametrize(
    ("userids", "typed", "userid"),
    [
        (OFF, "test", "test@localhost"),
        (OFF, "TEST@Example.com", "test@localhost"),
        (OFF, "test@", "test@localhost"),
        (USERID, "test", "test@localhost"),
        (USERID, "Test@Example.COM", "test@example.com"),
        (USERID, "test%example.com", "test@example.com"),
        (USERID._replace(to_lower=False), "Test@Example.COM", "Test@example.com"),
        (OFF, "Ju\u0308rgen", "j\u00fcrgen@localhost"),
    ],
)
def test_login_is_made_into_a_userid(userids, typed, userid):
    assert userids.of_login(typed) == userid


@given(st.text())
def test_userid_of_a_userid_is_itself(text):
    for userids in (OFF, USERID):
        userid = userids.of_login(text)
        assert userids.of_login(userid) == userid


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a:b", "a/b", "../x", ".a", "a..b", "a%b", 'a"b', "a@b@c", "anyone", "x" * 65],
)
def test_names_that_would_break_something_are_refused(name):
    with pytest.raises(FormatError):
        OFF.of_new(name)


def test_foreign_domain_is_refused_where_there_are_no_domains():
    with pytest.raises(FormatError, match="virtdomains: userid"):
        OFF.of_new("test@example.com")
    assert USERID.of_new("test@example.com") == "test@example.com"


@pytest.mark.parametrize("name", ["test@ex ample", "test@-x", "test@" + "a" * 64])
def test_what_is_no_domain_is_refused(name):
    with pytest.raises(FormatError):
        USERID.of_new(name)


def test_account_id_is_readable():
    assert account_id("test@localhost") == "test_40localhost"
    assert account_id("a_b@x.org") == "a_5fb_40x_2eorg"
    assert account_id("test") == "test"
    assert account_id("test@localhost", 2) == "test_40localhost-2"


@given(st.text(min_size=1, max_size=300))
def test_account_id_is_a_valid_id(userid):
    assert is_valid(account_id(userid, 1000))


@given(*[st.text("ab_-@.4\u00fc", min_size=1, max_size=12).filter(lambda t: not is_valid(t))] * 2)
def test_no_two_userids_have_the_same_account_id(one, other):
    assert (account_id(one) == account_id(other)) == (one == other)
