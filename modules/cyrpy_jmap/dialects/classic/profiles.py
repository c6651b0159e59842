"""Profiles: what each period of the classic drafts spelled differently, as data.

A0 is the text up to 2016-06-02, A up to 2016-08-30 (what Cyrus 3.0 beta spoke), B up to 2017-04-27,
C up to 2017-11-10; after that the envelope was RFC 8620's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

ProfileName = Literal["A0", "A", "B", "C"]

# Types of method errors: RFC 8620's -> the drafts'. What is not here is spelled alike.
_METHOD_ERRORS: Final[Mapping[str, str]] = {
    "serverFail": "serverError",
    "serverPartialFail": "serverError",
    "serverUnavailable": "serverError",
    "invalidResultReference": "resultReference",
    "unsupportedFilter": "cannotDoFilter",
    "fromAccountNotSupportedByMethod": "fromAccountNoMail",
}
# The early drafts had no words for these; a call that asks too much has invalid arguments there.
_EARLY_METHOD_ERRORS: Final = {
    **_METHOD_ERRORS,
    "unsupportedFilter": "invalidArguments",
    "requestTooLarge": "invalidArguments",
}
# Types of SetErrors, likewise.
_SET_ERRORS: Final[Mapping[str, str]] = {
    "invalidPatch": "invalidProperties",
    "mailboxHasEmail": "mailboxHasMessage",
    "overQuota": "maxQuotaReached",
    "singleton": "forbidden",
    "willDestroy": "notFound",  # it is as good as gone
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One period's spelling."""

    name: ProfileName
    updated_is_map: bool  # in a response to set*: id -> what else changed; else a list of ids
    all_updates_paged: bool = False  # get*Updates of every type take maxChanges
    gives_new_state: bool = False  # cannotCalculateChanges says which state is the present one
    has_references: bool = False  # "#argument" takes a value from an earlier response
    has_headers: bool = False  # X-JMAP-Version and X-JMAP-Extensions choose what is spoken
    withdrawn: frozenset[str] = frozenset()  # calls that the period no longer had
    mail: Literal["early", "middle", "later"] = "early"  # how messages were spelled
    later_events: bool = False  # events are JSCalendar's, as its first drafts had them
    early_accounts: bool = False  # accounts have members that say what getAccounts says by null
    # Error for an account without the type's kind of data, by that kind; else the usual one.
    unsupported_account: Mapping[str, str] = field(default_factory=dict)
    method_errors: Mapping[str, str] = field(default_factory=lambda: _METHOD_ERRORS)
    set_errors: Mapping[str, str] = field(default_factory=lambda: _SET_ERRORS)
    scheme: str = "Bearer"  # of the Authorization header; "": the token stands alone
    # Sign-in: names of the members of a step and of its continuation, and of the methods' shape.
    login_id: str = "loginId"  # in the answer to a step
    login_id_sent: str = "loginId"  # in what continues it
    method_sent: str = "type"
    methods_are_names: bool = False  # methods are strings, else objects with `type`
    failed_step_status: int = 403  # the client may try again
    restart_status: int = 410  # it must start anew
    url_aliases: bool = False  # api, eventSource, upload, download beside apiUrl …
    accounts_at_sign_in: bool = False  # accounts and capabilities come with the token


VERSIONS: Final = (1,)  # that X-JMAP-Version may name; the drafts numbered none but this

A0: Final = Profile(
    "A0",
    updated_is_map=False,
    gives_new_state=True,
    has_headers=True,
    early_accounts=True,
    unsupported_account={
        "mail": "accountNoMail",
        "contacts": "accountNoContacts",
        "calendars": "accountNoCalendars",
    },
    method_errors=_EARLY_METHOD_ERRORS,
    scheme="",
    login_id="continuationToken",
    login_id_sent="token",
    method_sent="method",
    methods_are_names=True,
    failed_step_status=401,
    restart_status=403,
    url_aliases=True,
)
A: Final = Profile(
    "A",
    updated_is_map=False,
    gives_new_state=True,
    has_headers=True,
    method_errors=_EARLY_METHOD_ERRORS,
    scheme="X-JMAP",
)
B: Final = Profile(
    "B",
    updated_is_map=True,
    mail="middle",
    later_events=True,
    withdrawn=frozenset({"getAccounts"}),
    accounts_at_sign_in=True,
)
C: Final = Profile(
    "C",
    updated_is_map=True,
    mail="later",
    later_events=True,
    all_updates_paged=True,
    has_references=True,
    withdrawn=frozenset({"getAccounts", "getPushCallback", "setPushCallback"}),
    accounts_at_sign_in=True,
)
PROFILES: Final[Mapping[str, Profile]] = {profile.name: profile for profile in (A0, A, B, C)}
