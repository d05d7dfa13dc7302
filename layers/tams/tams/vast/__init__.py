"""VAST DB's protocol: transactions, rows, and the definitions of tables. Knows no TAMS tables.

The messages are those of the vastdb SDK (2.0.14), which rebuilds each for every request and takes 0.7 s to
import; tests compare ours with them.
"""
