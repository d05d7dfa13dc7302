"""The local VAST: an emulator of the VAST DB HTTP protocol, for development and tests."""
