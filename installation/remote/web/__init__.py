"""The pages of visitors: a process of its own between a room full of phones and the show."""
