"""Messages of each period: booleans and arrays until 2017-04 (A0, A, B), objects then (C)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.lens import Wrong
from cyrpy_jmap.dialects.classic.mail import values
from cyrpy_jmap.dialects.classic.mail.messages import BOXES, MAILBOX, REPLY, MessageLens
from cyrpy_jmap.dialects.classic.mail.reading import FLAGS
from cyrpy_jmap.invocation import Json


class EarlyMessageLens(MessageLens):
    """Booleans for keywords, arrays of mailboxes."""

    mutable = frozenset({BOXES, "isUnread", "isFlagged", "isAnswered"})
    set_arguments = {"onlyDrafts": True}  # noqa: RUF012 - declared as a Mapping
    checks = {  # noqa: RUF012 - declared as a Mapping
        BOXES: values.ids,
        REPLY: values.TEXT,
        "isUnread": values.only(wanted=False),
        "isFlagged": values.BOOLEAN,
        "isAnswered": values.only(wanted=False),
        "isDraft": values.only(wanted=True),
    }
    sources = {  # noqa: RUF012 - declared as a Mapping
        **MessageLens.sources,
        **dict.fromkeys(FLAGS, ("keywords",)),
        REPLY: (REPLY,),
    }

    def __init__(self, *, lower_case: bool) -> None:
        self.lower_case = lower_case  # type: ignore[misc]

    def filed(self, record: Json) -> Json:
        """An array, and booleans."""
        result: Json = {}
        if BOXES in record:
            result[BOXES] = list(record[BOXES])
        if "keywords" in record:
            held = record["keywords"]
            result |= {name: (word in held) is value for name, (word, value) in FLAGS.items()}
        return result

    def filed_path(self, path: str) -> str:
        """Keywords are booleans."""
        if path.startswith("keywords"):
            word = path.partition("/")[2]
            return next((n for n, (known, _) in FLAGS.items() if known == word), "isFlagged")
        return super().filed_path(path)

    def check_change(self, name: str, value: Any, wrong: Wrong) -> None:  # noqa: ANN401
        """An array, or a boolean."""
        check = values.ids if name == BOXES else values.BOOLEAN
        check(value, name, wrong)

    def filing(self, change: Json, names: CreationNames) -> Json:
        """A patch of keywords, and all mailboxes."""
        patch: Json = {
            f"keywords/{word}": True if change[name] is value else None
            for name, (word, value) in FLAGS.items()
            if name in change
        }
        if BOXES in change:
            patch[BOXES] = _boxes(change[BOXES], names)
        return patch

    def new_filing(self, record: Json, names: CreationNames) -> Json:
        """A draft, which its writer has read."""
        keywords = {"$draft": True, "$seen": True}
        if record.get("isFlagged"):
            keywords["$flagged"] = True
        return {BOXES: _boxes(record[BOXES], names), "keywords": keywords}

    def copied(self, given: Json, names: CreationNames) -> Json:
        """Marked as said; what is not said is false."""
        marks = {name: given.get(name, False) for name in FLAGS}
        held = {word: True for name, (word, value) in FLAGS.items() if marks[name] is value}
        return {BOXES: _boxes(given[BOXES], names), "keywords": held}

    def copy_error(self, error: Json) -> Json:
        """Wrong mailboxes have an error of their own."""
        if error.get("properties") == [BOXES] and error["type"] == "invalidProperties":
            return {**error, "type": "invalidMailboxes"}
        return error

    def error(self, error: Json) -> Json:
        """Blobs that are not there are wrong attachments."""
        if error["type"] != "blobNotFound":
            return error
        missing = error["notFound"]
        return {
            "type": "invalidProperties",
            "description": f"attachments: there is no blob {', '.join(missing)[:200]}",
            "properties": ["attachments"],
            "attachmentsNotFound": missing,
        }


def _boxes(wanted: Iterable[str], names: CreationNames) -> Json:
    return {names.reference(MAILBOX, id): True for id in wanted}


class LaterMessageLens(MessageLens):
    """Keywords and mailboxes as objects, which can be patched (profile C)."""

    only_lower_case = True
    mutable = frozenset({BOXES, "keywords"})
    checks = {BOXES: values.id_set, "keywords": values.flags}  # noqa: RUF012 - as a Mapping
    sources = {**MessageLens.sources, "keywords": ("keywords",)}  # noqa: RUF012 - as a Mapping

    def filed(self, record: Json) -> Json:
        """As they are."""
        return {name: record[name] for name in (BOXES, "keywords") if name in record}

    def is_mutable(self, name: str) -> bool:
        """Also what is inside."""
        return name.partition("/")[0] in self.mutable

    def check_change(self, name: str, value: Any, wrong: Wrong) -> None:  # noqa: ANN401
        """An object, or one member of it, which null takes away."""
        if "/" in name:
            if value is not True and value is not None:
                wrong[name] = "must be true, or null"
        elif name == BOXES:
            values.id_set(value, name, wrong)
        else:
            values.flags({} if value is None else value, name, wrong)

    def filing(self, change: Json, names: CreationNames) -> Json:
        """As it is, but for references and the case of keywords."""
        patch: Json = {}
        for name, value in change.items():
            head, slash, rest = name.partition("/")
            if head == "keywords":
                held = value and {word.lower(): True for word in value} if not slash else value
                patch[head + slash + rest.lower()] = {} if held is None and not slash else held
            elif slash:
                patch[f"{head}/{names.reference(MAILBOX, rest)}"] = value
            else:
                patch[name] = _boxes(value, names)
        return patch

    def new_filing(self, record: Json, names: CreationNames) -> Json:
        """As said."""
        keywords = {word.lower(): True for word in record.get("keywords", {})}
        return {BOXES: _boxes(record[BOXES], names), "keywords": keywords}

    def copied(self, given: Json, names: CreationNames) -> Json:
        """As said."""
        return self.new_filing(given, names)

    def error(self, error: Json) -> Json:
        """As the last drafts spelled it."""
        if error["type"] == "blobNotFound":
            return {**error, "type": "attachmentNotFound"}
        return error


MIXED: Final = EarlyMessageLens(lower_case=False)
LOWER: Final = EarlyMessageLens(lower_case=True)
LATER: Final = LaterMessageLens()
