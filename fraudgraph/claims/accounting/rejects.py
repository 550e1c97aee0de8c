"""Why a row was set aside: every code with its sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from fraudgraph.claims.cleaning.claim_changes import SUPERSEDED

__all__ = ["NOT_COUNTED", "REASONS", "Reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in both languages."""

    zh: str
    en: str


REASONS: dict[str, Reason] = {
    "E_ENCODING": Reason("该行含有无法解码的字节", "the line holds bytes that can't be decoded"),
    "E_COLUMNS": Reason("该行的列数与表头不符", "the line has not as many columns as the header"),
    "E_QUOTE": Reason("引号没有闭合", "a quotation mark is not closed"),
    "E_NO_RECORD": Reason(
        "合计、页脚、页眉或重复的表头，不是记录", "a total, a footer or a repeated header, no record"
    ),
    "E_OTHER_RECORD": Reason(
        "按列名对照不属于本表的记录（如付款、转账行）",
        "a record that the mapping leaves out of this table (a payment, a transfer)",
    ),
    "E_REQUIRED": Reason("必填项为空", "a value that is required is missing"),
    "E_NUMBER": Reason("不是可识别的数值", "not a number that can be read"),
    "E_DATE": Reason("不是可识别的日期", "not a date that can be read"),
    "E_DATE_OLD": Reason(
        "日期有效但早于1990年，不在分析范围内", "a valid date before 1990: older than what is looked at"
    ),
    "E_DATE_RANGE": Reason("日期早于1920年或晚于明天", "the date is before 1920 or after tomorrow"),
    "E_DATE_ORDER": Reason("结束早于开始", "it ended before it started"),
    "E_ID_PRECISION": Reason(
        "编号被表格软件改成了科学计数，末位已丢失",
        "a spreadsheet turned the id into a rounded number: digits are lost",
    ),
    "E_MERGED": Reason(
        "金额单元格合并了多行，无法分到各行", "one amount stands in a cell that was merged over several rows"
    ),
    "E_CODE": Reason(
        "代码不在已知范围内，可用映射文件说明", "not a code that is known; a mapping file can explain it"
    ),
    "E_PLACE": Reason(
        "没有机构编号，或同时有医疗机构和药店编号", "no place, or both a facility and a pharmacy, billed it"
    ),
    "E_DUPLICATE": Reason("与另一行完全相同", "the same as another row"),
    "E_DUPLICATE_ID": Reason("编号与另一行相同而内容不同", "has the id of another row, with other content"),
    "E_VOID": Reason("有效标志为无效", "marked as not valid by the supplier"),
    "E_CORRECTED": Reason("已由更正后的行替代", "a corrected row took its place"),
    "E_DELIVERED_AGAIN": Reason("后来的交付中再次给出，内容不变", "delivered again later, unchanged"),
    "E_REPLACED": Reason("已由后来的交付更正", "a later delivery brought another version"),
    "E_WITHDRAWN": Reason("后来的交付将其作废", "a later delivery withdrew it"),
    "E_CLAIM_SET_ASIDE": Reason("所属结算单已被剔除", "its claim was set aside"),
    "E_NO_CLAIM": Reason("找不到所属结算单", "its claim was not delivered"),
}
"""Sentences by code."""

NOT_COUNTED = (
    "E_NO_RECORD", "E_OTHER_RECORD", "E_CORRECTED", "E_VOID", "E_CLAIM_SET_ASIDE", "E_NO_CLAIM", *SUPERSEDED,
)  # fmt: skip
"""Set aside by rule, not for bad quality: these don't count towards the share that stops a run."""
