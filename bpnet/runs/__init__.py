"""The run directory: made, trained in, read back. Nothing is imported here: see `directory`."""
