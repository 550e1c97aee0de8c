"""What Neo4j Browser is given: the style, guides that walk through a ring, saved scripts; and links into it."""

from __future__ import annotations

import html
import io
import zipfile
from pathlib import Path
from urllib.parse import quote

from fraudgraph.errors import StorageError
from fraudgraph.graphdb.guides import GUIDES, Guide, Step
from fraudgraph.graphdb.questions import Question, find_question, load_questions

__all__ = ["kit_files", "question_link", "write_kit"]

_STYLE = "fraudgraph.grass"
_SCRIPTS = "fraudgraph-saved-scripts.zip"


def kit_files(address: str) -> dict[str, bytes]:
    """The kit's files by name.

    Parameters
    ----------
    address : str
        Where they will be served, such as http://localhost:7490; guides name each other by it.
    """
    files = {_STYLE: Path(__file__).with_name(_STYLE).read_bytes(), _SCRIPTS: _saved_scripts()}
    for guide in GUIDES:
        files[f"{guide.name}.html"] = _html(guide, address).encode()
        files[f"{guide.name}.adoc"] = _adoc(guide).encode()
    return files


def write_kit(target: Path, address: str) -> list[Path]:
    """Write the kit into a folder, for another Browser.

    Raises
    ------
    StorageError
        If the folder can't be written.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, content in kit_files(address).items():
            (target / name).write_bytes(content)
    except OSError as problem:
        raise StorageError(
            f"{target} can't be written: {problem.strerror or problem}. Give another folder.",
            f"无法写入 {target}:{problem.strerror or problem}。请换一个目录。",
        ) from None
    return [target / name for name in sorted(kit_files(address))]


def question_link(browser_url: str, name: str, **parameters: str) -> str:
    """A link that opens Browser with a question in its editor, its parameters written in as values.

    Browser decodes the address before it splits it: a text with `&`, `#` or `+` gets no link, but "".
    """
    text = find_question(name).text
    body = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    for key, value in parameters.items():
        literal = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        body = body.replace(f"${key}", literal)
    if any(mark in body for mark in "&#+"):
        return ""
    return f"{browser_url.rstrip('/')}/browser/?cmd=edit&arg={quote(body, safe='')}"


def _saved_scripts() -> bytes:
    """A zip whose folders and files Browser turns into folders and saved scripts when it is dropped on it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for question in load_questions():
            file.writestr(zipfile.ZipInfo(question.file_name, (2025, 1, 1, 0, 0, 0)), question.text)
    return held.getvalue()


def _html(guide: Guide, address: str) -> str:
    slides = "\n".join(_slide(step, address) for step in guide.steps)
    title = html.escape(f"{guide.title_zh} {guide.title_en}")
    return f'<article class="guide" id="{guide.name}">\n<title>{title}</title>\n<carousel class="deck container-fluid">\n{slides}\n</carousel>\n</article>\n'


def _slide(step: Step, address: str) -> str:
    buttons = "\n".join(_button(part, address) for part in step.buttons)
    return (
        '<slide class="row-fluid"><div class="col-sm-12">\n'
        f"<h3>{html.escape(step.title_zh)}<br><small>{html.escape(step.title_en)}</small></h3>\n"
        f"<p>{'<br>'.join(html.escape(line) for line in step.text_zh)}</p>\n"
        f"<p>{'<br>'.join(html.escape(line) for line in step.text_en)}</p>\n{step.extra}\n{buttons}\n</div></slide>"
    )


def _button(part: str, address: str) -> str:
    """`set:…` runs a :param line, `guide:…` opens another guide, `style` loads the style; anything else is a question."""
    kind, _, rest = part.partition(":")
    style = 'style="margin:3px 6px 3px 0;text-align:left;white-space:normal"'
    if kind == "set":
        label, _, line = rest.partition("|")
        return f'<p><button class="btn btn-small btn-primary" {style} data-exec="{html.escape(line)}">{html.escape(label)}</button></p>'
    if kind == "guide":
        label, _, name = rest.partition("|")
        return f'<p><button class="btn btn-small" {style} data-exec="guide {address}/{name}.html">{html.escape(label)}</button></p>'
    if kind == "style":
        return f'<p><button class="btn btn-small" {style} data-exec="style {address}/{_STYLE}">{html.escape(rest)}</button></p>'
    question = find_question(part)
    label = f"{question.number} {question.title_zh} · {question.title_en}"
    return f'<p><button class="btn btn-small btn-primary" {style} data-populate="{_attribute(question)}">{html.escape(label)}</button></p>'


def _attribute(question: Question) -> str:
    return html.escape(question.text.strip()).replace("\n", "&#10;")


def _adoc(guide: Guide) -> str:
    """The form that the newer Browser and Desktop read."""
    parts = [f"= {guide.title_zh} {guide.title_en}", ""]
    for step in guide.steps:
        parts += [f"== {step.title_zh} {step.title_en}", "", *step.text_zh, "", *step.text_en, ""]
        for part in step.buttons:
            kind, _, rest = part.partition(":")
            if kind == "set":
                parts += ["[source,cypher]", "----", f":{rest.partition('|')[2]}", "----", ""]
            elif kind not in ("guide", "style"):
                parts += ["[source,cypher]", "----", find_question(part).text.strip(), "----", ""]
    return "\n".join(parts)
