"""Use cases: the rules of TAMS that need to see what is stored."""
