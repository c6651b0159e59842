"""Options bound to the settings of a module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError, model_validator

from cyrpy.config import (
    ON_OFF,
    Days,
    Duration,
    Kilobytes,
    ModuleSettings,
    OptionName,
    Size,
    Switch,
    Unset,
    Words,
    core_settings,
    load,
    option_names,
    parse_text,
    settings_for,
)
from cyrpy.errors import ConfigError

FILE = Path("/etc/imapd.conf")


class NotesSettings(ModuleSettings):
    """A module's options, one of each kind."""

    max_calls: int = Field(50, ge=1, le=100, description="Calls in one request.")
    ratio: float = Field(0.5, gt=0, lt=1, description="A share.")
    max_size: Annotated[Size, OptionName("note_max_size")] = Field(
        1024, ge=16, description="Largest note."
    )
    upload: Kilobytes = Field(1024, description="Largest upload.")
    age: Annotated[Days, OptionName(former=("note_age", "notes_days"))] = Field(
        0, description="Age."
    )
    mode: Annotated[Literal["off", "on", "apple"], ON_OFF] = Field("on", description="Mode.")
    create: Switch = Field(True, description="Whether to create.")
    sets: Words | None = Field(None, description="Names.")
    folder: Annotated[Path | None, Unset("none is kept")] = Field(None, description="A folder.")
    key: str = Field("", repr=False, min_length=4, description="A secret.")
    title: str = Field("Notes", description="Title.")


class NeedySettings(ModuleSettings):
    """A module that cannot do without an option."""

    wait: Duration = Field(description="How long to wait.")


class AgreeingSettings(ModuleSettings):
    """Two options that must agree."""

    low: int = Field(0, description="Low.")
    high: int = Field(9, description="High.")

    @model_validator(mode="after")
    def _in_order(self) -> AgreeingSettings:
        if self.low > self.high:
            raise ValueError("range_low is above range_high; exchange the two")
        return self


def notes(text: str) -> NotesSettings:
    return settings_for(parse_text(text, FILE), "notes", NotesSettings)


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        notes(text)
    return str(caught.value)


def test_without_options_the_defaults_hold():
    assert notes("") == NotesSettings()


def test_a_field_is_an_option_with_the_name_of_the_module_before_it():
    assert notes("notes_max_calls: 7").max_calls == 7


def test_a_field_may_have_a_name_of_its_own():
    assert notes("note_max_size: 2K").max_size == 2048


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("notes_ratio: 0.25", "ratio", 0.25),
        ("notes_upload: 10", "upload", 10240),
        ("notes_upload: 10B", "upload", 10),
        ("notes_age: 2", "age", 172800),
        ("notes_mode: true", "mode", "on"),
        ("notes_mode: apple", "mode", "apple"),
        ("notes_create: off", "create", False),
        ("notes_sets: a b", "sets", ("a", "b")),
        ("notes_folder: /var/notes", "folder", Path("/var/notes")),
        ("notes_title: My Notes, 100%", "title", "My Notes, 100%"),
    ],
)
def test_values_have_the_type_of_the_field(line, field, value):
    assert getattr(notes(line), field) == value


def test_a_former_name_is_still_read():
    assert notes("notes_days: 1").age == 86400


def test_the_present_name_goes_before_former_ones():
    assert notes("note_age: 3d\nnotes_age: 1h").age == 3600


def test_the_form_for_our_service_goes_before_the_plain_one():
    assert notes("http_notes_title: A\nnotes_title: B").title == "A"
    assert notes("http_note_max_size: 32").max_size == 32


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("{configdirectory}/notes", "/srv/cyrus/notes"),
        ("{ConfigDirectory}", "/srv/cyrus"),
        ("at {configdirectory}", "at {configdirectory}"),
    ],
)
def test_configdirectory_is_replaced_at_the_start_of_a_value_only(value, title):
    assert notes(f"notes_title: {value}\nconfigdirectory: /srv/cyrus").title == title


def test_configdirectory_is_replaced_by_its_default_if_it_is_not_given():
    assert notes("notes_title: {configdirectory}/x").title == "/var/lib/cyrpy/x"


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        notes("").title = "x"  # type: ignore[misc]


def test_a_wrong_value_is_told_with_file_line_option_and_remedy():
    assert complaint("\nnotes_max_calls: many") == (
        '/etc/imapd.conf:2: notes_max_calls: "many" is not allowed here; give a whole number, '
        "at least 1, at most 100, or remove the line for the default (50)"
    )


