"""From a command line to an exit code: settle the language, run the command, turn failures into one sentence."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from fraudgraph.cli.language import language, settle_language, t
from fraudgraph.errors import FraudgraphError, StorageError, UsageError

__all__ = ["main"]

_SIGNALLED = 128
"""What shells add to a signal's number: 130 for Ctrl-C, 143 for SIGTERM."""
_STORAGE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line after the program's name; the process's own by default.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # an old terminal's encoding is no reason to fail
    asked_to_stop: list[int] = []
    with _listening(asked_to_stop):
        try:
            code = _guarded(lambda: _run(sys.argv[1:] if arguments is None else arguments), asked_to_stop)
        except KeyboardInterrupt:
            code = _SIGNALLED + (asked_to_stop or [signal.SIGINT])[0]
            _say(t("Stopped on request; nothing half done was left.", "已按要求停止，未留下未完成的结果。"))
    return code


@contextmanager
def _listening(asked_to_stop: list[int]) -> Iterator[None]:
    """Ctrl-C and a scheduler's SIGTERM end a run alike: what is half written is cleared away on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        asked_to_stop.append(number)
        raise KeyboardInterrupt

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _run(arguments: Sequence[str]) -> int:
    line = settle_language(arguments)
    from fraudgraph.cli.app import app_for  # after the language: help texts are made on import

    try:
        code = app_for(line)(args=line or ["--help"], prog_name="fraudgraph", standalone_mode=False)
    except SystemExit:  # what typer makes of a reader that went away, and of nothing else
        raise BrokenPipeError from None
    sys.stdout.flush()
    if code == _SIGNALLED + signal.SIGINT:  # typer makes Ctrl-C an exit code
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _guarded(call: Callable[[], int], asked_to_stop: Sequence[int]) -> int:
    try:
        return call()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _SIGNALLED + signal.SIGPIPE
    except Exception as problem:
        if asked_to_stop:  # DuckDB, stopped in a query, says so in an error of its own
            raise KeyboardInterrupt from None
        return _explain(problem)


def _explain(problem: Exception) -> int:
    if isinstance(problem, FraudgraphError):
        return _fail(problem.message(language()), problem.exit_code, problem)
    if isinstance(problem, OSError) and problem.errno in _STORAGE_ERRNOS:
        return _fail(_storage_sentence(problem), StorageError.exit_code, problem)
    return _usage(problem) if _is_usage(problem) else _unexpected(problem)


def _is_usage(problem: Exception) -> bool:
    import typer.exceptions

    return isinstance(problem, typer.exceptions.TyperException)


def _usage(problem: Exception) -> int:
    """What typer says about a command line that it can't read, in the reader's language."""
    context = getattr(problem, "ctx", None)
    path = context.command_path if context is not None else "fraudgraph"
    kind = type(problem).__name__
    said = " ".join(str(getattr(problem, "message", "") or "").split())
    name = _parameter_name(getattr(problem, "param", None))
    option = getattr(problem, "option_name", "")
    en, zh = {
        "MissingParameter": (f"{name} is missing.", f"缺少 {name}。"),
        "NoSuchOption": (f"There is no option {option}.", f"没有选项 {option}。"),
        "BadParameter": (f"{name} can't be used: {said}", f"{name} 的值不可用：{said}。"),
    }.get(kind, (said, f"命令用法有误：{said}。"))
    possible = ", ".join(getattr(problem, "possibilities", None) or ())
    hint_en, hint_zh = (f" Did you mean {possible}?", f"是否想写 {possible}?") if possible else ("", "")
    return _fail(
        t(f"{en}{hint_en} See: {path} --help", f"{zh}{hint_zh}用法见：{path} --help"),
        UsageError.exit_code,
        problem,
    )


def _parameter_name(parameter: Any) -> str:
    """The name as one types it: --seed for an option, SOURCE... for an argument."""
    words = list(getattr(parameter, "opts", ()))
    return (
        max(words, key=len)
        if any(word.startswith("-") for word in words)
        else getattr(parameter, "metavar", "")
    )


def _storage_sentence(problem: OSError) -> str:
    where = problem.filename or "?"
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return t(
            f"The disk is full while writing {where}. Free some space or give --out on another disk, then run again.",
            f"写入 {where} 时磁盘已满。请清理空间，或用 --out 指定其他磁盘后重新运行。",
        )
    return t(
        f"No permission for {where} ({problem.strerror}). Check who owns it, or give another folder.",
        f"没有权限访问 {where}（{problem.strerror}）。请检查其属主，或换一个目录。",
    )


def _unexpected(problem: Exception) -> int:
    return _fail(
        t(
            f"Something unexpected went wrong ({type(problem).__name__}: {problem}). This is a fault of the program, not of your data; "
            "run again with FRAUDGRAPH_DEBUG=1 in the environment to get the trace for a report.",
            f"发生意外错误（{type(problem).__name__}:{problem}）。这是程序的缺陷，不是数据的问题；"
            "请设置环境变量 FRAUDGRAPH_DEBUG=1 后重新运行，以取得完整的错误追踪用于报告。",
        ),
        FraudgraphError.exit_code,
        problem,
    )


def _fail(sentence: str, code: int, problem: BaseException) -> int:
    if os.environ.get("FRAUDGRAPH_DEBUG"):
        traceback.print_exception(problem)
    _say("".join(_visible(char) for char in " ".join(sentence.split())))
    return code


def _visible(char: str) -> str:
    """What a supplier's file may have put into a message shows as its code: nothing steers the terminal."""
    return char if char.isprintable() else f"⟨U+{ord(char):04X}⟩"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
