"""TaskLists as a data type: calendars that may hold tasks (draft-ietf-jmap-tasks-06)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from cyrpy.data import events as rows
from cyrpy.errors import Forbidden, NotFound
from cyrpy.groupware import calendars as groupware
from cyrpy.groupware.calendars import CalendarView
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, Name, ServerSet, Text
from cyrpy_jmap.types.calendar.model import (
    MAX_DESCRIPTION,
    MAX_SHARES,
    Alerts,
    check_color,
    check_zone,
)
from cyrpy_jmap.types.calendar.type import Calendars
from cyrpy_jmap.types.calendar_event.kind import TASKS as KIND
from cyrpy_jmap.types.sharing import actor_of
from cyrpy_jmap.types.task.capabilities import TASKS

STATUSES: Final = ("completed", "failed", "in-process", "needs-action", "cancelled", "pending")
# Calendars' names of rights that task lists call otherwise.
RENAMED: Final[Mapping[str, str]] = {"mayShare": "mayAdmin"}
INBOX: Final = "inbox"


class TaskRights(JmapModel):
    """What a user may do with a task list; what is left out is not granted."""

    may_read_items: bool = False
    may_write_all: bool = False
    may_write_own: bool = False
    may_update_private: bool = False
    may_rsvp: bool = Field(False, alias="mayRSVP")
    may_admin: bool = False
    may_delete: bool = False


class TaskList(JmapObject):
    """A named collection of tasks."""

    role: ServerSet[Literal["inbox", "trash"] | None] = None
    name: Name
    description: Annotated[Text, Field(max_length=MAX_DESCRIPTION)] | None = None
    color: Annotated[str, AfterValidator(check_color)] | None = None
    keyword_colors: ServerSet[dict[str, str] | None] = None
    category_colors: ServerSet[dict[str, str] | None] = None
    sort_order: Annotated[int, Field(ge=0, lt=2**31)] = 0
    is_subscribed: bool = True
    time_zone: Annotated[str, AfterValidator(check_zone)] | None = None
    workflow_statuses: ServerSet[list[str]] = Field(default_factory=lambda: list(STATUSES))
    default_alerts_with_time: Alerts | None = None
    default_alerts_without_time: Alerts | None = None
    share_with: Annotated[dict[Id, TaskRights], Field(max_length=MAX_SHARES)] | None = None
    my_rights: ServerSet[TaskRights]


class TaskListSetArguments(SetArguments):
    """TaskList/set has one more."""

    on_destroy_remove_tasks: bool = False


class TaskLists(Calendars):
    """The calendars that may hold tasks, for all who see them."""

    name: ClassVar[str] = "TaskList"
    log_name = groupware.KIND
    capability = TASKS
    model = TaskList
    set_arguments = TaskListSetArguments
    few = False  # what is remembered by a state goes by the log's own name

    def knows(self, property: str) -> bool:
        """The model's, and nothing of what calendars have besides."""
        return super(Calendars, self).knows(property)

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The lists that the user may see, in their order."""
        lists = {view.row.wire_id: view for view in _lists(call)}
        for value in super().load(call, list(lists) if ids is None else ids):
            if value["id"] in lists:
                yield _as_list(value)

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """One look at the grants for all lists."""
        return frozenset(view.row.wire_id for view in _lists(call)).__contains__

    def create(self, call: Call, checked: Json) -> Json:
        """A calendar for nothing but tasks, in the user's own account."""
        if not call.account.is_own:
            raise Forbidden("task lists cannot be created in somebody else's account")
        made = super().create(call, _as_calendar(checked))
        view = groupware.find(call.unit, call.account.id, actor_of(call), made["id"])
        groupware.update(call.unit, view, actor_of(call), {"components": KIND.component})
        return {**_renamed_rights(made), "role": None}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change it; what is per user, for this user alone."""
        return super().update(call, id, _as_calendar(current), _as_calendar(patched))

    def destroy(self, call: Call, id: str) -> None:
        """Delete it, with its tasks if the client said so."""
        view = next((view for view in _lists(call) if view.row.wire_id == id), None)
        if view is None:
            raise NotFound(f"there is no TaskList {id[:255]!r}")
        _check_content(call, view)
        self.remove(call, view, with_content=True)

    def settle(self, call: Call, outcome: SetOutcome) -> None:
        """There is no default to be set: the inbox is the default calendar."""


def _lists(call: Call) -> list[CalendarView]:
    views = groupware.visible(call.unit, call.account.id, actor_of(call))
    return [view for view in views if KIND.component in view.row.components.split()]


def _check_content(call: Call, view: CalendarView) -> None:
    """Make sure that nothing is lost with the list that the client does not mean.

    Raises:
        SetError: `taskListHasTask`.
        Forbidden: there are events in it too.
    """
    for row in rows.members(call.unit, call.account.id, view.row.id):
        if row.component != KIND.component:
            raise Forbidden("the task list holds events too; destroy it as a Calendar")
        if not call.arguments.on_destroy_remove_tasks:
            raise SetError(
                "taskListHasTask", "the list has tasks: set onDestroyRemoveTasks to true"
            )


def _as_list(value: Json) -> Json:
    """A calendar's properties as those of a list."""
    is_default = value["isDefault"]
    made = {name: v for name, v in value.items() if name in _PROPERTIES}
    shares = made.get("shareWith")
    if shares:
        made["shareWith"] = {id: _rights(one, RENAMED) for id, one in shares.items()}
    return {
        **_renamed_rights(made),
        "role": INBOX if is_default else None,
        "keywordColors": None,
        "categoryColors": None,
        "workflowStatuses": list(STATUSES),
    }


_PROPERTIES: Final = frozenset(
    """id name description color sortOrder isSubscribed timeZone defaultAlertsWithTime
    defaultAlertsWithoutTime shareWith myRights""".split()  # noqa: SIM905
)


def _renamed_rights(value: Json) -> Json:
    made = {name: v for name, v in value.items() if name != "isDefault"}
    return {**made, "myRights": _rights(made["myRights"], RENAMED)}


def _rights(rights: Json, names: Mapping[str, str]) -> Json:
    return {names.get(n, n): v for n, v in rights.items() if n != "mayReadFreeBusy"}


def _as_calendar(value: Json) -> Json:
    """A list's properties as those of a calendar."""
    back = {new: old for old, new in RENAMED.items()}
    shares: dict[str, Any] | None = value.get("shareWith")
    if shares:
        shares = {id: _rights(one, back) for id, one in shares.items()}
    return {**value, "shareWith": shares}
