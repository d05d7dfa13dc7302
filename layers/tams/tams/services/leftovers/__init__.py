"""What an operator may find left over, and remove: nothing that the store still needs."""
