"""The venue: its settings, its opening hours, and how values are changed in a file that people edit."""
