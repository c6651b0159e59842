"""Tasks as a data type: the VTODOs of calendars (draft-ietf-jmap-tasks-06, "Tasks")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.objects import Id, JmapObject, ServerSet, UTCDate
from cyrpy_jmap.types.calendar_event.kind import TASKS as KIND
from cyrpy_jmap.types.calendar_event.objects import FILTERS, CalendarObjects
from cyrpy_jmap.types.task.capabilities import TASKS
from cyrpy_jmap.types.task.lists import TaskLists


class Task(JmapObject):
    """What JMAP adds to a JSCalendar Task; the rest is checked by `cyrpy.formats.jscalendar`."""

    dynamic: ClassVar[bool] = True

    base_task_id: ServerSet[Id | None] = None
    task_list_id: Id
    is_draft: bool = False
    is_origin: ServerSet[bool]
    utc_start: UTCDate | None = None
    utc_due: UTCDate | None = None


class Tasks(CalendarObjects[Task]):
    """The tasks of an account, for the owner and for those who see some of its task lists.

    They are what CalDAV has as VTODO. Methods are those of CalendarEvent but for the names of
    properties and conditions.
    """

    name: ClassVar[str] = KIND.name
    kind = KIND
    capability = TASKS
    model = Task
    refers: ClassVar[Mapping[str, DataType[Any]]] = {"taskListId": TaskLists()}
    filters: ClassVar[Mapping[str, Any]] = {
        "inTaskList": Id | None,
        "inTaskLists": list[Id] | None,
        **FILTERS,
    }
