"""VAST DB's protocol for rows: transactions, selects, inserts, updates, deletes. Knows no table of TAMS.

The messages are the vastdb SDK's (2.0.14), which makes each anew for every request and takes 0.7 s to
import; tests hold ours against it. Tables themselves are made with the SDK (`repositories.provision`).
"""
