"""The script of a text, roughly: what Apple's phonetic names leave out (RFC 5646 §2.2.3)."""

from __future__ import annotations

import unicodedata

_SCRIPTS = {
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "LATIN": "Latn",
    "HANGUL": "Hang",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "BOPOMOFO": "Bopo",
    "CJK": "Hani",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "THAI": "Thai",
}
UNDETERMINED = "Zyyy"


def script(text: str) -> str:
    """The script subtag of the first letter that has one."""
    for char in text[:100]:
        if char.isalpha():
            word = unicodedata.name(char, "").partition(" ")[0]
            if word in _SCRIPTS:
                return _SCRIPTS[word]
    return UNDETERMINED
