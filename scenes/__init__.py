"""Pieces, one a file. A scene imports `installation` and numpy only."""
