"""The model: pure. No files, sockets, clocks, threads, pygame or sound in this room."""
