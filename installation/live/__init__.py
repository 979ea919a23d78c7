"""Live: the ways in, and the loop that plays the show against a clock."""
