"""Ways out that are no picture and no sound: followers of the show."""
