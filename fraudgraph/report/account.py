"""A ring's money as one account: every figure of a page, list or terminal is one of these, and each bridges to the next."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fraudgraph.records import Ring
from fraudgraph.report.sanitise import amount, number
from fraudgraph.report.words import Text

__all__ = ["Step", "account_steps", "figures", "how_much"]

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the account: what is taken off (below nothing), or where the account stands."""

    key: str
    title: Text
    amount: Decimal
    stands: bool
    """Whether this is where the account stands, and not what is taken off."""
    claim_count: int | None = None


def account_steps(ring: Ring) -> list[Step]:
    """From all claims of a ring's people to the amount beyond doubt; what comes to nothing is left out."""
    known = ring.account
    low = ring.excess_amount if ring.excess_low is None else ring.excess_low
    steps = []
    if known.people_claim_count:
        met = known.claim_count + known.elsewhere_claim_count
        at_meetings = ring.fund_amount + known.elsewhere_fund_amount + known.recovered_fund_amount
        steps = [
            _stands("people_fund_amount", Text("这些人的全部结算", "All claims of these people"), known.people_fund_amount, known.people_claim_count),
            _less("outside_fund_amount", Text("减：不在异常同现之内", "less: outside the meetings"), known.people_fund_amount - at_meetings, known.people_claim_count - met),
            _less("elsewhere_fund_amount", Text("减：已计入名次更前的团伙", "less: counted in a ring ranked before"), known.elsewhere_fund_amount, known.elsewhere_claim_count),
            _less("recovered_fund_amount", Text("减：此前已追回", "less: recovered before"), known.recovered_fund_amount, known.recovered_claim_count),
        ]  # fmt: skip
    steps += [
        _stands("fund_amount", Text("异常同现中的基金支付", "Fund paid at the meetings"), ring.fund_amount, known.claim_count or None),
        _less("like_people_amount", Text("减：同类人的通常费用", "less: what like people cost"), ring.fund_amount - ring.excess_amount),
        _stands("excess_amount", Text("超出预期", "Above expectation"), ring.excess_amount),
        _less("doubt_amount", Text("减：尚有疑问的部分", "less: within doubt"), ring.excess_amount - low),
        _stands("excess_low", Text("排除疑问后至少", "At least, beyond doubt"), low),
    ]  # fmt: skip
    return [step for step in steps if step.stands or step.amount]


def _stands(key: str, title: Text, value: Decimal, claims: int | None = None) -> Step:
    return Step(key=key, title=title, amount=value, stands=True, claim_count=claims)


def _less(key: str, title: Text, value: Decimal, claims: int | None = None) -> Step:
    return Step(key=key, title=title, amount=-value, stands=False, claim_count=claims)


def figures(ring: Ring) -> dict[str, str]:
    """Every figure of a ring as a page writes it, by name: what a page shows and what is held against it later."""
    known = ring.account
    found = {
        "score": f"{ring.score:.2f}", "rank": str(ring.rank), "total_amount": amount(ring.total_amount), "claim_count": number(known.claim_count),
        "people_claim_count": number(known.people_claim_count), "people_total_amount": amount(known.people_total_amount),
        "excess_high": "—" if ring.excess_high is None else amount(ring.excess_high),
        "first_seen": str(ring.first_seen), "last_seen": str(ring.last_seen),
    }  # fmt: skip
    return found | {step.key: amount(step.amount) for step in account_steps(ring)}


def how_much(ring: Ring) -> Text:
    """The account in a sentence."""
    known = ring.account
    claims_zh = (
        f"异常同现的 {number(known.claim_count)} 张结算单" if known.claim_count else "异常同现的结算单"
    )
    claims_en = f"the {number(known.claim_count)} claims at the meetings" if known.claim_count else "the claims at the meetings"  # fmt: skip
    if not ring.fund_amount:
        return Text(
            "没有同时到场的结算单，因此未计入金额。", "They were not seen together, so no money is counted."
        )
    sure_zh = sure_en = ""
    if ring.excess_low is not None and ring.excess_high is not None:
        sure_zh = f"，排除疑问后至少 {amount(ring.excess_low)} 元，至多 {amount(ring.excess_high)} 元"
        sure_en = f", beyond doubt at least {amount(ring.excess_low)} and at most {amount(ring.excess_high)}"
    usual = amount(ring.fund_amount - ring.excess_amount)
    return Text(
        f"{claims_zh}费用总额 {amount(ring.total_amount)} 元，基金支付 {amount(ring.fund_amount)} 元；减去同类人的通常费用 {usual} 元，"
        f"超出预期 {amount(ring.excess_amount)} 元{sure_zh}。每张结算单在全部团伙中只计一次。",
        f"For {claims_en} {amount(ring.total_amount)} yuan were billed and {amount(ring.fund_amount)} paid by the fund; less {usual} that like people cost, "
        f"{amount(ring.excess_amount)} are above expectation{sure_en}. Each claim counts once over all rings.",
    )
