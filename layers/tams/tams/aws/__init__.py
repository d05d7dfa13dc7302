"""Requests to AWS's own services, signed with the keys of this process."""
