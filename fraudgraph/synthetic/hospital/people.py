"""Invented persons; their identity numbers begin with a division that does not exist."""

from __future__ import annotations

from datetime import date
from typing import Any

from fraudgraph.synthetic.hospital.world import Row, World

__all__ = ["make_patient"]

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN = "建国秀英丽华志强桂兰玉珍海燕文明春梅永福小红德胜淑芬国庆晓东雪梅立新"


def make_patient(world: World, **changes: Any) -> Row:
    """A new person in the hospital's register."""
    rng = world.rng
    born = date(1935 + rng.randrange(70), 1 + rng.randrange(12), 1 + rng.randrange(28))
    number = world.next("B", 7)
    id_no = f"999{rng.randrange(1000):03d}{born:%Y%m%d}{rng.randrange(10000):04d}"
    values: Row = {
        "patient_id": number,
        "insurance_no": f"3702{rng.randrange(10**6):06d}{number[-4:]}",
        "name": rng.choice(_SURNAMES) + rng.choice(_GIVEN) + rng.choice(_GIVEN),
        "sex": rng.choice("12"),
        "birth_date": born,
        "id_no": id_no,
        "phone": f"139{rng.randrange(10**8):08d}",
        "address": f"{rng.choice(('南', '北', '东', '西'))}山路{rng.randrange(1, 300)}号",
    }
    world.insurance[number] = values["insurance_no"]
    return world.add("patients", **{**values, **changes})
