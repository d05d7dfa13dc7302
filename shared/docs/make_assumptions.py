"""`make docs`: write assumptions.md from the probe's table, so that both have the same numbers."""

from pathlib import Path

TARGET = Path(__file__).with_name("assumptions.md")
HEAD = """# What we assume of VAST

VAST documents little of how its transactions, sorted tables and projections behave. The code rests on
the assumptions below. `tams admin probe` measures each of them on a cluster. Run it before you use a
cluster, and after each upgrade of VAST:

```sh
.venv/bin/tams admin probe  # the VAST of the TAMS_VAST__… variables, or of --stack; --json
```

It works in a schema of its own, `tams-probe-…`, with a sorted table like ours, and drops it. If the
command is killed, that schema may remain, and you may drop it. It needs the rights to create and drop a
schema. With the usual options it writes 100,000 rows and takes half a minute or longer. `--idle-seconds
900` waits for the end of idle transactions on clusters where it comes late.

The exit code is 0 if everything that the code rests on is as assumed, and 1 if it is not, or could not
be found out. The verdicts:

| verdict | means |
| --- | --- |
| as assumed | nothing to do |
| differs | the service is right on this cluster, but slower or with less room |
| not so | the service would be wrong on this cluster: do not use it |
| unknown | the measurement failed; the table says why |
| measured | a number without a right value, or something that this cluster and these options cannot tell |

**These were measured on the local VAST only, not on a cluster.** It does what the table says because it
was built to. Set `--conflicts` of `vastlocal` to see the probe notice another rule: with `never` it
refuses the cluster.

| no. | we assume | needed | what we do about it |
| --- | --- | --- | --- |
"""


def text() -> str:
    """The document as it should be."""
    from tams.repositories.probes.assumptions import ASSUMPTIONS  # noqa: PLC0415 - slow

    rows = (
        f"| {number} | {each.words} | {'yes' if each.is_needed else 'no'} | {each.remedy} |\n"
        for number, each in ASSUMPTIONS.items()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    TARGET.write_text(text())
