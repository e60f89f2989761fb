"""The command line: parse, call, print. The only rooms that know click, tqdm and the terminal."""
