"""The anthology of a night: read from its journal, set as a book or as one page. Opens no socket, reads no clock."""
