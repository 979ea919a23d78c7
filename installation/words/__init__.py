"""Words: what visitors write and who decides about it, and the verses of the show. Opens no socket, reads no clock."""
