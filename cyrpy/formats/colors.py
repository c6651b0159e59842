"""CSS colours, as calendars have them (CSS Color Module Level 3, §4.2.1 and §4.3)."""

from __future__ import annotations

import re
from typing import Final

_HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE | re.ASCII)
# With alpha, as Apple and Cyrus write them: CSS Color Module Level 4, §5.2.
_HEX_ALPHA: Final = re.compile(r"#(?:[0-9a-f]{4}|[0-9a-f]{8})", re.IGNORECASE | re.ASCII)
_LENGTH_WITHOUT_ALPHA: Final = {5: 4, 9: 7}

NAMES: Final = frozenset(
    """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet
    brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan
    darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta
    darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue
    darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey
    dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray
    green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush
    lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray
    lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
    lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon
    mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
    mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
    navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
    paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple red
    rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
    slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise
    violet wheat white whitesmoke yellow yellowgreen
    """.split()  # noqa: SIM905 - a list of so many would be a page
)


def is_color(text: str) -> bool:
    """Whether it is a colour's name, or one in hexadecimal, alpha allowed."""
    if text[:1] != "#":
        return text.lower() in NAMES
    return (_HEX.fullmatch(text) or _HEX_ALPHA.fullmatch(text)) is not None


def without_alpha(color: str) -> str:
    """The colour as Level 3 knows it."""
    if color[:1] != "#":
        return color
    return color[: _LENGTH_WITHOUT_ALPHA.get(len(color), len(color))]
