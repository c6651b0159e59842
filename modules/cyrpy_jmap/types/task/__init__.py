"""Task and TaskList (draft-ietf-jmap-tasks-06)."""

from cyrpy_jmap.types.task.capabilities import PARTS
from cyrpy_jmap.types.task.lists import TaskLists
from cyrpy_jmap.types.task.type import Tasks

__all__ = ["PARTS", "TaskLists", "Tasks"]
