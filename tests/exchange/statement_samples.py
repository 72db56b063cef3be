"""Statements as the channels write them, with every quirk of the real files, made from plain rows."""

from __future__ import annotations

from collections.abc import Sequence

ALIPAY_ACCOUNT_HEADER = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,"
    "账户余额（元）,交易渠道,业务类型,备注"
)
ALIPAY_BUSINESS_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
ALIPAY_RECORD_HEADER = (
    "交易时间            ,交易分类                ,交易对方                ,对方账号                ,"
    "商品说明                ,收/支                 ,金额                  ,收/付款方式              ,"
    "交易状态                ,交易订单号     ,商家订单号           ,备注                  ,"
)
ALIPAY_WEB_HEADER = (
    "交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,"
    "最近修改时间              ,交易来源地     ,类型              ,交易对方            ,商品名称                ,"
    "金额（元）   ,收/支     ,交易状态    ,服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,"
)
WECHAT_TRADE_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
WECHAT_FLOW_HEADER = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号"
)
WECHAT_PERSONAL_HEADER = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"


def alipay_account_row(
    serial: str,
    *,
    business_no: str = "",
    order_no: str = "",
    at: str = "2026-11-23 10:00:00",
    income: str = "0.00",
    expense: str = "0.00",
    kind: str = "退款",
    note: str = "",
) -> str:
    return (
        f"{serial}\t,{business_no}\t,{order_no}\t,点卡\t,{at},林小雨 (lin***@qq.com)\t,{income},{expense},14533.03,"
        f"支付宝,{kind},{note}"
    )


def alipay_account(rows: Sequence[str], *, header: str = ALIPAY_ACCOUNT_HEADER) -> bytes:
    lines = [
        "#支付宝账务明细查询",
        "#账号：[20888011365400330156]",
        "#起始日期：[2026年11月01日 00:00:00]   终止日期：[2026年12月01日 00:00:00]",
        "#-----------------------------------------账务明细列表----------------------------------------",
        header,
        *rows,
        "#----------------------------------------账务明细列表结束-------------------------------------",
        "#支出合计：1笔，共52.20元",
        "#收入合计：0笔，共0.00元",
        "#导出时间：[2026年12月01日 13:19:01]",
    ]
    return "\r\n".join([*lines, ""]).encode("gb18030")


def alipay_business_row(
    trade_no: str,
    order_no: str,
    kind: str,
    amount: str,
    *,
    request_no: str = "",
    at: str = "2026-11-23 10:56:48",
) -> str:
    return (
        f"{trade_no}\t,{order_no}\t,{kind}\t,TUC1,2026-11-22 10:55:16,{at},\t,\t,\t,\t,**雨(156******89)\t,{amount},"
        f"{amount},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,{request_no}\t,0.00,0.00,"
    )


def alipay_business(rows: Sequence[str]) -> bytes:
    lines = [
        "#支付宝业务明细查询",
        "#账号：[20887226827483540156]",
        "#起始日期：[2026年11月23日 00:00:00]   终止日期：[2026年11月24日 00:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------------",
        ALIPAY_BUSINESS_HEADER,
        *rows,
        "#-----------------------------------------业务明细列表结束------------------------------------",
        "#交易合计：1笔，商家实收共90.00元，商家优惠共0.00元",
        "#退款合计：1笔，商家实收退款共-52.20元",
        "#导出时间：[2026年11月24日 06:00:00]",
    ]
    return "\r\n".join([*lines, ""]).encode("gb18030")


def alipay_record_row(
    amount: str,
    *,
    at: str = "2026-11-23 18:21:04",
    kind: str = "退款",
    goods: str = "退款-点卡",
    direction: str = "支出",
    state: str = "退款成功",
    trade_no: str = "2026112322001413960572901110",
    order_no: str = "",
    note: str = "",
) -> str:
    return (
        f"{at} ,{kind:<20},林小雨                 ,lin***@qq.com         ,{goods:<16},{direction:<12},{amount:<20},"
        f"余额                  ,{state:<16},{trade_no}\t,{order_no:<20}\t,{note:<20},"
    )


def alipay_record(rows: Sequence[str], *, count: int | None = None) -> bytes:
    lines = [
        "------------------------------------------------------------------------------------",
        "导出信息：",
        "姓名：林默",
        "支付宝账户：linmo@example.com",
        "起始时间：[2026-11-01 00:00:00]    终止时间：[2026-11-30 23:59:59]",
        "导出交易类型：[全部]",
        "导出时间：[2026-12-01 09:12:52]",
        f"共{len(rows) if count is None else count}笔记录",
        "收入：1笔 90.00元",
        "支出：1笔 52.20元",
        "不计收支：0笔 0.00元",
        "",
        "特别提示：",
        "1.本回单内容可表明支付宝受理了相应支付交易申请，因系统原因导致本回单与实际交易结果不符时，以实际交易情况为准；",
        "2.本明细仅供个人对账使用。",
        "",
        "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------",
        ALIPAY_RECORD_HEADER,
        *rows,
    ]
    return "\r\n".join([*lines, ""]).encode("gb18030")


