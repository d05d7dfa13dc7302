"""`make openapi`: write the table of scopes into access.md, from the one that the API itself goes by."""

from pathlib import Path

TARGET = Path(__file__).with_name("access.md")
BEGIN, END = "<!-- scopes: written by make openapi -->", "<!-- end of scopes -->"


def text() -> str:
    """The document as it should be."""
    before, _, rest = TARGET.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{_table()}{END}{after}"


def _table() -> str:
    from tams.api.callers import PUBLIC_ROUTES  # noqa: PLC0415 - slow, and not for who imports TARGET
    from tams.api.scopes import SCOPES  # noqa: PLC0415

    lines = ["| operation | read | write | delete | admin |", "| --- | --- | --- | --- | --- |"]
    for path, methods in SCOPES.items():
        for method, scopes in methods.items():
            held = {str(scope).rpartition("/")[2] for scope in scopes}
            cells = ["yes" if each in held else "–" for each in ("read", "write", "delete")]
            named = f"{method}, HEAD" if method == "GET" else method
            lines.append(f"| {named} `{path}` | {' | '.join(cells)} | yes |")
    public = ", ".join(f"`{path}`" for path in sorted(PUBLIC_ROUTES))
    return "\n".join(lines) + f"\n\nFor anybody: {public}.\n"


if __name__ == "__main__":
    TARGET.write_text(text())
