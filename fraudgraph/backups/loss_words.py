"""The words for what a reading lost or left alone, in Chinese."""

from __future__ import annotations

import re

__all__ = ["in_chinese"]

_WORDS = {
    "bytes outside the code page": "不属于该代码页的字节",
    "expression, not a literal": "表达式，非字面值",
    "rows that could not be told apart": "无法分清的行",
    "text that is no row": "不是数据行的文字",
    "column that the table does not declare": "表中未声明的列",
    "value that the dump leaves out": "转储中未给出的值",
    "record marked as deleted": "已标记删除的记录",
    "memo that its file does not hold": "备注文件中没有的备注",
    "bytes among texts, written in hexadecimal": "文本列中的二进制值，以十六进制写出",
    "computed or array column, not read": "计算列或数组列，未读取",
    "view": "视图",
    "trigger": "触发器",
    "function": "函数",
    "procedure": "存储过程",
    "event": "事件",
    "query": "查询",
    "rule": "规则",
    "client command": "客户端命令",
    "linked table": "链接表",
    "external table": "外部表",
    "virtual table": "虚拟表",
    "table that can't be read": "不能读取的表",
}
_PATTERNS = (
    (re.compile(r"row of (\d+) values, (\d+) expected"), r"有 \1 个值的行（应为 \2 个）"),
    (re.compile(r"not a value of its type \((.+)\)"), r"不符合列类型（\1）的值"),
    (re.compile(r"(\w+) statement"), r"\1 语句"),
)


def in_chinese(words: str) -> str:
    """A loss or a skipped kind in Chinese; what comes from a foreign library stays as it is."""
    if words in _WORDS:
        return _WORDS[words]
    for pattern, meant in _PATTERNS:
        if pattern.fullmatch(words):
            return pattern.sub(meant, words)
    return words
