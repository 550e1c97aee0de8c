"""Four ways in which hospital systems name the same books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fraudgraph.synthetic.hospital.settlement import Form

__all__ = ["DIALECTS", "Dialect", "DialectName"]

DialectName = Literal["mariadb", "sqlserver", "pinyin", "excel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one hospital system writes: the place of its names in the lists below, form of the upload, keys that it carries."""

    name: DialectName
    place: int
    form: Form
    claim_keys: tuple[str, ...]
    coded: int | None


DIALECTS: dict[str, Dialect] = {
    "mariadb": Dialect(name="mariadb", place=0, form="line ids", claim_keys=("encounter_id", "visit_no", "record_no", "hosp_settle_id"), coded=None),
    "sqlserver": Dialect(name="sqlserver", place=1, form="each line", claim_keys=("visit_no",), coded=0),
    "pinyin": Dialect(name="pinyin", place=2, form="by day in packs", claim_keys=("record_no", "hosp_settle_id"), coded=1),
    "excel": Dialect(name="excel", place=3, form="by day", claim_keys=("record_no",), coded=None),
}  # fmt: skip

_TABLE_NAMES = """
patients pat_master PatientMaster BRJBXX 病人基本信息
visits adm_register VisitRegister BRZYDJ 就诊登记
charges fee_detail FeeDetail ZYFYMX 费用明细
item_map item_contrast ItemContrast YBMLDZ 医保目录对照
orders medical_order DoctorAdvice YZJL 医嘱
executions order_exec AdviceExecute YZZX 医嘱执行
lab lis_result LISResult JYBG 检验报告
exams ris_report RISReport JCBG 检查报告
operations opr_record OperationRecord SSMZJL 手术麻醉
nursing nurse_record NursingRecord HLJL 护理记录
ward_days ward_bed_daily BedDaily CWRB 床位日报
home_page mr_front_page MRFrontPage BASY 病案首页
documents emr_document EMRDocument BLWS 病历文书
dispensing drug_dispense DrugDispense FYJL 发药记录
stock_moves store_inout StoreInOut KCCRK 出入库
reagents lis_reagent LISReagent JYSJ 检验试剂
sessions treat_session TreatSession ZLCC 治疗场次
devices equip_ledger EquipmentLedger SBTZ 设备台账
device_logs equip_log EquipmentLog SBRZ 设备日志
staff hr_staff HREmployee ZGXX 职工信息
rota hr_duty HRDutyRoster PBB 排班
payments receipt_record ReceiptRecord SFPJ 收款票据
audit_log sys_oper_log SysOperateLog CZRZ 操作日志
presence access_record AccessRecord QDMJ 签到门禁
"""

