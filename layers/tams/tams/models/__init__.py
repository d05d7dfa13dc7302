"""One frozen model for each schema of the specification, in the file of the schema's name."""
