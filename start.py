#!/usr/bin/env python3
"""Set up fraudgraph in this folder and run it. Needs Python 3.11 or newer with venv, and nothing else.

    python3 start.py demo             set up, run the main job on data_samples/, say where to look
    python3 start.py test             set up, run the tests that this machine can run, name the others
    python3 start.py test --install   the same, and first fetch what they need (Debian or Ubuntu, as root)
    python3 start.py test --quick     without what is slow; what is left out is named
    python3 start.py test --room NAME only the tests of one room, such as claims or rings
    python3 start.py setup            only set up

What follows `demo` goes to `fraudgraph demo`; what else follows `test` goes to pytest.
Everything lands in .venv beside this file; a second call finds it there and starts at once.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "fraudgraph-setup.json"
UV = "uv==0.13.9"
NEEDED_BYTES = 2 * 1024**3
TEST_EXTRAS = ("--extra", "spark")
"""What tests bring beside the development tools: a second SQL engine."""
CHINESE = next(
    (os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), ""
).startswith("zh")


def say(en, zh):
    """A message, on stderr: stdout belongs to what is run."""
    print(zh if CHINESE else en, file=sys.stderr, flush=True)


class SetupError(Exception):
    """Set-up can't go on: one sentence in each language."""


def main(arguments):
    """Carry out one command and return its exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command not in ("setup", "demo", "test"):
        print(__doc__.strip())
        return 0 if command in ("-h", "--help") else 2
    try:
        check_python()
        set_up(with_tests=command == "test")
        if command == "demo":
            return subprocess.call([str(VENV / "bin" / "fraudgraph"), "demo", *rest])
        if command == "test":
            return subprocess.call([str(PYTHON), "-m", "tests.running", *rest], cwd=str(ROOT))
        say("Ready: .venv/bin/fraudgraph --help", "就绪：.venv/bin/fraudgraph --help")
        return 0
    except SetupError as problem:
        say(*problem.args)
        return 1
    except KeyboardInterrupt:
        say("Stopped on request; call again to go on.", "已按要求停止；再次运行即可继续。")
        return 130


def check_python():
    """Go on with a newer Python if this one is too old and a newer one is here; say so if there is none."""
    if sys.version_info < (3, 11):  # noqa: UP036  # this file is what a machine with an old Python meets first
        for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
            found = shutil.which(name)
            if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
                os.execv(found, [found, str(ROOT / "start.py"), *sys.argv[1:]])
        version = ".".join(str(part) for part in sys.version_info[:3])
        raise SetupError(
            f"Python {version} is too old: fraudgraph needs 3.11 or newer. Install it (Debian: apt-get install python3.11 python3.11-venv), then call this again with it.",
            f"Python {version} 版本过低：fraudgraph 需要 3.11 或更高版本。请安装后（Debian:apt-get install python3.11 python3.11-venv）用新版本重新运行。",
        )


def set_up(with_tests):
    """Make .venv hold exactly what uv.lock says. Quick when it already does."""
    wanted = fingerprint()
    ready = json.loads(STAMP.read_text(encoding="utf-8")) if STAMP.is_file() else {}
    if PYTHON.exists() and ready.get("tests" if with_tests else "run") == wanted:
        return
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"Set-up needs 2 GiB of free disk, and {ROOT} has {free / 1024**3:.1f} GiB. Free some space, or copy this folder to another disk.",
            f"安装需要 2 GiB 可用磁盘，而 {ROOT} 仅剩 {free / 1024**3:.1f} GiB。请清理空间，或将本目录移到其他磁盘。",
        )
    size = 370 if with_tests else 200
    say(
        f"Setting up in .venv: about {size} MB to fetch, 1 GB on disk, once. The next call starts at once.",
        f"正在 .venv 中安装（仅此一次）：下载约 {size} MB，占用磁盘约 1 GB。下次运行将直接开始。",
    )
    make_venv()
    fetch([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])
    install_locked(with_tests)
    STAMP.write_text(json.dumps({"run": wanted, "tests": wanted if with_tests else None}), encoding="utf-8")


def fingerprint():
    """What the environment was made from: the lock, the project file, the Python and the place."""
    digest = hashlib.sha256()
    for part in (ROOT / "uv.lock", ROOT / "pyproject.toml"):
        digest.update(part.read_bytes())
    digest.update(f"{sys.version_info[:2]} {ROOT} {UV} {TEST_EXTRAS}".encode())
    return digest.hexdigest()


def make_venv():
    """An environment with pip; one that stands and is new enough is kept."""
    if not answers("import sys; sys.exit(sys.version_info < (3, 11))"):
        if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
            package = f"python3.{sys.version_info[1]}-venv"
            raise SetupError(
                f"This Python lacks its module venv. Install it (Debian, as root: apt-get install {package}) and call this again.",
                f"此 Python 缺少 venv 模块。请先安装（Debian,root 用户：apt-get install {package}），再重新运行。",
            )
        run_watched([sys.executable, "-m", "venv", "--clear", str(VENV)], dict(os.environ))
    if not answers("import pip"):
        run_watched([str(PYTHON), "-m", "ensurepip", "--default-pip"], dict(os.environ))


def answers(code):
    """Whether the environment's Python is there and runs this without complaint."""
    return (
        PYTHON.exists()
        and subprocess.run([str(PYTHON), "-c", code], capture_output=True, check=False).returncode == 0
    )


