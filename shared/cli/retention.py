"""`tams admin retention`: what is deleted automatically, and when."""

import json

from cli.addresses import LOCAL_URL
from cli.connection import connected
from cli.console import out
from cli.options import AsJson, Token, Url
from cli.tables import retention_table


def show(url: Url = LOCAL_URL, token: Token = None, as_json: AsJson = False) -> None:
    """List the Flows with a retention policy, what is deleted next, and when; those due first come first."""
    with connected(url, token) as client:
        flows = list(client.pages("/retention"))
    if as_json:
        out.print_json(json.dumps(flows))
    else:
        out.print(retention_table(flows) if flows else "no Flow has a retention policy")
