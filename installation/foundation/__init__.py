"""The ground all other rooms stand on: machine code, files, places, refusals. Knows nothing of the piece."""
