"""Leftovers that an operator may find and remove: nothing that the store still needs."""
