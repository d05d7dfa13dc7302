"""The bytes of the VAST DB protocol: flatbuffers, Arrow IPC, framing. Knows no storage."""
