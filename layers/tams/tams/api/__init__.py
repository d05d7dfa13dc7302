"""HTTP: FastAPI apps, error bodies, HEAD, paging headers."""
