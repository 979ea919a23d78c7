"""What the ends of the controls do to eye and ear: the table's column "seen and heard in", held."""
