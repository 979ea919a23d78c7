"""One run put together: from what the command line asks for to a show that plays, is filmed or is replayed."""
