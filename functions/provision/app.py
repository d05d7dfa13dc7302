"""Creates, migrates or checks the tables on VAST, from where the functions are. An operator invokes it."""

from tams.runtime.provision import provision_handler

lambda_handler = provision_handler()
