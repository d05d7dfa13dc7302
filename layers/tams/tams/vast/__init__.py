"""VAST DB's protocol for rows: transactions, selects, inserts, updates, deletes. Knows no TAMS tables.

The messages are those of the vastdb SDK (2.0.14), which rebuilds each for every request and takes 0.7 s to
import; tests compare ours with them. Tables themselves are created with the SDK (`repositories.provision`).
"""
