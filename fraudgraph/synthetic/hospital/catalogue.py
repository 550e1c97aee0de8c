"""What the made-up hospital can do and charge: items, illnesses, wards. All names, codes and prices are invented."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["ILLNESSES", "ITEMS", "MAP_CHANGES", "WARDS", "Illness", "Item"]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the hospital's price list and what it is called in the national catalogue.

    `factor` hospital units make one unit of the catalogue (24 tablets a box); `price` is that of one hospital unit.
    """

    code: str
    name: str
    kind: str
    unit: str
    price: Decimal
    nat_code: str
    nat_name: str
    factor: int = 1
    insured: bool = True
    part: str = ""


@dataclass(frozen=True, slots=True)
class Illness:
    """How a stay with this illness usually goes."""

    diagnosis: str
    name: str
    ward: str
    days: tuple[int, int]
    drugs: tuple[str, ...]
    labs: tuple[str, ...]
    exams: tuple[str, ...]
    operation: str = ""
    implant: str = ""
    therapy: str = ""


WARDS = {
    "W01": "呼吸内科",
    "W02": "心血管内科",
    "W03": "普通外科",
    "W04": "骨科",
    "W05": "肾内科",
    "W06": "康复科",
    "W07": "妇产科",
    "W08": "眼科",
}

_LIST = """
B001 床位费(三人间) bed 日 45 110900001a 普通病房床位费
N001 一级护理费 nursing 日 38 120100003 Ⅰ级护理
N002 二级护理费 nursing 日 24 120100004 Ⅱ级护理
N003 三级护理费 nursing 日 12 120100005 Ⅲ级护理
G001 挂号费 registration 次 2 110100001 普通门诊挂号
G002 住院诊查费 visit 日 18 110200005 住院诊查费
S001 静脉输液 service 次 9 120400006 静脉输液
S002 吸氧 service 小时 3 120300001 氧气吸入
S003 心电监护 service 小时 4.5 310701022 心电监测
S004 雾化吸入 service 次 12 120700001 雾化吸入
S005 换药(中) service 次 22 120600003 换药(中)
S006 胸腔穿刺术 bedside 次 95 330702001b 胸腔穿刺术
S007 灌肠 service 次 16 121600001 灌肠
K001 一次性输液器 consumable 套 2.85 C14050217 一次性使用输液器
K002 一次性注射器 consumable 支 0.76 C14050302 一次性使用注射器
K003 留置针 consumable 支 21.5 C14050401 静脉留置针
K004 敷料贴 consumable 片 3.2 C14060101 医用敷料
K005 腹腔镜穿刺器 consumable 套 680 C02010203 腹腔镜用穿刺器
K006 可吸收止血材料 consumable 片 216 C15040101 可吸收止血材料
K007 一次性吻合器 consumable 把 1450 C02060104 吻合器
I001 冠脉药物支架 implant 个 798 C02070101 冠状动脉支架
I002 人工髋关节 implant 套 6200 C03020102 人工髋关节假体
I003 人工晶体 implant 枚 1180 C01010105 人工晶状体
I004 接骨板 implant 块 1320 C03010203 金属接骨板
M001 注射用头孢呋辛钠 drug 支 12.6 XJ01DCT072B 头孢呋辛
M002 盐酸氨溴索注射液 drug 支 4.38 XR05CBA158B 氨溴索
M003 0.9%氯化钠注射液250ml drug 袋 3.9 XB05XAL136B 氯化钠
M004 5%葡萄糖注射液250ml drug 袋 4.1 XB05BAP095B 葡萄糖
M005 阿托伐他汀钙片 drug 片 0.86 XC10AAA149A 阿托伐他汀 7
M006 阿司匹林肠溶片 drug 片 0.46 XB01ACA056A 阿司匹林 30
M007 低分子肝素钠注射液 drug 支 31.5 XB01ABD038B 低分子量肝素
M008 氟比洛芬酯注射液 drug 支 42.8 XM02AAF174B 氟比洛芬
M009 碳酸钙D3片 drug 片 0.59 XA12AXT003A 碳酸钙D3 30
M010 促红素注射液 drug 支 39.6 XB03XAC116B 人促红素
M011 甲钴胺片 drug 片 0.79 XB03BAJ017A 甲钴胺 24
M012 缩宫素注射液 drug 支 6.3 XH01BBS232B 缩宫素
M013 左氧氟沙星滴眼液 drug 支 15.2 XS01AEZ131G 左氧氟沙星
M014 注射用奥美拉唑钠 drug 支 9.7 XA02BCA195B 奥美拉唑
M015 硝苯地平控释片 drug 片 2.71 XC08CAX118A 硝苯地平 7
M016 注射用哌拉西林他唑巴坦 drug 支 46.5 XJ01CRP065B 哌拉西林他唑巴坦
M017 奥美拉唑肠溶胶囊 drug 粒 0.93 XA02BCA195E 奥美拉唑 14
H001 黄芪饮片 herb 克 0.085 T001700289 黄芪
H002 当归饮片 herb 克 0.142 T001700140 当归
L001 血常规(五分类) lab 次 20 250101015 血细胞分析
L002 肝肾功能组合 lab 次 98 250305001 生化组合
L003 C反应蛋白 lab 项 25 250401025 C反应蛋白测定
L004 凝血四项 lab 次 60 250203020 凝血功能组合
L005 尿常规 lab 次 10 250102035 尿液分析
L006 痰培养加药敏 lab 次 85 250501009 一般细菌培养及鉴定
L007 血型鉴定 lab 次 18 260000002 ABO血型鉴定
L008 指尖血糖 lab 次 5 250302001 葡萄糖测定
L009 血气分析 lab 次 62 250310001 血气分析
L010 肌钙蛋白 lab 项 90 250306010 肌钙蛋白测定
L011 遗传代谢病基因检测 lab 次 860 250700014 基因检测(外送)
E001 胸部CT平扫 exam 部位 220 210300001a X线计算机体层平扫 - CT:胸部
E002 头颅CT平扫 exam 部位 220 210300001b X线计算机体层平扫 - CT:头颅
E003 髋关节DR exam 次 65 210102015 X线摄影 - DR:髋关节
E004 腹部彩超 exam 次 120 220301001 彩色多普勒超声 - US:腹部
E005 心脏彩超 exam 次 180 220600004 心脏彩色多普勒超声 - US:心脏
E006 膝关节DR exam 侧 65 210102016 X线摄影(单侧) - DR:膝关节
E007 腰椎MRI平扫 exam 部位 480 210200001 磁共振平扫 - MR:腰椎
E008 骨密度测定 exam 次 110 210500001 骨密度测定 - BMD:腰椎
O001 腹腔镜胆囊切除术 operation 次 1680 331006003 腹腔镜下胆囊切除术
O002 人工髋关节置换术 operation 次 2850 331507004 人工全髋关节置换术
O003 冠脉支架置入术 operation 次 2900 320500002 冠状动脉支架置入术
O004 白内障超声乳化 operation 次 1580 330406005 白内障超声乳化摘除
O005 剖宫产术 operation 次 1100 331400013 剖宫产术
O006 骨折切开复位内固定 operation 次 1950 331505037 骨折切开复位内固定术
O007 体表肿物切除术 operation 次 320 331602004 体表肿物切除术
A001 全身麻醉 anaesthesia 小时 210 330100005 全身麻醉
A002 局部麻醉 anaesthesia 次 40 330100001 局部浸润麻醉
T001 手法推拿治疗 therapy 次 58 450000003 推拿治疗
T002 低频电治疗 therapy 次 26 340100011 低频脉冲电治疗
T003 普通针刺 therapy 次 32 410000001 普通针刺
T004 运动疗法(集体) group_therapy 次 30 340200020 集体运动疗法
D001 血液透析 dialysis 次 395 311000006 血液透析
D002 连续性肾脏替代 crrt 小时 88 311000011 连续性血液净化
P001 营养膳食 self 日 60 - - x
P002 陪护床 self 日 20 - - x
P003 白内障日间手术包干 package 次 5200 DS0801 白内障日间手术病种付费
"""


