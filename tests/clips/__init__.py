"""Clips that would harm, and clips that wouldn't, for the flash guard and for the checker."""
