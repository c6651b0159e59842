"""GET and HEAD of collections: a small list for people."""

from __future__ import annotations


def test_lists_the_members_by_name(anna):
    answer = anna.request("GET", anna.calendars)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<a href="{anna.calendars}Default/">Default</a>' in answer.body.decode()


def test_names_are_escaped_and_scripts_do_not_run(anna):
    anna.set(f"{anna.calendars}Default/", "D:displayname", "&lt;script&gt;")
    answer = anna.request("GET", anna.calendars)
    assert "&lt;script&gt;" in answer.body.decode()
    assert answer.headers["content-security-policy"] == "default-src 'none'"


def test_the_directory_lists_nobody_else(anna, bert):
    page = anna.request("GET", "/dav/principals/user/").body.decode()
    assert "anna@example.com" in page
    assert "bert" not in page


def test_principals_have_no_page(anna):
    assert anna.request("GET", anna.principal).status == 405
