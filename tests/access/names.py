"""Class names that are easily mistaken for one another, or for something else."""

NAMES = [
    "news",
    "ne",
    "ws",
    "news-readers",
    "newsnews",
    "NEWS",
    " news",
    "news ",
    "news:",
    ":news",
    "news,sport",
    "news\nsport",
    'a"b',
    "a'b",
    "a\\b",
    "a\\\\b",
    "a%b",
    "a_b",
    "a.b",
    "aXb",
    "a\tb",
    "a\x1fb",
    "a\x1eb",
    "a\\u1fb",
    "\\",
    "%",
    "_",
    "*",
    ".*",
    "",
    "ä",
    "a\u0308",
    "\U0001f3a5",
    "auth_classes",
    "tags",
    "read",
    "None",
    "x" * 500,
]


def caller_with(name: str) -> str:
    """The name, and the token, of a caller who has this class alone."""
    return f"caller-{NAMES.index(name)}"
