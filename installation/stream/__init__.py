"""Stream: the finished picture with its sound to a media server, from a process of its own that no show waits for."""