def _item(line: str) -> Item:
    code, name, kind, unit, price, nat_code, rest = line.split(" ", 6)
    words = rest.split(" ")
    part = words[2] if len(words) > 2 and words[1] == "-" else ""
    number = words[1] if len(words) == 2 and words[1].isdigit() else "1"
    own = words[-1] == "x"
    return Item(
        code,
        name,
        kind,
        unit,
        Decimal(price),
        "" if own else nat_code,
        "" if own else words[0],
        int(number),
        not own,
        part,
    )


ITEMS: dict[str, Item] = {one.code: one for one in map(_item, _LIST.strip().splitlines())}

MAP_CHANGES = {
    "S004": ("120700001", "120700002", Decimal("12"), Decimal("12")),
    "L003": ("250401025", "250401025a", Decimal("25"), Decimal("22")),
    "O001": ("331006003", "331006003b", Decimal("1680"), Decimal("1680")),
    "T001": ("450000003", "450000011", Decimal("58"), Decimal("60")),
}
"""From 1 July these items have another national code or price: (old code, new code, old price, new price)."""

ILLNESSES: tuple[Illness, ...] = (
    Illness(
        "J18.900",
        "肺炎",
        "W01",
        (6, 11),
        ("M001", "M002", "M003"),
        ("L001", "L002", "L003", "L006"),
        ("E001",),
    ),
    Illness(
        "J44.100",
        "慢阻肺急性加重",
        "W01",
        (7, 13),
        ("M016", "M002", "M003"),
        ("L001", "L002", "L009"),
        ("E001",),
    ),
    Illness(
        "I25.100",
        "冠心病",
        "W02",
        (5, 9),
        ("M005", "M006", "M007", "M004"),
        ("L001", "L002", "L004", "L010"),
        ("E005",),
        "O003",
        "I001",
    ),
    Illness(
        "I10.x00",
        "高血压病",
        "W02",
        (5, 9),
        ("M015", "M006", "M003"),
        ("L001", "L002", "L005"),
        ("E005", "E002"),
    ),
    Illness(
        "K80.100",
        "胆囊结石伴胆囊炎",
        "W03",
        (5, 9),
        ("M001", "M014", "M003"),
        ("L001", "L002", "L004", "L007"),
        ("E004",),
        "O001",
    ),
    Illness(
        "S72.000",
        "股骨颈骨折",
        "W04",
        (9, 15),
        ("M008", "M007", "M009", "M003"),
        ("L001", "L002", "L004", "L007"),
        ("E003",),
        "O002",
        "I002",
    ),
    Illness(
        "S82.100",
        "胫骨骨折",
        "W04",
        (8, 13),
        ("M008", "M001", "M009", "M003"),
        ("L001", "L004", "L007"),
        ("E006",),
        "O006",
        "I004",
    ),
    Illness(
        "N18.500",
        "慢性肾衰竭",
        "W05",
        (8, 14),
        ("M010", "M007", "M004"),
        ("L001", "L002"),
        ("E004",),
        therapy="D001",
    ),
    Illness("M54.500", "腰痛", "W06", (8, 14), ("M011", "M017"), ("L001", "L005"), ("E007",), therapy="T001"),
    Illness(
        "I69.300",
        "脑梗死后遗症",
        "W06",
        (10, 15),
        ("M006", "M011", "M003"),
        ("L001", "L002"),
        ("E002",),
        therapy="T003",
    ),
    Illness(
        "O82.000",
        "剖宫产分娩",
        "W07",
        (5, 7),
        ("M012", "M001", "M003"),
        ("L001", "L004", "L007"),
        ("E004",),
        "O005",
    ),
    Illness("H25.900", "老年性白内障", "W08", (3, 5), ("M013",), ("L001", "L008"), (), "O004", "I003"),
)
