"""`cyrpy modules`: what can stand on the httpmodules line."""

from __future__ import annotations

from cyrpy.cli.context import AsJson
from cyrpy.cli.output import show_list
from cyrpy.errors import ConfigError
from cyrpy.host.registry import find, installed


def modules(as_json: AsJson = False) -> None:
    """List the modules that are installed."""
    records = []
    for name in installed():
        try:
            module = find(name)
        except ConfigError as exc:
            records.append({"name": name, "urls": [], "summary": f"cannot be loaded: {exc}"})
        else:
            urls = list(module.prefixes)
            records.append({"name": name, "urls": urls, "summary": module.summary})
    show_list(records, ("name", "urls", "summary"), as_json=as_json)
