"""The film checker: judges any film after the definitions of photosensitive harm. Imports nothing of the guard."""
