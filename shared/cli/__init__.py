"""The `tams` command: a TAMS client for people, and for the tests."""
