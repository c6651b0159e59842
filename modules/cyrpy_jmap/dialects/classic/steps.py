"""Steps of the classic sign-in: what clients send, and what they are sent, in each profile."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from cyrpy.auth.generated import MAX_LABEL
from cyrpy_jmap.dialects.classic.profiles import VERSIONS, Profile
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.signing import Signer

LOGIN_SECONDS: Final = 15 * 60  # from one step to the next
MAX_FIELD: Final = 256  # characters of what a client says of the user and of itself
MAX_PASSWORD: Final = 1024  # characters
PASSWORD: Final = "password"  # noqa: S105 - the one method; names a member too
CLIENT: Final = ("clientName", "clientVersion", "deviceName")
ALIASES: Final = {
    "apiUrl": "api",
    "eventSourceUrl": "eventSource",
    "uploadUrl": "upload",
    "downloadUrl": "download",
}


class Start(NamedTuple):
    """The first step: who wants to sign in, and from what."""

    username: str
    label: str  # of the token to come


class Continuation(NamedTuple):
    """A later step, and the one that it continues."""

    start: Start
    method: str
    password: str


def read_start(body: Json) -> Start:
    """The first step.

    Raises:
        RequestError: 400, with every member that is wrong.
    """
    fields = {"username": "", **dict.fromkeys(CLIENT, ""), **body}
    wrong = [name for name in ("username", *CLIENT) if not _is_text(fields[name])]
    if not wrong and (not fields["username"] or ":" in fields["username"]):
        wrong = ["username"]  # the Basic credentials that it goes into end names at a colon
    if wrong:
        raise malformed(
            f"{', '.join(wrong)}: must be a string of at most {MAX_FIELD} printable characters; "
            "username must not be empty or have a colon"
        )
    name, version, device = (fields[member].strip() for member in CLIENT)
    label = " ".join(filter(None, (name, version, f"({device})" if device else "")))
    return Start(fields["username"], (label or "JMAP client")[:MAX_LABEL])


def read_continuation(body: Json, profile: Profile, signer: Signer) -> Continuation | None:
    """A later step; None if what it continues is over.

    Raises:
        RequestError: 400 for members of the wrong type.
    """
    login_id, method = body.get(profile.login_id_sent), body.get(profile.method_sent)
    password = body.get("value", body.get(PASSWORD, ""))
    if not isinstance(login_id, str) or not isinstance(method, str):
        raise malformed(f"{profile.login_id_sent} and {profile.method_sent} must be strings")
    if method != PASSWORD:
        password = ""
    elif not isinstance(password, str) or len(password) > MAX_PASSWORD:
        raise malformed(f"value must be a password, a string of at most {MAX_PASSWORD} characters")
    content = signer.check("sign-in", login_id)
    if content is None:
        return None
    return Continuation(Start(content["username"], content["label"]), method, password)


def step(start: Start, profile: Profile, signer: Signer, prompt: str | None) -> Json:
    """What a client must do next; the same for users that there are and others."""
    return {
        profile.login_id: signer.sign("sign-in", start._asdict(), LOGIN_SECONDS),
        "methods": [PASSWORD] if profile.methods_are_names else [{"type": PASSWORD}],
        "prompt": prompt,
    }


def endpoints(base_url: str, account_id: str, profile: Profile) -> Json:
    """The URLs, of the user's own account: these drafts named none in uploads."""
    urls = {
        "apiUrl": f"{base_url}/",
        "eventSourceUrl": f"{base_url}/eventsource/",
        "uploadUrl": f"{base_url}/upload/{account_id}/",
        "downloadUrl": f"{base_url}/download/{account_id}/{{blobId}}/{{name}}",
    }
    if profile.url_aliases:
        urls |= {alias: urls[name] for name, alias in ALIASES.items()}
    return urls


def description(userid: str, urls: Json, profile: Profile, accounts: Json) -> Json:
    """What a client that has signed in must know."""
    early: Json = {"versions": list(VERSIONS), "extensions": {}}
    return {
        "username": userid,
        **urls,
        **(accounts if profile.accounts_at_sign_in else early),
    }


def malformed(detail: str) -> RequestError:
    """The problem of a step that has not the shape of one."""
    return RequestError("about:blank", 400, detail)


def _is_text(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, str) and len(value) <= MAX_FIELD and value.isprintable()
