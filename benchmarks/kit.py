"""The pictures of docs/kit, drawn from the snippets that stand there.

    python benchmarks/kit.py

A test holds them to it; draw them anew after a snippet or a brush has changed, and look at them.
"""

from __future__ import annotations

import argparse

from installation.foundation import png
from installation.light.picture import prepare
from tests.harness.kit import drawn, snippets


def main() -> None:
    """Draw and write one PNG for each snippet."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    prepare(lambda _: None)
    for snippet in snippets():
        png.write(snippet.picture, drawn(snippet), f"docs/kit: {snippet.title}")
        print(f"{snippet.picture}: {snippet.picture.stat().st_size >> 10} kB")


if __name__ == "__main__":
    main()
