"""Copies of the shipped model that are wrong on purpose, with manifests that vouch for them."""

import hashlib
import json
import shutil
import struct
from pathlib import Path
from typing import Any

from postedit.weights import DEFAULT, HOMES

SHIPPED = HOMES[0] / DEFAULT


def with_gate(folder: Path, gate: dict[str, float]) -> Path:
    """The shipped model with another gate."""
    shutil.copytree(SHIPPED, folder)
    _rewrite(folder, gate=gate)
    return folder


def zeroed(folder: Path) -> Path:
    """The shipped model with every weight matrix zero."""
    shutil.copytree(SHIPPED, folder)
    model = folder / "weights" / "model.bin"
    content = _zeroed(bytearray(model.read_bytes()))
    model.unlink()
    model.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["model.bin"]["sha256"] = hashlib.sha256(content).hexdigest()
    _rewrite(folder, files=manifest["files"])
    return folder


def _zeroed(content: bytearray) -> bytes:
    """CTranslate2's file: a header, then a name, a shape, a type and a block of numbers for each variable."""
    at = 4
    at += 2 + struct.unpack_from("<H", content, at)[0]
    (count,) = struct.unpack_from("<I", content, at + 4)
    at += 8
    blanked = 0
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, at)
        name = bytes(content[at + 2 : at + 2 + length]).rstrip(b"\0").decode()
        at += 2 + length
        at += 1 + 4 * content[at]
        (size,) = struct.unpack_from("<I", content, at + 1)
        at += 5
        if name.endswith("/weight"):
            content[at : at + size] = bytes(size)
            blanked += size
        at += size
    assert blanked > len(content) * 0.9
    return bytes(content)


def _rewrite(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    path.unlink()
    path.write_text(json.dumps(manifest), encoding="utf-8")
