"""What comes with the program beside its code: sample deliveries, Cypher questions, notebooks."""

from __future__ import annotations

from pathlib import Path

from fraudgraph.errors import StorageError

__all__ = ["content_folder"]

_PACKAGE = Path(__file__).parent


def content_folder(name: str) -> Path:
    """The folder `data_samples`, `cypher` or `notebooks`, in an installed program or in a checkout.

    Raises
    ------
    StorageError
        If this installation lacks it.
    """
    for folder in (_PACKAGE / "_content" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise StorageError(
        f"This installation of fraudgraph lacks its folder {name!r} (looked in {_PACKAGE}). Install the program again.",
        f"当前安装的 fraudgraph 缺少目录 {name!r}(已在 {_PACKAGE} 中查找),请重新安装。",
    )
