"""What the service says of itself (RFC 7808 §5.1)."""

from __future__ import annotations

from typing import Any

from cyrpy.formats.tzif import release
from cyrpy_tzdist.formats import FORMATS

PUBLISHER = "IANA Time Zone Database"

# Name, URI template, and parameters with whether each is required.
_ACTIONS: tuple[tuple[str, str, dict[str, bool]], ...] = (
    ("capabilities", "/capabilities", {}),
    ("list", "/zones{?changedsince}", {"changedsince": False}),
    ("get", "/zones{/tzid}{?start,end}", {"start": False, "end": False}),
    ("expand", "/zones{/tzid}/observances{?start,end}", {"start": True, "end": True}),
    ("find", "/zones{?pattern}", {"pattern": True}),
    ("leapseconds", "/leapseconds", {}),
)


def capabilities() -> dict[str, Any]:
    """The document of that action."""
    return {
        "version": 1,
        "info": {
            "primary-source": f"{PUBLISHER}:{release.version()}",
            "formats": [choice.media_type for choice in FORMATS],
            "truncated": {"any": True, "untruncated": True},
        },
        "actions": [
            {
                "name": name,
                "uri-template": template,
                "parameters": [
                    {"name": parameter, "required": is_required, "multi": False}
                    for parameter, is_required in parameters.items()
                ],
            }
            for name, template, parameters in _ACTIONS
        ],
    }
