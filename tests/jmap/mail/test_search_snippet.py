"""SearchSnippet/get (RFC 8621 §5)."""

from __future__ import annotations

import pytest

from tests.mail.messages import message


@pytest.fixture
def snippet(anna):
    """Subject and preview of a message for a filter."""

    def ask(octets: bytes, filter) -> tuple[str | None, str | None]:
        id = anna.deliver(octets)
        answer = anna.call("SearchSnippet/get", filter=filter, emailIds=[id])
        (found,) = answer["list"]
        assert found["emailId"] == id
        assert answer["notFound"] is None
        return found["subject"], found["preview"]

    return ask


def test_marks_the_words_and_escapes_the_rest(snippet):
    octets = message("Fish & chips <now>", "No fish <today>,\r\nonly Chips & peas")
    subject, preview = snippet(octets, {"text": "fish chips"})
    assert subject == "<mark>Fish</mark> &amp; <mark>chips</mark> &lt;now&gt;"
    assert preview == "No <mark>fish</mark> &lt;today&gt;, only <mark>Chips</mark> &amp; peas"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ('"quick brown"', "the <mark>quick brown</mark> dog saw a quick cat"),
        ("qui*", "the <mark>quick</mark> brown dog saw a <mark>quick</mark> cat"),
        ('"saw a qu*"', "the quick brown dog <mark>saw a quick</mark> cat"),
        ("horse", None),
        ("", None),
    ],
)
def test_phrases_and_beginnings_of_words(snippet, text, marked):
    octets = message("Other", "the quick brown dog saw a quick cat")
    assert snippet(octets, {"body": text}) == (None, marked)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("uber", "<mark>Über</mark> Straße ist 東京都庁 naïve"),
        ("STRASSE", "Über <mark>Straße</mark> ist 東京都庁 naïve"),
        ("東京", "Über Straße ist <mark>東京</mark>都庁 naïve"),
        ("京都庁", "Über Straße ist 東<mark>京都庁</mark> naïve"),
        ("東", "Über Straße ist <mark>東</mark>京都庁 naïve"),
        ("naive", "Über Straße ist 東京都庁 <mark>naïve</mark>"),
    ],
)
def test_what_the_search_finds_is_marked_as_it_was_written(snippet, text, marked):
    octets = message(
        "x", "Über Straße ist 東京都庁 naïve", Content_Type="text/plain; charset=utf-8"
    )
    assert snippet(octets, {"text": text}) == (None, marked)


def test_a_preview_shows_the_hit_and_has_at_most_255_octets(snippet):
    body = "é<&>" * 100 + " wanted " + '"quoted" & more ' * 100
    octets = message("x", body, Content_Type="text/plain; charset=utf-8")
    _, preview = snippet(octets, {"body": "wanted"})
    assert preview is not None
    assert "<mark>wanted</mark>" in preview
    assert 100 < len(preview.encode()) <= 255


def test_html_is_shown_as_text(snippet):
    octets = message(
        "x", "<p>one <b>wan</b>ted &lt;b&gt;</p><script>wanted</script>", Content_Type="text/html"
    )
    assert snippet(octets, {"body": "wanted"})[1] == "one <mark>wanted</mark> &lt;b&gt;"


def test_what_must_not_be_there_is_not_marked(snippet):
    octets = message("red green", "red green blue")
    filter = {
        "operator": "AND",
        "conditions": [
            {"subject": "red"},
            {"operator": "NOT", "conditions": [{"text": "green"}]},
            {"operator": "OR", "conditions": [{"body": "blue"}, {"from": "ada"}]},
        ],
    }
    assert snippet(octets, filter) == ("<mark>red</mark> green", "red green <mark>blue</mark>")


def test_only_emails_that_the_user_sees_have_snippets(anna, bert):
    id = anna.deliver(message("secret"))
    for ids in ([id], ["L99999999"], ["x"]):
        answer = bert.call("SearchSnippet/get", filter={"text": "secret"}, emailIds=ids)
        assert (answer["list"], answer["notFound"]) == ([], ids)


def test_wrong_arguments_are_told(anna):
    many = [f"L{n}" for n in range(1, 600)]
    error = anna.fail("SearchSnippet/get", filter={"text": "x"}, emailIds=many)
    assert error["type"] == "requestTooLarge"
    error = anna.fail("SearchSnippet/get", filter={"colour": "x"}, emailIds=[])
    assert error["type"] == "unsupportedFilter"
    assert anna.fail("SearchSnippet/get", filter=None)["type"] == "invalidArguments"
