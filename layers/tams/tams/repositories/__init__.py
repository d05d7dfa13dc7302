"""VAST: rows in, models out; the only package that speaks to it."""
