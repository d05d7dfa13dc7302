"""VAST: rows in, models out; the only package that knows the vastdb SDK."""
