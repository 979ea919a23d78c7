"""numba as this project uses it: the one place that knows its switches, and where machine code is kept.

Kernels run without the GIL, so that threads can share the work, and a division by zero gives infinity as numpy's does:
nothing raises in the middle of a show. Four flavours say what a compiler may change about the sums as they are written.
Importing a kernel compiles nothing and touches no file.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar, cast

import platformdirs
from numba import config, njit
from numba.core.caching import FunctionCache, NullCache

config.SLP_VECTORIZE = 1  # neighbouring stores, such as the three colours of a splat, become one instruction

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_PACKAGE = Path(__file__).parent.parent
_IMPORT = re.compile(rf"^[ \t]*from ({_PACKAGE.name}[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
_KEPT = 4  # folders of machine code a module: this version's, and those of a few others


def strict(function: Kernel) -> Kernel:
    """To the letter, whatever arrives: NaN and infinity keep their meaning. For what guards eyes and ears."""
    return _compiled(function, set())


def exact(function: Kernel) -> Kernel:
    """May fuse multiply and add. NaN and infinity may arrive and are noticed. For what a scene hands in."""
    return _compiled(function, {"contract"})


def quick(function: Kernel) -> Kernel:
    """Only given finite numbers. Sums keep their order: the same bytes however many threads share them."""
    return _compiled(function, {"contract", "nnan", "ninf", "nsz"})


def loose(function: Kernel) -> Kernel:
    """Only given finite numbers. Sums may be reordered into vectors: for what one thread adds up, above all sound."""
    return _compiled(function, {"fast"})


def _compiled(function: Kernel, flags: set[str]) -> Kernel:
    kernel = njit(nogil=True, error_model="numpy", fastmath=flags)(function)
    kernel._cache = _Cache(function)
    return cast(Kernel, kernel)


class _Cache:
    """A kernel's machine code on disk, which numba asks for when the kernel is first called.

    A disk that is full, read-only or gone, and files that a power cut left broken, cost a compilation and never a show.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @cached_property
    def _disk(self) -> Any:
        _without_blas()
        folder = _folder(self._function.__module__)
        if folder is None:
            return NullCache()
        elsewhere = config.CACHE_DIR
        config.CACHE_DIR = str(folder)  # read by what is made next, under the compiler's lock
        try:
            return FunctionCache(self._function)
        finally:
            config.CACHE_DIR = elsewhere

    @property
    def cache_path(self) -> str | None:
        """What numba's own statistics name as the folder."""
        return cast("str | None", self._disk.cache_path)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The kernel as compiled for a signature before, or None."""
        try:
            return self._disk.load_overload(signature, target)
        except Exception:  # broken files may raise anything; begun anew, they are whole next time
            with suppress(OSError):
                self._disk.flush()
            return None

    def save_overload(self, signature: Any, made: Any) -> None:
        """Keep a kernel that has just been compiled."""
        with suppress(OSError):
            self._disk.save_overload(signature, made)


@cache
def _without_blas() -> None:
    """Let numba load its array functions without scipy.linalg: 0.14 s of a core and 7 MB in each process.

    It looks for it once, for np.convolve and its like, which then use a loop; a kernel's np.dot still finds it.
    """
    blas = "scipy.linalg.cython_blas"
    if blas not in sys.modules:
        sys.modules[blas] = cast(Any, None)  # how Python notes that there is no such module
        try:
            import numba.np.arraymath  # noqa: F401
        finally:
            del sys.modules[blas]


@cache
def _folder(module: str) -> Path | None:
    """The folder for a module's machine code, or None where none can be written.

    It is named after the sources that the code was made from: numba itself would miss that a kernel or a constant in
    another file has changed.
    """
    name, made_from = module.removeprefix(f"{_PACKAGE.name}."), blake2b(digest_size=8)
    for source in sorted(_sources(Path(str(sys.modules[module].__file__)))):
        made_from.update(source.read_bytes())
    for base in _bases():
        folder = base / f"{name}-{made_from.hexdigest()}"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)  # the show's processes begin at the same time
            folder.touch()  # the newest now, whenever it was made
            TemporaryFile(dir=folder).close()
            _make_room(base, name)
            return folder
    return None


def _make_room(base: Path, name: str) -> None:
    """Forget what the oldest versions of a module left behind; another process may be doing the same."""
    with suppress(FileNotFoundError):
        for old in sorted(base.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def _bases() -> Iterator[Path]:
    """Where machine code may be kept: where NUMBA_CACHE_DIR says, beside the code, or among the user's own files."""
    if config.CACHE_DIR:
        yield Path(config.CACHE_DIR)
    yield _PACKAGE / "__pycache__" / "kernels"
    yield platformdirs.user_cache_path("sleeptree") / "kernels"


def _sources(path: Path) -> set[Path]:
    """The source at `path` and all of this package that it imports, and that those import."""
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        source = waiting.pop()
        if source not in found and source.is_file():
            found.add(source)
            for module, names in _IMPORT.findall(source.read_text(encoding="utf-8")):
                base = _PACKAGE.parent.joinpath(*module.split("."))
                waiting += [base.with_suffix(".py"), *(base / f"{name}.py" for name in re.findall(r"\w+", names))]
    return found
