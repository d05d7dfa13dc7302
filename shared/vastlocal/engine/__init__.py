"""Storage: transactions, snapshots, conflicts and rows, on SQLite. Knows no HTTP."""
