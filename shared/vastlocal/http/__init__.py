"""The HTTP edge: server, signatures, routing, faults and the control surface."""