@pytest.mark.parametrize(
    ("line", "allowed", "default"),
    [
        ("notes_max_calls: 0", "a whole number, at least 1, at most 100", "50"),
        ("notes_ratio: 1", "a number, more than 0, less than 1", "0.5"),
        ("notes_ratio: nan", "a number, more than 0, less than 1", "0.5"),
        (
            "note_max_size: 15",
            "a size such as 512B, 64K, 10M or 1G (a bare number: octets), at least 16B",
            "1K",
        ),
        (
            "notes_upload: -1",
            "a size such as 512B, 64K, 10M or 1G (a bare number: KiB)",
            "1K",
        ),
        (
            "notes_age: week",
            "a duration such as 90s, 5m, 1h30m or 7d (a bare number: days)",
            "0s",
        ),
        ("notes_mode: maybe", "one of off, on, apple", "on"),
        ("notes_create: maybe", "yes or no", "yes"),
    ],
)
def test_a_refusal_says_what_is_allowed_and_the_default(line, allowed, default):
    name, _, value = line.partition(": ")
    assert complaint(line) == (
        f'/etc/imapd.conf:1: {name}: "{value}" is not allowed here; give {allowed}, '
        f"or remove the line for the default ({default})"
    )


def test_the_name_that_stands_in_the_file_is_told():
    assert "/etc/imapd.conf:1: notes_days: " in complaint("notes_days: x")
    assert "/etc/imapd.conf:1: http_notes_age: " in complaint("http_notes_age: x")


def test_a_secret_is_not_repeated():
    assert complaint("notes_key: abc").startswith(
        "/etc/imapd.conf:1: notes_key: the value is not allowed here; give text"
    )
    assert "abcdef" not in repr(notes("notes_key: abcdef"))


def test_a_long_value_is_cut():
    assert f'"{"9" * 80}…"' in complaint(f"notes_max_calls: {'9' * 500}")


def test_every_mistake_is_told_in_the_order_of_lines():
    text = complaint("notes_create: 5\nnotes_max: 3\nnotes_age: 7w\nnotes_max_calls: 1000")
    assert [line.split(": ")[:2] for line in text.splitlines()] == [
        ["/etc/imapd.conf:1", "notes_create"],
        ["/etc/imapd.conf:2", "notes_max"],
        ["/etc/imapd.conf:3", "notes_age"],
        ["/etc/imapd.conf:4", "notes_max_calls"],
    ]


def test_an_unknown_option_of_the_module_is_refused_with_what_may_be_meant():
    assert complaint("notes_max_cals: 5") == (
        "/etc/imapd.conf:1: notes_max_cals: module notes has no such option; "
        "did you mean notes_max_calls?"
    )


def test_an_unknown_option_that_resembles_none_is_to_be_removed():
    assert complaint("http_notes_zzz: 5") == (
        "/etc/imapd.conf:1: http_notes_zzz: module notes has no such option; remove the line"
    )


def test_options_of_other_modules_are_not_the_modules_business():
    assert notes("jmap_foo: 1\nnot: 2\nnotes: 3") == NotesSettings()


def test_an_option_of_cyrus_with_the_modules_prefix_is_passed_over():
    options = parse_text("jmap_querycache_max_age: 5m\njmap_vacation: no", FILE)
    assert settings_for(options, "jmap", ModuleSettings) == ModuleSettings()


def test_an_option_of_the_core_with_the_modules_prefix_is_passed_over():
    options = parse_text("database_url: sqlite:////x\nlog_level: info", FILE)
    assert settings_for(options, "database", ModuleSettings) == ModuleSettings()


def test_an_option_that_is_required_is_told_if_it_is_missing():
    with pytest.raises(ConfigError) as caught:
        settings_for(parse_text("", FILE), "needy", NeedySettings)
    assert str(caught.value) == (
        '/etc/imapd.conf: needy_wait is missing; add "needy_wait: …": '
        "a duration such as 90s, 5m, 1h30m or 7d (a bare number: seconds)"
    )


def test_a_required_option_has_no_default_to_go_back_to():
    with pytest.raises(ConfigError) as caught:
        settings_for(parse_text("needy_wait: x", FILE), "needy", NeedySettings)
    assert str(caught.value).endswith("(a bare number: seconds)")


def test_options_that_disagree_are_told_in_the_models_words():
    with pytest.raises(ConfigError) as caught:
        settings_for(parse_text("range_low: 10", FILE), "range", AgreeingSettings)
    assert str(caught.value) == ("/etc/imapd.conf: range_low is above range_high; exchange the two")


def test_option_names_include_former_ones():
    assert {"notes_max_calls", "note_max_size", "notes_age", "note_age", "notes_days"} < set(
        option_names(NotesSettings, "notes")
    )


def test_load_reads_a_file_and_the_cores_part_of_it(tmp_path):
    path = tmp_path / "imapd.conf"
    path.write_text("httpmodules: jmap\njmap_x: 1\n")
    options, settings = load(path)
    assert settings == core_settings(options)
    assert settings.httpmodules == ("jmap",)
    assert options["jmap_x"].value == "1"
