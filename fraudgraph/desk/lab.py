"""JupyterLab on a copy of the notebooks: on this machine only, with its token, asking nothing of the network."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from fraudgraph.content import content_folder
from fraudgraph.errors import StorageError, UsageError

__all__ = ["copy_notebooks", "lab_command"]

_QUIET: Final = (
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.allow_remote_access=False",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
"""No update check, no extension list from the network; nobody from another machine. `lab_settings` switches the news off."""


def copy_notebooks(folder: Path) -> tuple[int, int]:
    """Copy the notebooks that are not there yet.

    Parameters
    ----------
    folder : Path
        Made if missing, for its owner only.

    Returns
    -------
    copied, kept : int
        Notebooks copied now, and those that were there already and stay as they are.

    Raises
    ------
    StorageError
        If the folder can't be written.
    """
    copied = kept = 0
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for book in sorted(content_folder("notebooks").glob("*.ipynb")):
            if (folder / book.name).exists():
                kept += 1
            else:
                shutil.copyfile(book, folder / book.name)
                copied += 1
    except OSError as problem:
        raise StorageError(
            f"The notebooks can't be copied to {folder}: {problem.strerror or problem}. Give another --dir.",
            f"无法将笔记本复制到 {folder}:{problem.strerror or problem}。请换一个 --dir。",
        ) from None
    return copied, kept


def lab_command(folder: Path, *, port: int, browser: bool) -> int:
    """Run JupyterLab in a folder until it is stopped.

    Parameters
    ----------
    folder : Path
        What it shows; nothing outside is seen.
    port : int
        Its port on this machine; the next free one if it is taken.
    browser : bool
        Open the web browser.

    Returns
    -------
    int
        JupyterLab's exit code.

    Raises
    ------
    UsageError
        If JupyterLab is not installed beside the program.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError(
            "JupyterLab is not installed beside the program. Install it with the package manager that you installed fraudgraph with.",
            "未安装 JupyterLab。请用安装 fraudgraph 的同一工具安装 jupyterlab。",
        )
    arguments = [sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}", f"--ServerApp.root_dir={folder.resolve()}", *_QUIET]  # fmt: skip
    if not browser:
        arguments.append("--no-browser")
    if os.geteuid() == 0:  # as in a container; it listens on this machine only and asks for its token
        arguments.append("--allow-root")
    ours = [
        str(Path(__file__).parent / "lab_settings"),
        *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")]),
    ]
    surroundings = {
        **os.environ,
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_PATH": os.pathsep.join(ours),
    }
    with subprocess.Popen(arguments, env=surroundings) as running:
        while True:
            try:
                return running.wait()
            except KeyboardInterrupt:  # JupyterLab got it too, and asks or stops by itself
                continue
