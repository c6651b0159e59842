"""A client of JMAP Tasks, with CalDAV beside it."""

from __future__ import annotations

from typing import Any

from tests.support.jmap import CALENDARS, CORE, CalendarEvents, Jmap, Json, Records

TASKS = "urn:ietf:params:jmap:tasks"
USING = (CORE, TASKS, CALENDARS)


class _Using:
    """Calls that name the capability of tasks."""

    client: Jmap
    account: str
    type: str

    def call(self, verb: str, **arguments: Any) -> Json:
        """The arguments of the response."""
        found, result = self.answer(verb, **arguments)
        assert found == f"{self.type}/{verb}", result
        return result

    def fail(self, verb: str, **arguments: Any) -> Json:
        """The arguments of the error."""
        found, result = self.answer(verb, **arguments)
        assert found == "error", result
        return result

    def answer(self, verb: str, **arguments: Any) -> tuple[str, Json]:
        """The name and arguments of what a call is answered with."""
        named = {"accountId": self.account, **arguments}
        ((found, result, _),) = self.client.run([f"{self.type}/{verb}", named], using=USING)
        return found, result


class TaskLists(_Using, Records):
    """Task lists."""

    type = "TaskList"


class Tasks(_Using, CalendarEvents):
    """Tasks, in the default list unless they say otherwise."""

    type = "Task"

    def event(self, title: str = "Tidy", **properties: Any) -> Json:
        """A new task; null leaves a property out."""
        value = {"@type": "Task", "taskListId": self.calendar, "title": title, **properties}
        return {name: v for name, v in value.items() if v is not None}
