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

    @property
    def upload_limit(self) -> int:
        """Octets of the largest body of a PUT."""
        return self.max_xml_size


class ItemLimits(DavLimits):
    """Those of modules whose collections hold what clients write."""

    max_resource_size: Size = Field(
        10 << 20, ge=1024, description="Largest object that a client may write."
    )

    @property
    def upload_limit(self) -> int:
        """Octets of the largest body of a PUT."""
        return self.max_resource_size
