"""All rows of a store as files, and back: `tams admin export` and `tams admin import`. Not deployed."""
