"""The structure of a message that was given as texts and attachments (RFC 8621 §4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]


def arranged(
    text: Sequence[Json] | None, html: Sequence[Json] | None, attachments: Sequence[Json] | None
) -> Json:
    """A bodyStructure: alternatives of the texts, images beside the HTML, the rest attached."""
    plain = _with_type(text[0], "text/plain") if text else None
    rich = _with_type(html[0], "text/html") if html else None
    others = list(attachments or ())
    if rich is not None:
        embedded = [part for part in others if part.get("cid") and _is_inline(part)]
        others = [part for part in others if part not in embedded]
        rich = _multipart("related", [rich, *embedded]) if embedded else rich
    body = [part for part in (plain, rich) if part is not None]
    content = body[0] if body else None
    if len(body) > 1:
        content = _multipart("alternative", body)
    if not others:
        return content if content is not None else {"type": "text/plain"}
    attached = [_attached(part) for part in others]
    return _multipart("mixed", attached if content is None else [content, *attached])


def _with_type(part: Json, type: str) -> Json:
    return part if part.get("type") else {**part, "type": type}


def _is_inline(part: Json) -> bool:
    return part.get("disposition") in {None, "inline"}


def _attached(part: Json) -> Json:
    """An attachment says that it is one, unless the client said something else."""
    says = "disposition" in part or any(
        name.lower().startswith("header:content-disposition") for name in part
    )
    return part if says else {**part, "disposition": "attachment"}


def _multipart(kind: str, parts: Sequence[Json]) -> Json:
    return {"type": f"multipart/{kind}", "subParts": list(parts)}