_COLUMN_NAMES = """
patient_id pat_id PatientID BRID 病人ID
insurance_no si_no InsuranceNo YBBH 医保编号
name pat_name PatientName BRXM 姓名
sex sex_flag Sex XB 性别
birth_date birth_dt BirthDate CSRQ 出生日期
id_no id_card_no IDCardNo SFZH 身份证号
phone tel_no Telephone LXDH 联系电话
address home_addr Address JTZZ 家庭住址
visit_no adm_no VisitNo JZH 就诊流水号
kind adm_type VisitType JZLX 就诊类型
encounter_id si_mdtrt_id MIEncounterID YBJZID 医保就诊ID
record_no mr_no MRNo BAH 病案号
registered_at reg_time RegisterTime DJSJ 登记时间
operator_id reg_oper RegisterOper DJRY 登记人
contact_phone contact_tel ContactTel LXRDH 联系人电话
ward ward_code WardCode BQDM 病区
bed bed_no BedNo CWH 床号
admitted_at in_time AdmitTime RYSJ 入院时间
discharged_at out_time DischargeTime CYSJ 出院时间
payer fee_type FeeType FB 费别
outcome out_way DischargeWay LYFS 离院方式
admission_source in_source AdmitSource RYTJ 入院途径
meal_plan meal_flag MealFlag DCBZ 订餐标志
settle_no settle_no SettleNo JSXH 医院结算号
cancelled cancel_flag CancelFlag ZFBZ 作废标志
charge_id fee_id FeeID FYXH 费用序号
charged_at fee_time ChargeTime FYSJ 费用时间
hosp_item_code item_code ItemCode XMDM 院内项目编码
item_name item_name ItemName XMMC 院内项目名称
nat_code si_item_code MIItemCode YBXMDM 医保编码
charge_class fee_class FeeClass FYLB 费用类别
unit unit_name Unit DW 单位
quantity qty Quantity SL 数量
unit_price price UnitPrice DJ 单价
amount fee_amt Amount JE 金额
order_id order_no AdviceID YZXH 医嘱号
rx_id presc_no PrescNo CFH 处方号
ordered_by order_doc OrderDoctor KDYS 开单医生
executed_by exec_emp ExecEmployee ZXR 执行人
order_dept order_dept OrderDept KDKS 开单科室
exec_dept exec_dept ExecDept ZXKS 执行科室
reverses_id red_fee_id ReversedFeeID CXFYXH 冲销费用序号
entered_by input_oper InputOper LRR 录入人
entered_at input_time InputTime LRSJ 录入时间
nat_name si_item_name MIItemName YBXMMC 医保名称
unit_factor conv_rate ConvertRate HSXS 换算系数
price std_price StdPrice BZDJ 标准单价
valid_from start_date StartDate QSRQ 生效日期
valid_to end_date EndDate ZZRQ 失效日期
insured si_flag MIFlag YBBZ 医保标志
order_type order_class AdviceType YZLX 医嘱类型
dose dose_txt Dosage JL 剂量
frequency freq_code Frequency PC 频次
route usage_name UsageName YF 用法
issued_at order_time AdviceTime KLSJ 开立时间
issued_by order_doc AdviceDoctor KLYS 开立医生
checked_by check_nurse CheckNurse JDHS 校对护士
stopped_at stop_time StopTime TZSJ 停止时间
urgent urgent_flag UrgentFlag JJBZ 加急标志
exec_id exec_no ExecID ZXXH 执行序号
executed_at exec_time ExecTime ZXSJ 执行时间
executor exec_emp ExecNurse ZXHS 执行者
report_no report_no ReportNo BGDH 报告单号
panel_code test_item ApplyItemCode SQXMDM 申请项目编码
test_name test_name TestName JYXM 检验项目
sampled_at sample_time SampleTime CYSJ1 采样时间
received_at recv_time ReceiveTime JSSJ 接收时间
reported_at report_time ReportTime BGSJ 报告时间
reviewer audit_emp Auditor SHR 审核者
device_id equip_id DeviceID SBBH 设备编号
result result_val ResultValue JG 结果
abnormal abn_flag AbnormalFlag YCBZ 异常标志
lab_name lab_name LabName JYJG 检验机构
modality modality Modality JCLX 检查类型
body_part body_part BodyPart JCBW 检查部位
study_at study_time StudyTime JCSJ 检查时间
reporter report_doc ReportDoctor BGYS 报告医生
study_uid study_uid StudyUID YXUID 影像号
image_hash img_hash ImageHash YXZW 影像指纹
conclusion diag_concl Conclusion JCJL 检查结论
reading_site read_org ReadingSite YPJG 阅片机构
op_id opr_id OperationID SSXH 手术序号
op_code opr_code OperationCode SSDM 手术编码
op_name opr_name OperationName SSMC 手术名称
op_level opr_level OperationLevel SSJB 手术级别
room opr_room OperationRoom SSJ 手术间
started_at begin_time BeginTime KSSJ 开始时间
ended_at finish_time FinishTime JSSJ2 结束时间
surgeon surgeon Surgeon SSYS 术者
assistant first_asst FirstAssistant YZ 一助
anaesthetist anes_doc Anesthetist MZYS 麻醉医师
anaes_from anes_begin AnesBegin MZKS 麻醉开始
anaes_to anes_end AnesEnd MZJS 麻醉结束
recorded_at record_time RecordTime JLSJ 记录时间
nurse nurse_id NurseID HSGH 护士
record_kind record_type RecordType JLLX 记录类型
level nurse_level NursingLevel HLJB 护理级别
vitals vital_sign VitalSign SMTZ 生命体征
signed_at sign_time SignTime QMSJ 签名时间
on_date biz_date BizDate RQ 日期
state status Status ZT 状态
main_diagnosis main_diag MainDiag ZYZD 主要诊断
other_diagnoses other_diag OtherDiag QTZD 其他诊断
op_codes opr_codes OperCodes SSBM 手术操作编码
blood_group abo_type ABOType XX 血型
attending attend_doc AttendDoctor ZZYS 主治医师
total_amount total_fee TotalFee ZFY 总费用
bed_amount bed_fee BedFee CWF 床位费
drug_amount drug_fee DrugFee YPF 药品费
icu_hours icu_hours ICUHours ZZJHSS 重症监护小时
coder coder Coder BMY 编码员
coded_at code_time CodeTime BMSJ 编码时间
doc_id doc_id DocID WSXH 文书序号
doc_kind doc_type DocType WSLX 文书类型
author author_id Author SXZ 书写者
written_at write_time WriteTime SXSJ 书写时间
body doc_text DocText WSNR 文书内容
disp_id disp_id DispenseID FYDH 发药单号
dispensed_at disp_time DispenseTime FYSJ1 发药时间
dispenser disp_emp Dispenser FYR 发药人
returned return_flag ReturnFlag TYBZ 退药标志
trace_code trace_code TraceCode ZSM 追溯码
move_id inout_no InOutNo CRKDH 出入库单号
move_type inout_type InOutType CRKLX 出入库类型
moved_at inout_time InOutTime CRKSJ 出入库时间
booked_at book_time BookTime JZSJ 记账时间
supplier supplier Supplier GYS 供应商
invoice_number invoice_no InvoiceNo FPH 发票号
invoice_date invoice_date InvoiceDate FPRQ 发票日期
warehouse store_name Warehouse KF 库房
reagent_code reagent_code ReagentCode SJDM 试剂编码
reagent_name reagent_name ReagentName SJMC 试剂名称
tests_per_kit test_count TestsPerKit CSRFS 每盒测试数
session_id sess_id SessionID CCXH 场次号
therapist therapist Therapist ZLS 治疗师
signed sign_flag SignFlag QMBZ 签名标志
group_no group_no GroupNo ZBH 组号
device_name equip_name DeviceName SBMC 设备名称
dept dept_name Department KS 科室
serves item_list ItemList SYXM 适用项目
installed_on install_date InstallDate QYRQ 启用日期
retired_on scrap_date RetireDate TYRQ 停用日期
rate_per_hour hour_rate HourRate MXSCN 每小时产能
room_count room_cnt RoomCount FJS 台数
remark remark Remark BZ 备注
log_id log_id LogID RZXH 日志号
staff_id emp_no EmployeeNo GH 工号
staff_name emp_name EmployeeName XM 职工姓名
job job_title JobTitle GW 岗位
scope pract_scope PracticeScope ZYFW 执业范围
licence_to licence_end LicenceEnd ZYYXQ 执业有效期
time_from begin_clock BeginClock SBSJ 上班时间
time_to end_clock EndClock XBSJ 下班时间
invoice_no receipt_no ReceiptNo PJH 票据号
fund_amount si_pay FundPay JJZF 基金支付
cash_amount cash_pay CashPay XJZF 现金支付
waived_amount derate_amt DerateAmount JMJE 减免金额
refunded_amount refund_amt RefundAmount TKJE 退款金额
paid_at pay_time PayTime SKSJ 收款时间
fee_payer payer_name PayerName FKR 付款人
reason reason Reason YY 原因
logged_at oper_time OperateTime CZSJ 操作时间
user_id oper_id OperatorID CZY 操作员
action oper_type OperateType CZLX 操作类型
target_table obj_table ObjectTable CZB 操作表
target_key obj_key ObjectKey ZJ 主键
before_value old_val OldValue XGQ 修改前
after_value new_val NewValue XGH 修改后
person_kind person_type PersonType RYLX 人员类型
person_id person_no PersonNo RYBH 人员编号
presence_kind access_type AccessType DKLX 打卡类型
seen_at access_time AccessTime DKSJ 打卡时间
place place Place DD 地点
"""

