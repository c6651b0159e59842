"""What a SieveScript is, and the capability that it belongs to (RFC 9661 §1.2, §2.1)."""

from __future__ import annotations

from typing import Any, Final

from cyrpy import __version__
from cyrpy.formats.sieve.language import EXTENSIONS
from cyrpy.groupware import sieve
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.methods.set import SetArguments
from cyrpy_jmap.objects import Id, JmapObject, ServerSet, Text

SIEVE: Final = Capability(
    "urn:ietf:params:jmap:sieve",
    server={"implementation": f"cyrpy {__version__}"},
    account={
        "maxSizeScriptName": sieve.MAX_NAME,
        "maxSizeScript": sieve.MAX_SIZE,
        "maxNumberScripts": sieve.MAX_SCRIPTS,
        "maxNumberRedirects": sieve.MAX_REDIRECTS,
        "sieveExtensions": list(EXTENSIONS),
        "notificationMethods": None,
        "externalLists": None,
    },
)


class SieveScript(JmapObject):
    """A script, one of which may be run for new mail."""

    name: Text | None = None
    blob_id: Id
    is_active: ServerSet[bool] = False


class ScriptSetArguments(SetArguments):
    """SieveScript/set has two more (§2.4)."""

    on_success_activate_script: str | None = None
    on_success_deactivate_script: bool | None = None


FILTERS: Final[dict[str, Any]] = {"name": str, "isActive": bool}
SORTS: Final[dict[str, dict[str, Any]]] = {"name": {}, "isActive": {}}
