"""A page as pdf, printed by a Chromium that is already on this machine; nothing of it comes with the program."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from fraudgraph.errors import StorageError, UsageError
from fraudgraph.report.files import save

__all__ = ["print_page"]

_SECONDS = 120


def print_page(page: Path, to: Path, *, chromium: str, lang: str, head: str = "") -> None:
    """Print one page of a run on A4.

    Parameters
    ----------
    page : Path
        An html page that a run wrote.
    to : Path
        The pdf; an older one is replaced.
    chromium : str
        The program that prints.
    lang : str
        "zh" or "en".
    head : str
        The run's head hash, to be printed where the page has a place for it.

    Raises
    ------
    UsageError
        If the page is not there.
    StorageError
        If nothing was printed, or it can't be written.
    """
    if not page.is_file():
        raise UsageError(
            f"There is no page {page}. Only rings put forward have one; `fraudgraph rings list` names them.",
            f"没有页面 {page}。只有列入清单的疑似团伙才有线索材料，可用 `fraudgraph rings list` 查看。",
        )
    with TemporaryDirectory(prefix="fraudgraph-pdf-") as folder:
        printed = Path(folder) / "page.pdf"
        command = [
            chromium, "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-pdf-header-footer",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # Chromium refuses its sandbox to root
            f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}", f"{page.resolve().as_uri()}?lang={lang}{f'&head={head}' if head else ''}",
        ]  # fmt: skip
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        if not printed.is_file():
            raise StorageError(
                f"{chromium} printed nothing for {page}. Open the page in a browser and print it from there.",
                f"{chromium} 未能打印 {page}。请在浏览器中打开该页面并打印。",
            )
        save(to, printed.read_bytes())