_CODES = """
kind inpatient 住院 1 I
kind outpatient 门诊 2 O
kind checkup 体检 3 T
kind newborn 新生儿 4 N
payer employee 职工医保 01 310
payer resident 居民医保 02 390
payer self 自费 99 000
order_type long 长期 1 L
order_type stat 临时 2 S
state day 白班 D 1
state night 夜班 N 2
state off 休息 O 3
state leave 休假 L 4
state remote 居家审片 R 5
state in 在院 1 11
state leave_bed 请假 2 12
move_type opening 期初 0 QC
move_type purchase 采购入库 1 RK
move_type issue 出库 2 CK
move_type transfer_in 调拨入库 3 DR
move_type donation 捐赠入库 4 JZ
move_type consignment 寄售出库 5 JS
presence_kind meal 订餐 M 1
presence_kind sign-in 签到 S 2
person_kind patient 病人 P 1
person_kind staff 职工 E 2
"""


def _names(text: str) -> dict[str, tuple[str, ...]]:
    rows = (line.split() for line in text.strip().splitlines())
    return {row[0]: tuple(row[1:]) for row in rows}


TABLE_NAMES = _names(_TABLE_NAMES)
COLUMN_NAMES = _names(_COLUMN_NAMES)
CODES: dict[tuple[str, str], tuple[str, str, str]] = {}
"""(column, value) to (in words, SQL Server's code, pinyin system's code)."""
for _line in _CODES.strip().splitlines():
    _column, _value, _words, _one, _two = _line.split()
    CODES[(_column, _value)] = (_words, _one, _two)
CLASS_WORDS = {
    "bed": "床位费", "nursing": "护理费", "registration": "挂号费", "visit": "诊查费", "service": "治疗费",
    "bedside": "治疗费", "consumable": "材料费", "implant": "材料费", "drug": "药品费", "herb": "中草药费",
    "lab": "化验费", "exam": "检查费", "operation": "手术费", "anaesthesia": "麻醉费", "therapy": "康复理疗费",
    "group_therapy": "康复理疗费", "dialysis": "透析费", "crrt": "透析费", "self": "其他费", "package": "病种费",
}  # fmt: skip
