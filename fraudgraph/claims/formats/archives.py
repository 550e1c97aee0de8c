"""Files that came packed: zip archives with Chinese names, gzip of a workbook."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

from fraudgraph.claims.formats.opening import delivered_bytes
from fraudgraph.claims.formats.source_file import SourceFile, format_of
from fraudgraph.errors import SourceError

__all__ = ["member_name", "unpack"]

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_DEEPEST = 3
_BLOCK = 1 << 20


def unpack(source: SourceFile, folder: Path) -> Iterator[tuple[Path, str]]:
    """Unpack one archive beside the store; each file inside with its name, in a fixed order.

    Names never become paths: a file is written under a number.

    Raises
    ------
    SourceError
        If the archive is damaged, locked with a password, or larger than the free disk once unpacked.
    """
    if source.format == "packed":
        yield _gunzip(source, folder), PurePath(source.name).stem
        return
    yield from _unzip(source.path, source.name, folder, 1)


def member_name(info: zipfile.ZipInfo) -> str:
    """The name that the sender saw: programs that don't say UTF-8 write the bytes of their own Chinese encoding."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unzip(path: Path, name: str, folder: Path, depth: int) -> Iterator[tuple[Path, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = [(member_name(info), info) for info in archive.infolist() if _is_meant(info)]
            _check_room(name, sum(info.file_size for _, info in wanted), folder)
            for inner_name, info in sorted(wanted, key=lambda one: (one[0], one[1].header_offset)):
                title = f"{name}/{inner_name}"
                if info.flag_bits & _ENCRYPTED_FLAG:
                    raise _locked(title)
                target = _free_name(folder, PurePath(inner_name).suffix)
                with archive.open(info) as inner, target.open("wb") as out:
                    shutil.copyfileobj(inner, out, _BLOCK)
                with target.open("rb") as file:
                    is_zip = format_of(target, inner_name, file.read(_BLOCK)) == "zip"
                if is_zip and depth < _DEEPEST:
                    yield from _unzip(target, title, folder, depth + 1)
                else:
                    yield target, title
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        raise SourceError(
            f"{name} is a zip archive that is damaged or packed in a way that can't be read ({problem}). Unpack it yourself, or ask the supplier to send it again.",
            f"{name} 是已损坏或无法解压的 zip 文件（{problem}）。请自行解压后再读取，或让提供方重新发送。",
        ) from None


def _is_meant(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    return not info.is_dir() and not any(part.startswith((".", "~$", "__MACOSX")) for part in parts)


def _check_room(name: str, size: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if size > free * 0.9:
        raise SourceError(
            f"{name} holds {size / 1e9:.1f} GB once unpacked, but only {free / 1e9:.1f} GB are free. Unpack it on a larger disk, or give only the files that are needed.",
            f"{name} 解压后有 {size / 1e9:.1f} GB，而磁盘只剩 {free / 1e9:.1f} GB。请在更大的磁盘上解压，或只提供需要的文件。",
        )


def _locked(title: str) -> SourceError:
    return SourceError(
        f"{title} is locked with a password. Unpack it with the password and give the files inside.",
        f"{title} 设有密码。请用密码解压后，提供其中的文件。",
    )


def _free_name(folder: Path, suffix: str) -> Path:
    packed = folder / "unpacked"
    packed.mkdir(exist_ok=True, mode=0o700)
    plain = "".join(char for char in suffix if char.isascii() and (char.isalnum() or char == "."))[:12]
    return packed / f"{sum(1 for _ in packed.iterdir()):06d}{plain}"


def _gunzip(source: SourceFile, folder: Path) -> Path:
    target = _free_name(folder, PurePath(PurePath(source.name).stem).suffix)
    with delivered_bytes(source) as inner, target.open("wb") as out:
        shutil.copyfileobj(inner, out, _BLOCK)
    return target
