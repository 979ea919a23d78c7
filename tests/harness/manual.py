"""The manual as its readers meet it: pages of Markdown, what they link to, and the commands that they print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import typer

from installation.cli import app
from tests.harness.waiting import ROOT

DOCS = ROOT / "docs"
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Link:
    """Where a page leads, or which picture it shows."""

    picture: bool
    text: str
    target: str


class Page:
    """One page of Markdown."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.prose = _FENCED.sub("", self.text)

    def blocks(self, *kinds: str) -> list[str]:
        """The blocks of code in these languages."""
        return [block for kind, block in _FENCED.findall(self.text) if kind in kinds]

    @property
    def commands(self) -> list[str]:
        """The lines of its blocks for a shell, without what is said about them."""
        lines = (line for block in self.blocks("sh", "") for line in block.splitlines())
        return [said for line in lines if (said := re.sub(r"(^|\s)#.*", "", line).strip())]

    @property
    def words(self) -> list[str]:
        """What stands between backticks in its text."""
        return _CODE.findall(self.prose)

    @property
    def links(self) -> Iterator[Link]:
        """Every link and picture of its text."""
        for picture, text, target in _LINK.findall(_CODE.sub("", self.prose)):
            yield Link(bool(picture), text, target)

    @property
    def anchors(self) -> set[str]:
        """The names of its headings, as GitHub and MkDocs both write them."""
        titles = re.findall(r"^#+ (.*)$", self.prose, re.M)
        return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def pages() -> list[Page]:
    """The README and every page of docs/."""
    return [Page(path) for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))]


def verbs() -> dict[str, click.Command]:
    """Every command by its name."""
    found: dict[str, click.Command] = vars(typer.main.get_command(app))["commands"]
    return found


def _verb(name: str) -> click.Command:
    assert name in verbs(), f"there is no command {name}"
    return verbs()[name]


def parsed(order: str) -> None:
    """Let the command line read `sleeptree ...` as if it were given, and do nothing. Raises what is wrong with it."""
    _, verb, *rest = shlex.split(order)
    if verb not in ("--help", "--version"):
        _verb(verb).make_context(verb, rest, obj=())


def known(order: str) -> None:
    """That a command which is only mentioned, `sleeptree film --journal last`, exists with its options."""
    _, verb, *rest = shlex.split(order)
    if not verb.startswith("-"):
        options = {name for parameter in _verb(verb).params for name in parameter.opts}
        unknown = {word.split("=")[0] for word in rest if word.startswith("--")} - options
        assert not unknown, f"{verb} has no {', '.join(sorted(unknown))}"
