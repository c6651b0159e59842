"""What may be done with blobs by methods, and the capability for it (RFC 9404 §3)."""

from __future__ import annotations

from typing import ClassVar, Final

from cyrpy_jmap.call import Method
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.objects import JmapObject
from cyrpy_jmap.types.blob_management.getting import DIGESTS, run_get
from cyrpy_jmap.types.blob_management.lookup import TYPES, run_lookup
from cyrpy_jmap.types.blob_management.upload import MAX_SIZE, MAX_SOURCES, run_upload

BLOB: Final = Capability(
    "urn:ietf:params:jmap:blob",
    account={
        "maxSizeBlobSet": MAX_SIZE,
        "maxDataSources": MAX_SOURCES,
        "supportedTypeNames": list(TYPES),
        "supportedDigestAlgorithms": list(DIGESTS),
    },
    everywhere=True,
)


class BlobManagement(DataType[JmapObject]):
    """Blobs, which have no state."""

    name: ClassVar[str] = "Blob"
    capability = BLOB
    model = JmapObject
    logged = False

    def methods(self) -> dict[str, Method]:
        """Each runs in the account that it names."""
        return {
            "Blob/upload": Method(lambda call, args: run_upload(call, args, BLOB), writes=True),
            "Blob/get": Method(lambda call, args: run_get(call, args, BLOB), slow=True),
            "Blob/lookup": Method(lambda call, args: run_lookup(call, args, BLOB)),
        }
