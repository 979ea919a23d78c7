"""The errors that people read: the tree on top of which every room hangs its own.

Mistake     what was asked for on a command line can't be done
ValueError  what stands in a file may not stand there (foundation/refusal.py words it)
Refused     what a control was sent may not be sent to it (controls.py)
"""

from __future__ import annotations


class Mistake(Exception):
    """What was asked for can't be done; the text is the one line that says where, by which rule, and why."""
