"""Files are whole or absent: a result is written beside its place and then moved there in one step."""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from postedit.errors import OutputError


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path`, making the folders above it; what stood there before stays until all is on the disk.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> out = Path(folder.name) / "made" / "out.txt"
    >>> write(out, b"Hello.")
    >>> out.read_bytes(), [file.name for file in out.parent.iterdir()]
    (b'Hello.', ['out.txt'])
    >>> folder.cleanup()
    """
    write_all({path: content})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """The same for files that belong together: all lie ready on the disk before the first is moved to its place."""
    with ExitStack() as staged:
        partials = {path: staged.enter_context(_staged(path, content)) for path, content in contents.items()}
        for path, partial in partials.items():
            with told(path):
                partial.replace(path.resolve())


@contextmanager
def _staged(path: Path, content: bytes) -> Iterator[Path]:
    """The content beside its place, for as long as it is not moved there."""
    path = path.resolve()  # through a link: the file that it names is renewed, and the link stays
    if path.is_dir():
        raise OutputError(f"{path}: there is a folder of that name. Give the name of a file, or remove the folder.")
    partial = path.with_name(f"{path.name}.partial")
    ours = False
    try:
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                ours = True
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, partial)
        yield partial
    finally:
        if ours:
            partial.unlink(missing_ok=True)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What goes wrong while a file is written, as an OutputError that says what to do."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path.resolve()}: {_sentence(error, path.resolve())}") from error


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full, or the file over its limit. Free some space and run again; nothing was changed."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"the folder {path.parent} cannot be written to. Choose another with -o."
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{path.parent} is not a folder. Choose another place with -o."
    if error.errno == errno.EISDIR:
        return f"there is a folder called {path.name}.partial in the way. Remove it and run again."
    return f"it cannot be written ({error.strerror or error}). Choose another place with -o."
