"""What is recorded of a show: the journal of its controls, its replay, and checkpoints to go on from."""