def alipay_web_row(
    trade_no: str,
    order_no: str,
    amount: str,
    *,
    direction: str = "收入",
    state: str = "交易成功",
    returned: str = "0.00",
    money_state: str = "已收入",
    changed_at: str = "2026-11-23 09:00:00",
) -> str:
    return (
        f"{trade_no}  ,{order_no:<24},2026-11-22 10:00:00 ,2026-11-22 10:00:05 ,{changed_at} ,"
        f"其他（包括阿里巴巴和外部商家）,即时到账交易    ,林小雨             ,点卡                  ,{amount:<10},"
        f"{direction:<6},{state:<8},0.00     ,{returned:<8},                    ,{money_state:<8},"
    )


def alipay_web(rows: Sequence[str]) -> bytes:
    lines = [
        "支付宝交易记录明细查询",
        "账号:[linmo@example.com]",
        "起始日期:[2026-11-01 00:00:00]    终止日期:[2026-12-01 00:00:00]",
        "---------------------------------交易记录明细列表------------------------------------",
        ALIPAY_WEB_HEADER,
        *rows,
        "------------------------------------------------------------------------------------",
        f"共{len(rows)}笔记录",
        "已收入:1笔,90.00元",
        "待收入:0笔,0.00元",
        "已支出:0笔,0.00元",
        "导出时间:[2026-12-01 09:00:00]    用户:林默",
    ]
    return "\r\n".join([*lines, ""]).encode("gb18030")


def wechat_trade_row(
    trade_no: str,
    order_no: str,
    amount: str,
    *,
    refund_no: str = "0",
    merchant_refund_no: str = "0",
    refund_state: str = "",
    at: str = "2026-11-23 11:00:00",
    goods: str = "点卡",
    net: str | None = None,
) -> str:
    is_refund = refund_no != "0"
    paid, returned = ("0.00", amount) if is_refund else (amount, "0.00")
    cells = (
        *(at, "wx81be3101902f7cb2", "1601959334", "0", "", trade_no, order_no, "ofyak5qR_1wYsC99CsWA6R9MJazA"),
        *("NATIVE", "REFUND" if is_refund else "SUCCESS", "OTHERS", "CNY", paid, "0.00", refund_no, merchant_refund_no),
        *(net or returned, "0.00", "ORIGINAL" if is_refund else "", refund_state, goods, "", "0.00000", "0.60%"),
        *(paid, returned, ""),
    )
    return ",".join(f"`{cell}" for cell in cells)


def wechat_trade(rows: Sequence[str]) -> bytes:
    lines = [
        WECHAT_TRADE_HEADER,
        *rows,
        "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额",
        f"`{len(rows)},`90.00,`52.20,`0.00,`0.00000,`90.00,`52.20",
    ]
    return b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode("utf-8")


def wechat_flow_row(
    refund_no: str,
    trade_no: str,
    amount: str,
    *,
    kind: str = "退款",
    direction: str = "支出",
    note: str = "",
    voucher: str = "",
    at: str = "2026-11-23 13:54:01",
) -> str:
    cells = (at, refund_no, trade_no, kind, kind, direction, amount, "100.22", "1601959334API", note, voucher)
    return ",".join(f"`{cell}" for cell in cells)


def wechat_flow(rows: Sequence[str]) -> bytes:
    lines = [
        WECHAT_FLOW_HEADER,
        *rows,
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额",
        f"`{len(rows)},`0,`0.00,`1,`52.20",
    ]
    return "\r\n".join([*lines, ""]).encode("utf-8")


def wechat_personal_row(
    amount: str,
    *,
    at: str = "2026-11-23 12:45:27",
    kind: str = "二维码收款",
    goods: str = "/",
    direction: str = "收入",
    state: str = "已收钱",
    trade_no: str = "1000107301261123000612345678",
    order_no: str = "/",
    note: str = "/",
) -> str:
    return f'{at},{kind},林小雨,"{goods}",{direction},¥{amount},/,{state},{trade_no}\t,{order_no}\t,"{note}"'


def wechat_titles(count: int) -> list[str]:
    return [
        "微信支付账单明细",
        "微信昵称：[林默的小店]",
        "起始时间：[2026-11-01 00:00:00] 终止时间：[2026-11-30 23:59:59]",
        "导出类型：[全部]",
        "导出时间：[2026-12-01 16:05:22]",
        "",
        f"共{count}笔记录",
        "收入：1笔 90.00元",
        "支出：1笔 52.20元",
        "中性交易：0笔 0.00元",
        "注：",
        "1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易",
        "2. 本明细仅展示当前账单中的交易，不包括已删除的记录",
        "3. 本明细仅供个人对账使用",
        "",
        "----------------------微信支付账单明细列表--------------------",
    ]


def wechat_personal(rows: Sequence[str], *, count: int | None = None) -> bytes:
    titles = [f"{title},,,,,,,," for title in wechat_titles(len(rows) if count is None else count)]
    lines = [*titles, WECHAT_PERSONAL_HEADER, *rows]
    return b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode("utf-8")
