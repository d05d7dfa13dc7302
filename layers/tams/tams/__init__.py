"""TAMS 8.2 on VAST Database and S3: the layer that every function shares."""

__version__ = "0.1.0"
