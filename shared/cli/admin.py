"""`tams admin`, for operators: VAST, tables, queues, dead letters, leftovers, backups and credentials.

Without `--stack` it works on the local stack; with it on a deployed one, with AWS's usual credentials.
"""

import typer

from cli import accounts, backend, background, backup, purging, retention
from cli.clean import clean
from cli.projections import projections
from cli.provision import provision
from cli.status import status
from cli.vast_probe import probe

app = typer.Typer(
    help="Manage the tables, queues and background work, back them up, and create credentials.",
    no_args_is_help=True,
)
for command in (
    status,
    probe,
    provision,
    projections,
    clean,
    background.queues,
    background.redrive,
    background.retry,
    background.sweep,
    purging.purge,
    accounts.token,
    accounts.user,
):
    app.command()(command)
app.command("retention")(retention.show)
app.command("export")(backup.export_tables)
app.command("import")(backup.import_tables)
app.add_typer(backend.app, name="backend")
