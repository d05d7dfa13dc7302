"""The store as tables for SQL: `tams sql`. Not deployed."""
