"""What the manual as a site needs beyond docs/: pages and files of the project that it links to stand beside it.

A hook of MkDocs. The pages are written to be read in the repository too, where `../config/venue.toml` is that file;
in the site it is a copy, files/config/venue.toml. CONTRIBUTING and CHANGELOG become pages.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = ("CONTRIBUTING.md", "CHANGELOG.md")
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The project's own pages are pages of the site."""
    for name in PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links that lead out of docs/ lead to copies in the site."""
    assert page.file.abs_src_path is not None
    folder, here = Path(page.file.abs_src_path).parent, Path(page.file.src_uri).parent

    def found(link: re.Match[str]) -> str:
        uri = _uri((folder / link[1]).resolve())
        if uri.startswith("files/") and files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, abs_src_path=str(ROOT / uri.removeprefix("files/"))))
        return Path(os.path.relpath(uri, here)).as_posix()

    return _LINK.sub(found, markdown)


def _uri(target: Path) -> str:
    """Where a file of the project is in the site."""
    if target.is_dir():
        target /= "README.md"
    if target.is_relative_to(DOCS):
        return target.relative_to(DOCS).as_posix()
    path = target.relative_to(ROOT).as_posix()
    return path if path in PAGES else f"files/{path}"
