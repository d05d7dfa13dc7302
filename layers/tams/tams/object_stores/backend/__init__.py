"""For operators: whether a bucket serves as a storage backend, and the rules that it needs."""
