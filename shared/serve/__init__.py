"""The same functions without Lambda: API processes under uvicorn, and worker processes."""
