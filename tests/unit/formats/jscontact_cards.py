"""Random Cards and vCards for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)
PROSE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n;,:\\^\"'"),
    min_size=1, max_size=30,
)  # fmt: skip
ID = st.text("abcXYZ019_-", min_size=1, max_size=6)
URI = st.builds("https://example.com/{}".format, st.text("abc/?&=%20;,~", max_size=10))
TRUE = st.just(True)
UTC = st.datetimes().map(lambda when: when.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20))
TAG = st.sampled_from(["en", "fr", "de-AT", "zh-Hant", "yue"])


def some(kinds: list[str]) -> st.SearchStrategy:
    return st.dictionaries(st.sampled_from(kinds), TRUE, min_size=1, max_size=3)


CONTEXTS = some(["private", "work", "example.com:gym"])
COMMON = {"contexts": CONTEXTS, "pref": st.integers(1, 100)}
LABELLED = {**COMMON, "label": TEXT}


def record(required: dict, optional: dict | None = None) -> st.SearchStrategy:
    vendor = {"example.com:x": st.integers(-9, 9) | st.lists(st.booleans(), max_size=2)}
    return st.fixed_dictionaries(required, optional={**(optional or {}), **vendor})


def ids(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.dictionaries(ID, values, min_size=1, max_size=3)


def resource(kinds: list[str], *, needs_kind: bool = True, **more) -> st.SearchStrategy:
    kind = {"kind": st.sampled_from(kinds)}
    rest = {**LABELLED, "mediaType": st.sampled_from(["image/png", "text/calendar"]), **more}
    required = {"uri": URI | st.just("data:image/png;base64,iVBORw0KGgo=")}
    return record(required | kind, rest) if needs_kind else record(required, rest | kind)


@st.composite
def ordered(draw, kinds: list[str], extra: dict) -> dict:
    component = st.fixed_dictionaries(
        {"kind": st.sampled_from(kinds), "value": TEXT}, optional={"phonetic": TEXT}
    )
    members = draw(st.lists(component, min_size=1, max_size=5))
    made = {"components": members, **draw(st.fixed_dictionaries({}, optional=extra))}
    if draw(st.booleans()):
        made["isOrdered"] = True
        separator = {"kind": "separator", "value": draw(st.sampled_from([" ", ", ", "", ";"]))}
        made["components"] = [members[0], separator, *members[1:]]
        if draw(st.booleans()):
            made["defaultSeparator"] = draw(st.sampled_from([", ", "-", "\\"]))
    if any("phonetic" in member for member in members):
        made["phoneticSystem"] = draw(st.sampled_from(["ipa", "piny"]))
    return made


NAME = ordered(
    ["surname", "given", "given2", "title", "credential", "surname2", "generation"], {"full": PROSE}
)
ADDRESS = ordered(
    ["room", "apartment", "floor", "building", "number", "name", "block", "subdistrict", "district",
     "locality", "region", "postcode", "country", "direction", "landmark", "postOfficeBox"],
    {"full": PROSE, "countryCode": st.sampled_from(["AT", "US"]), "pref": st.integers(1, 100),
     "coordinates": st.just("geo:48.2,16.3"), "timeZone": st.just("Europe/Vienna"),
     "contexts": some(["private", "work", "billing", "delivery"])},
)  # fmt: skip
DATE = st.dates().map(lambda day: {"year": day.year, "month": day.month, "day": day.day})
PARTIAL = DATE | DATE.map(lambda d: {"month": d["month"], "day": d["day"]}) | DATE.map(
    lambda d: {"year": d["year"]}
)  # fmt: skip
ANNIVERSARY = record(
    {"kind": st.sampled_from(["birth", "death", "wedding", "example.com:graduation"]),
     "date": PARTIAL | UTC.map(lambda utc: {"@type": "Timestamp", "utc": utc})},
    {"place": st.fixed_dictionaries({"full": PROSE})},
)  # fmt: skip
ORGANIZATION = record(
    {"name": TEXT},
    {"units": st.lists(record({"name": TEXT}, {"sortAs": TEXT}), min_size=1, max_size=2),
     "sortAs": TEXT, "contexts": CONTEXTS},
)  # fmt: skip
NOTE = record(
    {"note": PROSE}, {"created": UTC, "author": st.fixed_dictionaries({"name": TEXT, "uri": URI})}
)
INFO = record(
    {"kind": st.sampled_from(["expertise", "hobby", "interest"]), "value": PROSE},
    {"level": st.sampled_from(["high", "medium", "low"]), "listAs": st.integers(1, 50),
     "label": TEXT},
)  # fmt: skip
SERVICE = record({"uri": URI}, {"service": TEXT, "user": TEXT, **LABELLED}) | record(
    {"user": TEXT, "service": TEXT}, LABELLED
)
CARDS = st.fixed_dictionaries(
    {"@type": st.just("Card"), "version": st.just("2.0"), "uid": ID},
    optional={
        "name": NAME, "kind": st.sampled_from(["individual", "org", "example.com:robot"]),
        "language": TAG, "created": UTC, "updated": UTC, "prodId": TEXT,
        "nicknames": ids(record({"name": TEXT}, COMMON)),
        "organizations": ids(ORGANIZATION),
        "titles": ids(record({"name": TEXT, "kind": st.sampled_from(["title", "role"])})),
        "emails": ids(record({"address": TEXT}, LABELLED)),
        "phones": ids(record({"number": TEXT}, {**LABELLED, "features": some(["mobile", "fax"])})),
        "onlineServices": ids(SERVICE),
        "preferredLanguages": ids(record({"language": TAG}, COMMON)),
        "calendars": ids(resource(["calendar", "freeBusy"])),
        "schedulingAddresses": ids(record({"uri": URI}, LABELLED)),
        "addresses": ids(ADDRESS),
        "cryptoKeys": ids(resource(["example.com:k"], needs_kind=False)),
        "directories": ids(resource(["directory", "entry"], listAs=st.integers(1, 9))),
        "links": ids(resource(["contact"], needs_kind=False)),
        "media": ids(resource(["photo", "logo", "sound"])),
        "anniversaries": ids(ANNIVERSARY),
        "keywords": st.dictionaries(TEXT, TRUE, min_size=1, max_size=3),
        "notes": ids(NOTE), "personalInfo": ids(INFO),
        "relatedTo": st.dictionaries(
            URI | TEXT, st.fixed_dictionaries({"relation": some(["friend", "spouse", "agent"])}),
            min_size=1, max_size=2),
        "speakToAs": st.fixed_dictionaries(
            {"grammaticalGender": st.sampled_from(["neuter", "example.com:g"])},
            optional={"pronouns": ids(record({"pronouns": TEXT}, COMMON))}),
        "example.com:top": st.dictionaries(ID, st.integers(0, 9), min_size=1, max_size=2),
    },
)  # fmt: skip
