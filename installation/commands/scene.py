"""`sleeptree scene new`: a package with a scene that plays, and a test, to go on from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from installation.foundation import places
from installation.foundation.errors import Mistake

_TEMPLATE = "scene"


def begin(name: str, folder: Path) -> Iterator[str]:
    """Write the package `name` into the new folder `folder`; say what to do with it. Raises Mistake."""
    if not (name.isidentifier() and name.isascii() and name == name.lower()):
        raise Mistake(f'scene new takes a name of lower-case letters, digits and _, got "{name[:40]}"')
    folder = folder.expanduser()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Mistake(f"{folder}: is there already, a new folder is wanted")
    words = {"NAME": name, "Name": "".join(part.capitalize() for part in name.split("_")) or "Scene"}
    source = places.assets() / _TEMPLATE
    try:
        for path in sorted(path for path in source.rglob("*.txt")):
            target = folder / _filled(str(path.relative_to(source)).removesuffix(".txt"), words)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled(path.read_text(encoding="utf-8"), words), encoding="utf-8")
    except OSError as error:
        raise Mistake(f"{folder}: {error.strerror}") from None
    yield f"{folder}: a scene called {name}"
    yield f"  pip install -e {folder}"
    yield f"  sleeptree look {name} --watch      draws it again whenever you save {name}/__init__.py"
    yield f"  sleeptree play --scene {name}"


def _filled(text: str, words: dict[str, str]) -> str:
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text
