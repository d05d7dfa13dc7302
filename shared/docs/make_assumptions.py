"""`make docs`: write assumptions.md from the probe's table, so that both have the same numbers."""

from pathlib import Path

TARGET = Path(__file__).with_name("assumptions.md")
HEAD = """# What we assume about VAST

VAST documents little of how its transactions, sorted tables and projections behave. The code relies on
the assumptions below. `tams admin probe` measures each of them on a cluster. Run it before you use a
cluster, and after each upgrade of VAST:

```sh
.venv/bin/tams admin probe  # the VAST of the TAMS_VAST__… variables, or of --stack; --json
```

It creates a schema of its own, `tams-probe-…`, with a sorted table like ours, and drops it. If the
command is killed, that schema may remain; you can drop it. It needs permission to create and drop a
schema. With the usual options it writes 100,000 rows and takes half a minute or longer. `--idle-seconds
900` waits for idle transactions to expire on clusters where that takes long.

The exit code is 0 if every assumption that the code needs holds, and 1 if one does not, or could not be
checked. The verdicts:

| verdict | meaning |
| --- | --- |
| as assumed | nothing to do |
| differs | the service works correctly on this cluster, but more slowly or with lower limits |
| not so | the service would not work correctly on this cluster: do not use it |
| unknown | the measurement failed; the table says why |
| measured | a number without a right value, or something that this cluster and these options cannot show |

**These were checked only on the local VAST, not on a cluster.** The local VAST does what the table says
because it was built that way. To see the probe detect another rule, set `--conflicts` of `vastlocal`: with
`never` it rejects the cluster.

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
