"""What a browser is given: every file in memory, gzipped once, by a name with its content's hash.

The page's own HTML carries its style and its words, so that a first visit is a handful of requests.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".json": "application/json"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class File:
    """One answer."""

    body: bytes
    headers: dict[str, str]


class Files:
    """One page of `folder`: `page`.html and .css, scripts and languages in the folder `page`, and all pages' fonts."""

    def __init__(self, folder: Path, page: str) -> None:
        self.served: dict[str, File] = {}
        named: dict[str, str] = {}
        modules = sorted((folder / page).glob("*.js"))
        for path in [*sorted(folder.glob("*.woff2")), *_in_order(modules)]:
            data = path.read_bytes()
            if path.suffix == ".js":
                data = _renamed(data.decode("utf-8"), named).encode()
            name = f"{hashlib.sha256(data).hexdigest()[:12]}.{path.name}"
            named[path.name] = f"/a/{name}"
            self.served[name] = _file(data, path.suffix, FOREVER)
        style = _renamed((folder / f"{page}.css").read_text("utf-8"), named)
        words = {path.stem: path.read_text("utf-8").strip() for path in sorted((folder / page).glob("*.json"))}
        said = ",".join(f'"{code}":{text}' for code, text in words.items()).replace("<", "\\u003c")
        html = (folder / f"{page}.html").read_text("utf-8")
        html = html.replace("/*STYLE*/", style).replace("/*WORDS*/", "{" + said + "}")
        self.languages = tuple(words)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.page = _file(_renamed(html, named).encode(), ".html", "no-cache", policy(digest))


def policy(style: str) -> str:
    """The content security policy of a page whose own style has this SHA-256: everything from here, nothing else."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'sha256-{style}'; font-src 'self'; "
        "img-src 'self' blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _file(data: bytes, suffix: str, cache: str, rules: str = "") -> File:
    headers = {
        "Content-Type": TYPES.get(suffix, "text/html") + ("" if suffix == ".woff2" else "; charset=utf-8"),
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    if rules:
        headers |= {"Content-Security-Policy": rules, "X-Frame-Options": "DENY"}
    if suffix != ".woff2":
        data = gzip.compress(data, 9, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return File(data, headers)


def _in_order(modules: list[Path]) -> list[Path]:
    """Scripts, those first that import nothing which comes later: their names stand in the others."""
    left, done = {path.name: path.read_text("utf-8") for path in modules}, list[Path]()
    while left:
        ready = [n for n, text in left.items() if not any(f"./{other}" in text for other in left if other != n)]
        if not ready:
            raise ValueError(f"scripts import each other in a circle: {', '.join(left)}")
        done += [path for path in modules if path.name in ready]
        left = {n: text for n, text in left.items() if n not in ready}
    return done


def _renamed(text: str, named: dict[str, str]) -> str:
    """`./name` as the name with its hash."""
    return re.sub(r"\./([\w-]+\.\w+)", lambda match: named.get(match[1], match[0]), text)