def install_locked(with_tests):
    """Install uv.lock's versions, checked by their hashes; through pip's own mirror where one is set."""
    uv = str(VENV / "bin" / "uv")
    groups = TEST_EXTRAS if with_tests else ("--no-dev",)
    mirror = own_mirror()
    if not mirror:
        fetch([uv, "sync", "--frozen", "--inexact", *groups])
        return
    wanted = VENV / "requirements.txt"
    fetch([uv, "export", "--quiet", "--frozen", "--no-emit-project", *groups, "--output-file", str(wanted)])
    install = [uv, "pip", "install", "--python", str(PYTHON), "--default-index", mirror]
    fetch([*install, "--require-hashes", "--requirement", str(wanted)])
    fetch([*install, "--no-deps", "--editable", str(ROOT)])


def own_mirror():
    """The index that this machine's pip is told to use, "" where it is the usual one."""
    return os.environ.get("PIP_INDEX_URL") or pip_setting("global.index-url")


def pip_setting(name):
    """A value of pip's configuration, "" where it is not set."""
    done = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "get", name], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def fetch(command):
    """Run a command that may use the network; a second time with the system's certificates if it asks for them."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PYTHON")
    }
    environment.update(UV_PROJECT_ENVIRONMENT=str(VENV), UV_PYTHON_DOWNLOADS="never")
    try:
        run_watched(command, environment)
    except CertificateError:
        run_watched(command, dict(environment, UV_SYSTEM_CERTS="1"))


class CertificateError(SetupError):
    """The index's certificate is not among those that the installer brings."""


def run_watched(command, environment):
    """Run a command, say what it fetches, and turn a failure into a sentence."""
    try:
        with subprocess.Popen(
            command,
            env=environment,
            cwd=str(ROOT),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            said = []
            for line in process.stdout:
                said.append(line.rstrip())
                if re.match(r"Downloading|Installed|Get:", said[-1]):
                    say("  " + said[-1], "  " + said[-1])
    except OSError as problem:
        raise SetupError(
            f"{command[0]} can't be run: {problem}.", f"无法运行 {command[0]}:{problem}。"
        ) from None
    if process.returncode == 0:
        return
    text, last = "\n".join(said[-30:]), said[-1] if said else ""
    if re.search(r"No space left|os error 28", text):
        raise SetupError(
            f"The disk filled up during set-up ({ROOT}, or the installer's cache in your home folder). Free 2 GiB and call this again.",
            f"安装过程中磁盘已满（{ROOT} 或用户主目录中的安装缓存）。请清理出 2 GiB 后重新运行。",
        )
    if re.search(r"certificate|UnknownIssuer|system-certs", text) and "UV_SYSTEM_CERTS" not in environment:
        raise CertificateError(text, text)
    if re.search(
        r"dns error|resolve|[Cc]onnect|[Tt]imed? ?out|unreachable|[Pp]roxy|No matching distribution", text
    ):
        raise SetupError(
            f"{last}\nThe package index can't be reached. Check the network and https_proxy, or name a mirror: PIP_INDEX_URL=ADDRESS python3 start.py ...",
            f"{last}\n无法连接软件包索引。请检查网络与 https_proxy，或指定镜像：PIP_INDEX_URL=镜像地址 python3 start.py ...",
        )
    shown = " ".join(command)
    raise SetupError(f"{text}\nThis step of the set-up failed: {shown}", f"{text}\n安装步骤失败：{shown}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
