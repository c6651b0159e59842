"""DavLimits: the options that every DAV module has."""

from __future__ import annotations

from pydantic import Field

from cyrpy.config import ModuleSettings, Size, Switch


class DavLimits(ModuleSettings):
    """How much one request may ask for."""

    max_xml_size: Size = Field(
        4 << 20, ge=1024, description="Largest XML body of a request (PROPFIND, REPORT …)."
    )
    allow_infinite_depth: Switch = Field(
        False,
        description="Whether PROPFIND may ask for all that is below a collection at once.",
    )
