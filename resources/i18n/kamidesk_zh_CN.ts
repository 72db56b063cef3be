<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutCard</name>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>Kamidesk {version}, MIT licence. It works on this computer and sends nothing anywhere.</source>
        <translation>Kamidesk {version}，MIT 许可证。程序只在本机运行，不向任何地方发送数据。</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Kamidesk is made with these parts; thanks to the people who wrote them.</source>
        <translation>Kamidesk 使用了以下组件，感谢它们的作者。</translation>
    </message>
</context>
<context>
    <name>AppealDialog</name>
    <message>
        <source>The buyer appeals against {request}</source>
        <translation>买家对 {request} 的处理结果提出申诉</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>The decision stands until the dispute ends. If the buyer wins, the refund is opened again.</source>
        <translation>争议结束前，原处理结果不变；如支持买家，将重新受理退款。</translation>
    </message>
    <message>
        <source>Where it went</source>
        <translation>提交到哪里</translation>
    </message>
    <message>
        <source>Goes to</source>
        <translation>受理方</translation>
    </message>
</context>
<context>
    <name>AskDialog</name>
    <message>
        <source>Ask the buyer for evidence</source>
        <translation>向买家索要凭证</translation>
    </message>
    <message>
        <source>Ask and pause the clock</source>
        <translation>索要并暂停计时</translation>
    </message>
    <message>
        <source>{kind} (on file)</source>
        <translation>{kind}（已有）</translation>
    </message>
    <message>
        <source>What else you need to know</source>
        <translation>还需要了解什么</translation>
    </message>
    <message>
        <source>What else do you need to know?</source>
        <translation>还需要了解什么？</translation>
    </message>
    <message>
        <source>The question</source>
        <translation>问句</translation>
    </message>
    <message>
        <source>Copy the question</source>
        <translation>复制问句</translation>
    </message>
</context>
<context>
    <name>Attempts</name>
    <message>
        <source>Another program is writing to the shop; this step is taken as soon as it is done…</source>
        <translation>另一个程序正在写入店铺，写完后会自动继续这一步…</translation>
    </message>
</context>
<context>
    <name>AuditPage</name>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>申请</translation>
    </message>
    <message>
        <source>Refunds</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Card keys</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Proofs and evidence</source>
        <translation>证明与凭证</translation>
    </message>
    <message>
        <source>Rules and settings</source>
        <translation>规则与设置</translation>
    </message>
    <message>
        <source>Vault and signatures</source>
        <translation>密钥与签名</translation>
    </message>
    <message>
        <source>Exports and verifications</source>
        <translation>导出与校验</translation>
    </message>
    <message>
        <source>Everything else</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Export for somebody else…</source>
        <translation>导出给他人核验…</translation>
    </message>
    <message>
        <source>The log with its signatures in one file that anybody can verify without this shop</source>
        <translation>把日志连同签名写成一个文件，任何人无需本店铺即可核验</translation>
    </message>
    <message>
        <source>Find an event</source>
        <translation>查找记录</translation>
    </message>
    <message>
        <source>What happened, who, a fact, an order no.…</source>
        <translation>事件、操作员、事实或订单号…</translation>
    </message>
    <message>
        <source>Kind of event</source>
        <translation>事件类型</translation>
    </message>
    <message>
        <source>Every kind</source>
        <translation>全部类型</translation>
    </message>
    <message>
        <source>Events of one order</source>
        <translation>某一订单的记录</translation>
    </message>
    <message>
        <source>Whole order no.</source>
        <translation>完整订单号</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Event log</source>
        <translation>操作日志</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>序号</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>事件</translation>
    </message>
    <message>
        <source>Order no.</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Choose an event to see all of it.</source>
        <translation>选择一条记录查看全部内容。</translation>
    </message>
    <message>
        <source>Open the order</source>
        <translation>打开订单</translation>
    </message>
    <message>
        <source>Only this order</source>
        <translation>只看此订单</translation>
    </message>
    <message>
        <source>The chosen event</source>
        <translation>所选记录</translation>
    </message>
    <message>
        <source>Nothing happened yet</source>
        <translation>还没有记录</translation>
    </message>
    <message>
        <source>Every change of the shop will stand here.</source>
        <translation>店铺的每一次变更都会记在这里。</translation>
    </message>
    <message>
        <source>No such event</source>
        <translation>没有符合的记录</translation>
    </message>
    <message>
        <source>Nothing in the log fits these filters.</source>
        <translation>日志中没有符合这些筛选条件的记录。</translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>序号</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>{path} was written: {count} events in clear.</source>
        <translation>已写入 {path}：公开内容的记录 {count} 条。</translation>
    </message>
    <message>
        <source>Exporting the event log</source>
        <translation>正在导出操作日志</translation>
    </message>
</context>
<context>
    <name>BackupCard</name>
    <message>
        <source>Last backup</source>
        <translation>最近备份</translation>
    </message>
    <message>
        <source>Last verified</source>
        <translation>最近校验</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Back up now</source>
        <translation>立即备份</translation>
    </message>
    <message>
        <source>Verify the last</source>
        <translation>校验最新备份</translation>
    </message>
    <message>
        <source>Restore a backup…</source>
        <translation>恢复备份…</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Choose the backup folder</source>
        <translation>选择备份文件夹</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open the backup folder</source>
        <translation>打开备份文件夹</translation>
    </message>
    <message>
        <source>Backups</source>
        <translation>备份</translation>
    </message>
    <message>
        <source>Made by itself every half hour and on closing, when something changed. A folder on another disk also survives the loss of this one. A backup opens with the password of its time.</source>
        <translation>有变更时每半小时和关闭时自动备份。选另一块磁盘上的文件夹，本机磁盘损坏也不怕。备份用当时的密码打开。</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>{when}, nothing changed since</source>
        <translation>{when}，此后无变更</translation>
    </message>
    <message>
        <source>{when}</source>
        <translation>{when}</translation>
    </message>
    <message>
        <source>not yet; once a month by itself</source>
        <translation>尚未；每月自动一次</translation>
    </message>
    <message>
        <source>{when}: sound</source>
        <translation>{when}：完好</translation>
    </message>
    <message>
        <source>{folder} (backups: {count})</source>
        <translation>{folder}（备份 {count} 份）</translation>
    </message>
    <message>
        <source>Making a backup</source>
        <translation>正在备份</translation>
    </message>
    <message>
        <source>Verifying the backup</source>
        <translation>正在校验备份</translation>
    </message>
    <message>
        <source>Made, but files are missing in the shop itself: {count}. Check the shop.</source>
        <translation>已备份，但店铺本身缺失 {count} 个文件，请检查店铺数据。</translation>
    </message>
    <message>
        <source>The backup is made and checked.</source>
        <translation>备份已完成并通过检查。</translation>
    </message>
    <message>
        <source>The backup is made and checked; locked, the shop could not sign it.</source>
        <translation>备份已完成并通过检查；店铺已锁定，未签名。</translation>
    </message>
    <message>
        <source>The last backup is sound.</source>
        <translation>最新备份完好。</translation>
    </message>
</context>
<context>
    <name>BackupNotice</name>
    <message>
        <source>No backup: {problem}</source>
        <translation>无法备份：{problem}</translation>
    </message>
    <message>
        <source>The last backup is doubtful: {problem}</source>
        <translation>最新备份有疑点：{problem}</translation>
    </message>
</context>
<context>
    <name>BatchDialog</name>
    <message>
        <source>Batch {name}</source>
        <translation>批次 {name}</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Another last usable day counts for all its keys at once.</source>
        <translation>修改最后有效日，立即适用于本批次全部卡密。</translation>
    </message>
    <message>
        <source>Supplier</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Invoice number</source>
        <translation>发票号</translation>
    </message>
    <message>
        <source>Cost per key</source>
        <translation>单条成本</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>不详</translation>
    </message>
    <message>
        <source>Last usable day</source>
        <translation>最后有效日</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>BatchesView</name>
    <message>
        <source>Batches of this product</source>
        <translation>该商品的批次</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>Imported</source>
        <translation>导入日期</translation>
    </message>
    <message>
        <source>Usable until</source>
        <translation>有效期至</translation>
    </message>
    <message>
        <source>Supplier</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>成本</translation>
    </message>
    <message>
        <source>Invoice</source>
        <translation>发票</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>No batch yet</source>
        <translation>还没有批次</translation>
    </message>
    <message>
        <source>Import keys for this product first.</source>
        <translation>请先为该商品导入卡密。</translation>
    </message>
    <message>
        <source>Its keys</source>
        <translation>本批卡密</translation>
    </message>
    <message>
        <source>Facts…</source>
        <translation>批次信息…</translation>
    </message>
    <message>
        <source>Undo the import…</source>
        <translation>撤销导入…</translation>
    </message>
    <message>
        <source>Batches</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>pasted</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>{name} (undone)</source>
        <translation>{name}（已撤销）</translation>
    </message>
    <message>
        <source>Undo the import of {batch}</source>
        <translation>撤销导入批次 {batch}</translation>
    </message>
    <message>
        <source>All {count} keys of the batch are deleted; they can be imported again.</source>
        <translation>该批次的 {count} 条卡密将全部删除，之后可以重新导入。</translation>
    </message>
    <message>
        <source>It is refused when one of them left the stock, if only for a while.</source>
        <translation>只要有一条曾经离库，就不能撤销。</translation>
    </message>
    <message>
        <source>The batch and the log stay.</source>
        <translation>批次和日志保留。</translation>
    </message>
    <message>
        <source>Undo the import</source>
        <translation>撤销导入</translation>
    </message>
    <message>
        <source>Undoing the import</source>
        <translation>正在撤销导入</translation>
    </message>
    <message>
        <source>The import was undone; {count} keys are gone.</source>
        <translation>导入已撤销，删除了 {count} 条卡密。</translation>
    </message>
</context>
<context>
    <name>BugReporter</name>
    <message>
        <source>Something went wrong in Kamidesk</source>
        <translation>Kamidesk 出现了错误</translation>
    </message>
    <message>
        <source>Your data is safe: a step that fails is undone as a whole. Please copy this report and send it with what you did; it is also kept in {file}.</source>
        <translation>您的数据是安全的：失败的操作会整体撤销。请复制这份报告，连同当时的操作一起发给我们；报告也保存在 {file}。</translation>
    </message>
</context>
<context>
    <name>ChangeEvidenceDialog</name>
    <message>
        <source>Describe the evidence</source>
        <translation>修改凭证说明</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>{kind}: {name}. The file stays as it is; the change goes into the event log.</source>
        <translation>{kind}：{name}。文件保持原样，修改会记入操作日志。</translation>
    </message>
    <message>
        <source>seen, no file</source>
        <translation>已见到，无附件</translation>
    </message>
</context>
<context>
    <name>ChannelDialog</name>
    <message>
        <source>Change the channel</source>
        <translation>修改渠道</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Name of the channel</source>
        <translation>渠道名称</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>In use: new orders can be entered for it</source>
        <translation>启用：可以为它录入新订单</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Its orders and their rules stay either way.</source>
        <translation>无论是否启用，它的订单和政策都会保留。</translation>
    </message>
</context>
<context>
    <name>CheckCard</name>
    <message>
        <source>Check the shop</source>
        <translation>检查店铺数据</translation>
    </message>
    <message>
        <source>Check the evidence</source>
        <translation>检查凭证</translation>
    </message>
    <message>
        <source>Export the event log…</source>
        <translation>导出事件日志…</translation>
    </message>
    <message>
        <source>What the check found</source>
        <translation>检查发现的问题</translation>
    </message>
    <message>
        <source>Soundness</source>
        <translation>数据完整性</translation>
    </message>
    <message>
        <source>Compares log, sums, proofs, seals and all evidence with what was stored. Changes nothing.</source>
        <translation>将日志、合计、证明、加密数据和全部凭证与存入时核对，不做任何更改。</translation>
    </message>
    <message>
        <source>Checking the shop</source>
        <translation>正在检查店铺数据</translation>
    </message>
    <message>
        <source>All evidence is as it was stored.</source>
        <translation>全部凭证与存入时一致。</translation>
    </message>
    <message>
        <source>No evidence is missing; unlock the shop to compare the contents as well.</source>
        <translation>没有凭证缺失；解锁店铺后可进一步核对内容。</translation>
    </message>
    <message>
        <source>Found: {count}. Restore a backup, or ask for help.</source>
        <translation>发现 {count} 个问题。请恢复备份，或寻求帮助。</translation>
    </message>
    <message>
        <source>The shop is sound.</source>
        <translation>店铺数据完好。</translation>
    </message>
    <message>
        <source>Checking the evidence</source>
        <translation>正在检查凭证</translation>
    </message>
    <message>
        <source>Sound as far as it can be read while locked: the seals were not opened.</source>
        <translation>锁定状态下能检查的部分均完好；加密数据未解密检查。</translation>
    </message>
</context>
<context>
    <name>Closing</name>
    <message>
        <source>Work is under way</source>
        <translation>还有任务在进行</translation>
    </message>
    <message>
        <source>Still at it: {work}.</source>
        <translation>正在进行：{work}。</translation>
    </message>
    <message>
        <source>Closing stops it; nothing is left half done.</source>
        <translation>关闭会停止它，不会留下半成品。</translation>
    </message>
    <message>
        <source>Stop it and close</source>
        <translation>停止并关闭</translation>
    </message>
    <message>
        <source>Stopping: {work}…</source>
        <translation>正在停止：{work}…</translation>
    </message>
    <message>
        <source>Making a backup, then Kamidesk closes.</source>
        <translation>正在备份，随后 Kamidesk 会关闭。</translation>
    </message>
    <message>
        <source>Kamidesk stays open: something new was begun.</source>
        <translation>您开始了新的操作，Kamidesk 保持打开。</translation>
    </message>
</context>
<context>
    <name>ClosingDialog</name>
    <message>
        <source>Kamidesk closes</source>
        <translation>正在关闭 Kamidesk</translation>
    </message>
    <message>
        <source>Close without waiting</source>
        <translation>不等待，直接关闭</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>继续使用</translation>
    </message>
</context>
<context>
    <name>ConfirmDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Reason (kept in the record)</source>
        <translation>原因（会保存在记录中）</translation>
    </message>
    <message>
        <source>Please give a reason first.</source>
        <translation>请先填写原因。</translation>
    </message>
</context>
<context>
    <name>CopyButton</name>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copied for {seconds} s</source>
        <translation>已复制，{seconds} 秒后清除</translation>
    </message>
</context>
<context>
    <name>CorrespondenceView</name>
    <message>
        <source>Note for the shop</source>
        <translation>店内备注</translation>
    </message>
    <message>
        <source>Note for the shop; the buyer never sees it</source>
        <translation>店内备注，买家看不到</translation>
    </message>
    <message>
        <source>Add note</source>
        <translation>添加备注</translation>
    </message>
    <message>
        <source>Correspondence and notes</source>
        <translation>往来与备注</translation>
    </message>
    <message>
        <source>asked for evidence</source>
        <translation>索要凭证</translation>
    </message>
    <message>
        <source>answered</source>
        <translation>买家答复</translation>
    </message>
    <message>
        <source>negotiated</source>
        <translation>协商</translation>
    </message>
    <message>
        <source>replied</source>
        <translation>商家答复</translation>
    </message>
    <message>
        <source>Buyer</source>
        <translation>买家</translation>
    </message>
    <message>
        <source>Shop</source>
        <translation>店铺</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Outcome: {text}</source>
        <translation>结果：{text}</translation>
    </message>
    <message>
        <source>Answered, not ended</source>
        <translation>已答复，未结束</translation>
    </message>
    <message>
        <source>No answer yet</source>
        <translation>尚未答复</translation>
    </message>
    <message>
        <source>Opened again as {request}</source>
        <translation>已重新受理为 {request}</translation>
    </message>
    <message>
        <source>Record the outcome…</source>
        <translation>登记结果…</translation>
    </message>
</context>
<context>
    <name>DamageDialog</name>
    <message>
        <source>The shop file is damaged</source>
        <translation>店铺文件已损坏</translation>
    </message>
    <message>
        <source>Look at this backup…</source>
        <translation>查看这份备份…</translation>
    </message>
    <message>
        <source>What would be lost, and what would come from elsewhere</source>
        <translation>会丢失什么，以及哪些取自别处</translation>
    </message>
    <message>
        <source>Salvage</source>
        <translation>抢救</translation>
    </message>
    <message>
        <source>Another backup…</source>
        <translation>其他备份…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>There are two ways back</source>
        <translation>有两条路可以恢复</translation>
    </message>
    <message>
        <source>Nothing is repaired in the damaged file itself. Whichever you take, it is moved aside whole, and evidence, proofs and backups stay.</source>
        <translation>损坏的文件本身不会被修补。无论选哪条路，它都会整个移到一旁，凭证、证明和备份留在原处。</translation>
    </message>
    <message>
        <source>The newest good backup</source>
        <translation>最近的完好备份</translation>
    </message>
    <message>
        <source>Salvage: a new file of all that can be read</source>
        <translation>抢救：用仍可读取的全部内容建立新文件</translation>
    </message>
    <message>
        <source>Looking for it…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Reading what is left…</source>
        <translation>正在读取残存的内容…</translation>
    </message>
    <message>
        <source>Reading the damaged file</source>
        <translation>正在读取损坏的文件</translation>
    </message>
    <message>
        <source>Choose one yourself.</source>
        <translation>请自行选择一份备份。</translation>
    </message>
    <message>
        <source>This file cannot be salvaged.</source>
        <translation>此文件无法抢救。</translation>
    </message>
    <message>
        <source>There is none where backups of this shop are kept.</source>
        <translation>这家店铺存放备份的地方没有完好的备份。</translation>
    </message>
    <message>
        <source>Made {when}. It is whole, and nothing that can still be read here is newer.</source>
        <translation>备份于 {when}。内容完整，这里没有比它更新、仍可读取的内容。</translation>
    </message>
    <message>
        <source>Made {when}. It is whole, but later orders ({orders}), later requests ({requests}) and later entries of the log ({events}), which can still be read here, are not in it.</source>
        <translation>备份于 {when}。内容完整，但缺少此后、这里仍可读取的订单（{orders} 个）、申请（{requests} 个）和操作记录（{events} 条）。</translation>
    </message>
    <message>
        <source>The file itself is not damaged: there is nothing to salvage.</source>
        <translation>文件本身没有损坏，无需抢救。</translation>
    </message>
    <message>
        <source>{percent} % of the rows are saved: {kept} of them. Known to be lost: {lost}.</source>
        <translation>可保留 {percent} % 的数据，共 {kept} 行；已知丢失 {lost} 行。</translation>
    </message>
    <message>
        <source>Some tables may have lost more than can be counted.</source>
        <translation>有些数据的丢失数量无法准确统计。</translation>
    </message>
    <message>
        <source>Entries of the log that are lost: {count}; every verification will say so.</source>
        <translation>丢失操作记录 {count} 条，今后每次校验都会提示。</translation>
    </message>
    <message>
        <source>Left out, because nobody can tell whether they were deleted before: {count}.</source>
        <translation>另有 {count} 行无法确认是否早已删除，未采用。</translation>
    </message>
    <message>
        <source>The ways to unlock are lost and in no backup: salvaged, neither card keys nor buyers&apos; data could ever be read again. Look for an older backup first.</source>
        <translation>解锁方式已丢失，备份中也没有：抢救之后，卡密和买家信息将永远无法读取。请先寻找更早的备份。</translation>
    </message>
    <message>
        <source>saved {count}</source>
        <translation>保留 {count}</translation>
    </message>
    <message>
        <source>lost {count}</source>
        <translation>丢失 {count}</translation>
    </message>
    <message>
        <source>from the backup {count}</source>
        <translation>取自备份 {count}</translation>
    </message>
    <message>
        <source>of these as they were then {count}</source>
        <translation>其中为备份时的状态 {count}</translation>
    </message>
    <message>
        <source>rebuilt from the log {count}</source>
        <translation>由日志重建 {count}</translation>
    </message>
    <message>
        <source>without what they belong to {count}</source>
        <translation>所属记录丢失 {count}</translation>
    </message>
    <message>
        <source>links emptied {count}</source>
        <translation>关联置空 {count}</translation>
    </message>
    <message>
        <source>namely {names}</source>
        <translation>即 {names}</translation>
    </message>
</context>
<context>
    <name>DayOverrides</name>
    <message>
        <source>Corrected days</source>
        <translation>已更正的日期</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Weekday</source>
        <translation>星期</translation>
    </message>
    <message>
        <source>Counts as</source>
        <translation>视为</translation>
    </message>
    <message>
        <source>Working day</source>
        <translation>工作日</translation>
    </message>
    <message>
        <source>Day off</source>
        <translation>休息日</translation>
    </message>
    <message>
        <source>No corrections</source>
        <translation>没有更正</translation>
    </message>
    <message>
        <source>Weekends and the announced public holidays are known already.</source>
        <translation>周末和已公布的法定节假日已经计入。</translation>
    </message>
    <message>
        <source>Day to correct</source>
        <translation>要更正的日期</translation>
    </message>
    <message>
        <source>How the day counts</source>
        <translation>这一天视为</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>DecidedView</name>
    <message>
        <source>The rules said</source>
        <translation>裁定建议</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Fee kept</source>
        <translation>收取手续费</translation>
    </message>
    <message>
        <source>Settled by</source>
        <translation>处理方式</translation>
    </message>
    <message>
        <source>Ground</source>
        <translation>拒绝理由</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>处理时间</translation>
    </message>
    <message>
        <source>Track the refund</source>
        <translation>跟踪退款</translation>
    </message>
    <message>
        <source>The buyer appeals…</source>
        <translation>买家申诉…</translation>
    </message>
    <message>
        <source>Make dossier…</source>
        <translation>制作证据包…</translation>
    </message>
    <message>
        <source>New keys for the buyer</source>
        <translation>给买家的新卡密</translation>
    </message>
    <message>
        <source>Copy the keys</source>
        <translation>复制卡密</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>处理结果</translation>
    </message>
    <message>
        <source>New keys for the buyer ({count})</source>
        <translation>给买家的新卡密（{count}）</translation>
    </message>
    <message>
        <source>{amount} (the rules proposed {proposed})</source>
        <translation>{amount}（规则建议 {proposed}）</translation>
    </message>
</context>
<context>
    <name>DecisionBar</name>
    <message>
        <source>Refund {amount} and reissue {count}</source>
        <translation>退款 {amount} 并补发 {count} 条</translation>
    </message>
    <message>
        <source>Compensate {amount}</source>
        <translation>补偿 {amount}</translation>
    </message>
    <message>
        <source>Approve refund of {amount}</source>
        <translation>同意退款 {amount}</translation>
    </message>
    <message>
        <source>Reissue {count}</source>
        <translation>补发 {count} 条</translation>
    </message>
    <message>
        <source>Cancel the order</source>
        <translation>取消订单</translation>
    </message>
    <message>
        <source>Deliver again</source>
        <translation>重新发送</translation>
    </message>
    <message>
        <source>Reopen the order</source>
        <translation>恢复订单</translation>
    </message>
    <message>
        <source>Approve without a refund</source>
        <translation>同意，不退款</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>同意</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>Ask for evidence</source>
        <translation>索要凭证</translation>
    </message>
    <message>
        <source>Record a negotiation…</source>
        <translation>记录协商…</translation>
    </message>
    <message>
        <source>Redemption proof</source>
        <translation>核销证明</translation>
    </message>
    <message>
        <source>Escalate…</source>
        <translation>升级处理…</translation>
    </message>
    <message>
        <source>Settle by</source>
        <translation>处理方式</translation>
    </message>
    <message>
        <source>Change the amount…</source>
        <translation>修改金额…</translation>
    </message>
    <message>
        <source>Refund in yuan</source>
        <translation>退款金额（元）</translation>
    </message>
    <message>
        <source>Reason for the amount</source>
        <translation>修改金额的原因</translation>
    </message>
    <message>
        <source>Why this amount? (kept with the decision)</source>
        <translation>为什么是这个金额？（随处理结果保存）</translation>
    </message>
    <message>
        <source>Refuse…</source>
        <translation>拒绝…</translation>
    </message>
    <message>
        <source>The buyer answered</source>
        <translation>买家已答复</translation>
    </message>
    <message>
        <source>Join the earlier request</source>
        <translation>并入更早的申请</translation>
    </message>
    <message>
        <source>Freeze the keys</source>
        <translation>冻结卡密</translation>
    </message>
    <message>
        <source>Unlock the order</source>
        <translation>解锁订单</translation>
    </message>
    <message>
        <source>Proof</source>
        <translation>证明</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Negotiation…</source>
        <translation>记录协商…</translation>
    </message>
    <message>
        <source>Withdrawn…</source>
        <translation>买家撤回…</translation>
    </message>
    <message>
        <source>The buyer takes the request back</source>
        <translation>买家收回申请</translation>
    </message>
    <message>
        <source>Make dossier…</source>
        <translation>制作证据包…</translation>
    </message>
    <message>
        <source>Keys: A R E N P</source>
        <translation>快捷键：A R E N P</translation>
    </message>
    <message>
        <source>A approve, R refuse, E ask for evidence, N negotiation, P proof, J and K move</source>
        <translation>A 同意，R 拒绝，E 索要凭证，N 记录协商，P 核销证明，J、K 上下移动</translation>
    </message>
    <message>
        <source>Ground of the refusal</source>
        <translation>拒绝理由</translation>
    </message>
    <message>
        <source>Words to add for the buyer</source>
        <translation>给买家的补充说明</translation>
    </message>
    <message>
        <source>Add in your words (the buyer reads it)</source>
        <translation>用自己的话补充（买家会看到）</translation>
    </message>
    <message>
        <source>Refuse the request</source>
        <translation>拒绝申请</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>On which ground?</source>
        <translation>依据什么理由？</translation>
    </message>
    <message>
        <source>At most {amount}: paid and not yet refunded</source>
        <translation>最多 {amount}：已付且未退的余额</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Approve…</source>
        <translation>同意…</translation>
    </message>
    <message>
        <source>Refund all the same…</source>
        <translation>仍然退款…</translation>
    </message>
    <message>
        <source>The rules refuse: set an amount and say why.</source>
        <translation>规则建议拒绝：请设定金额并说明原因。</translation>
    </message>
    <message>
        <source>The rules refuse this request. To refund all the same, set an amount and say why.</source>
        <translation>规则建议拒绝这条申请。如仍要退款，请设定金额并说明原因。</translation>
    </message>
    <message>
        <source>The facts carry the first {count} of these.</source>
        <translation>已登记的事实支持前 {count} 项。</translation>
    </message>
    <message>
        <source>None of these is carried by the facts: choose one to see what is missing.</source>
        <translation>已登记的事实不支持任何一项：请选择一项，查看还缺什么。</translation>
    </message>
    <message>
        <source>{ground} (does not hold)</source>
        <translation>{ground}（不成立）</translation>
    </message>
</context>
<context>
    <name>DeliverDialog</name>
    <message>
        <source>The top-up of order {order_no} counts as under way from now on; no key is needed.</source>
        <translation>订单 {order_no} 的充值从现在起视为进行中，不需要卡密。</translation>
    </message>
    <message>
        <source>Order {order_no} gets {count} keys of “{product}” ({stock} can be sold now). They are used again and again, and leave the stock when their use limit is reached.</source>
        <translation>订单 {order_no} 将发出 {count} 条“{product}”的卡密（现可售 {stock} 条）。这些卡密可重复使用，达到发货次数上限后离库。</translation>
    </message>
    <message>
        <source>{count} keys of “{product}”, {issue_order}, leave the stock ({stock} can be sold now) and belong to order {order_no}. A key that was shown is not sold again without the issuer&apos;s record.</source>
        <translation>将从库存取出“{product}”的 {count} 条卡密（{issue_order}，现可售 {stock} 条），归入订单 {order_no}。卡密一经展示，没有发行方的记录就不能再次出售。</translation>
    </message>
    <message>
        <source>Deliver the order</source>
        <translation>订单发货</translation>
    </message>
    <message>
        <source>Deliver</source>
        <translation>发货</translation>
    </message>
    <message>
        <source>The buyer gets them now (the time of receipt is recorded)</source>
        <translation>买家此刻收到（登记送达时间）</translation>
    </message>
    <message>
        <source>The stock is {missing} keys short: import keys first.</source>
        <translation>库存还差 {missing} 条卡密：请先导入卡密。</translation>
    </message>
</context>
<context>
    <name>DeliveryDialog</name>
    <message>
        <source>Order {order_no}</source>
        <translation>订单 {order_no}</translation>
    </message>
    <message>
        <source>Card keys</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Copy the keys</source>
        <translation>复制卡密</translation>
    </message>
    <message>
        <source>Text for the buyer</source>
        <translation>给买家的文字</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Order {order_no} is under way</source>
        <translation>订单 {order_no} 正在充值</translation>
    </message>
    <message>
        <source>{count} keys for order {order_no}</source>
        <translation>订单 {order_no} 的 {count} 条卡密</translation>
    </message>
    <message>
        <source>Text for the buyer, {language}</source>
        <translation>给买家的文字，{language}</translation>
    </message>
    <message>
        <source>Copy the text</source>
        <translation>复制文字</translation>
    </message>
</context>
<context>
    <name>DeskPage</name>
    <message>
        <source>Desk</source>
        <translation>工作台</translation>
    </message>
    <message>
        <source>Open requests</source>
        <translation>待处理申请</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>已超时</translation>
    </message>
    <message>
        <source>Refunded today</source>
        <translation>今日退款</translation>
    </message>
    <message>
        <source>Refunds on their way</source>
        <translation>未完成的退款</translation>
    </message>
    <message>
        <source>Low stock</source>
        <translation>库存不足</translation>
    </message>
    <message>
        <source>Waiting for delivery</source>
        <translation>待发货</translation>
    </message>
    <message>
        <source>Due next</source>
        <translation>即将到期</translation>
    </message>
    <message>
        <source>Nothing is due</source>
        <translation>没有待办</translation>
    </message>
    <message>
        <source>New requests appear here as they come in, the most urgent first.</source>
        <translation>新申请到来后显示在这里，最急的排在最前。</translation>
    </message>
    <message>
        <source>Enter a request</source>
        <translation>录入申请</translation>
    </message>
    <message>
        <source>Stock to look after</source>
        <translation>需要关注的库存</translation>
    </message>
    <message>
        <source>Enough of everything</source>
        <translation>库存充足</translation>
    </message>
    <message>
        <source>A product appears here when its stock falls to the threshold that you gave it, or when some of its keys expire within {days} days.</source>
        <translation>库存低于您设定的阈值，或有卡密将在 {days} 天内到期的商品，会显示在这里。</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>预警数量</translation>
    </message>
    <message>
        <source>Expiring</source>
        <translation>将到期</translation>
    </message>
    <message>
        <source>{count}, {day}</source>
        <translation>{count} 张，{day}</translation>
    </message>
    <message>
        <source>{count} sellable keys expire within {days} days, the first after {day}</source>
        <translation>{count} 张可售卡密将在 {days} 天内到期，最早的最后可用日为 {day}</translation>
    </message>
    <message>
        <source>nothing is due</source>
        <translation>没有到期的</translation>
    </message>
    <message>
        <source>next: {time}</source>
        <translation>最近：{time}</translation>
    </message>
    <message>
        <source>products with expiring keys: {count}</source>
        <translation>有卡密将到期的商品：{count}</translation>
    </message>
    <message>
        <source>due today: {count}</source>
        <translation>今天到期：{count}</translation>
    </message>
    <message>
        <source>refunds: {count}, fees: {fees}</source>
        <translation>{count} 笔，手续费 {fees}</translation>
    </message>
    <message>
        <source>refunds: {count}, late: {late}</source>
        <translation>{count} 笔，其中超期 {late} 笔</translation>
    </message>
    <message>
        <source>every product has enough</source>
        <translation>各商品库存充足</translation>
    </message>
    <message>
        <source>orders today: {count}, {amount}</source>
        <translation>今日订单：{count} 笔，{amount}</translation>
    </message>
</context>
<context>
    <name>DisputeStepDialog</name>
    <message>
        <source>{request}, {target}</source>
        <translation>{request}，{target}</translation>
    </message>
    <message>
        <source>No dossier was made here yet; record it all the same when something was sent.</source>
        <translation>尚未在此制作证据包；如已提交其他材料，也可照常登记。</translation>
    </message>
    <message>
        <source>The dossier was sent</source>
        <translation>证据包已提交</translation>
    </message>
    <message>
        <source>An answer came</source>
        <translation>收到答复</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>登记</translation>
    </message>
</context>
<context>
    <name>DisputesPage</name>
    <message>
        <source>Which disputes</source>
        <translation>显示哪些争议</translation>
    </message>
    <message>
        <source>Not ended</source>
        <translation>未结束</translation>
    </message>
    <message>
        <source>Without an answer</source>
        <translation>未答复</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>All disputes</source>
        <translation>全部争议</translation>
    </message>
    <message>
        <source>With whom</source>
        <translation>受理方</translation>
    </message>
    <message>
        <source>Everybody</source>
        <translation>全部受理方</translation>
    </message>
    <message>
        <source>Find a dispute</source>
        <translation>查找争议</translation>
    </message>
    <message>
        <source>Request, order, case or dossier no.…</source>
        <translation>申请号、订单号、案件或证据包编号…</translation>
    </message>
    <message>
        <source>Whose file is this…</source>
        <translation>这是谁的文件…</translation>
    </message>
    <message>
        <source>Tells whether a ZIP or PDF is a dossier of this shop, byte for byte</source>
        <translation>逐字节核对某个 ZIP 或 PDF 是否为本店制作的证据包</translation>
    </message>
    <message>
        <source>Disputes</source>
        <translation>争议</translation>
    </message>
    <message>
        <source>Request no.</source>
        <translation>申请号</translation>
    </message>
    <message>
        <source>With</source>
        <translation>受理方</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>发起</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>已过</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>答复</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Case no.</source>
        <translation>案件编号</translation>
    </message>
    <message>
        <source>Order no.</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Dossier</source>
        <translation>证据包</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>申请</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Answer by</source>
        <translation>应答复于</translation>
    </message>
    <message>
        <source>What it changed</source>
        <translation>因此改变</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Open the request</source>
        <translation>打开申请</translation>
    </message>
    <message>
        <source>Open the new request</source>
        <translation>打开新申请</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>经过</translation>
    </message>
    <message>
        <source>Dossiers</source>
        <translation>证据包</translation>
    </message>
    <message>
        <source>Make dossier…</source>
        <translation>制作证据包…</translation>
    </message>
    <message>
        <source>Sent…</source>
        <translation>已提交…</translation>
    </message>
    <message>
        <source>Answered…</source>
        <translation>已答复…</translation>
    </message>
    <message>
        <source>Outcome…</source>
        <translation>结果…</translation>
    </message>
    <message>
        <source>The chosen dispute</source>
        <translation>所选争议</translation>
    </message>
    <message>
        <source>Choose a dispute to see its steps, to make its dossier and to record what came.</source>
        <translation>选择一个争议，可查看经过、制作证据包并登记后续。</translation>
    </message>
    <message>
        <source>No dispute is running</source>
        <translation>没有进行中的争议</translation>
    </message>
    <message>
        <source>Escalate an open request, or record the appeal against a decided one, on the page of the requests.</source>
        <translation>在申请页面可将未处理的申请升级，或登记买家对已处理申请的申诉。</translation>
    </message>
    <message>
        <source>Go to the requests</source>
        <translation>前往申请</translation>
    </message>
    <message>
        <source>No dispute matches</source>
        <translation>没有符合的争议</translation>
    </message>
    <message>
        <source>Nothing like that.</source>
        <translation>没有这样的记录。</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Answer overdue</source>
        <translation>超期未答复</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>超期</translation>
    </message>
    <message>
        <source>{outcome}, {when}</source>
        <translation>{outcome}，{when}</translation>
    </message>
    <message>
        <source>Appeal against the decision</source>
        <translation>对处理结果的申诉</translation>
    </message>
    <message>
        <source>Before a decision</source>
        <translation>处理之前</translation>
    </message>
    <message>
        <source>{when} by {who}</source>
        <translation>{when}，{who}</translation>
    </message>
    <message>
        <source>{day} (7 working days)</source>
        <translation>{day}（7 个工作日）</translation>
    </message>
    <message>
        <source>Nothing was recorded yet.</source>
        <translation>尚无记录。</translation>
    </message>
    <message>
        <source>None was made yet.</source>
        <translation>尚未制作。</translation>
    </message>
    <message>
        <source>The refund was opened again as {request}.</source>
        <translation>已重新受理为 {request}。</translation>
    </message>
    <message>
        <source>Nothing: the decision stands.</source>
        <translation>无：原处理结果不变。</translation>
    </message>
    <message>
        <source>{number} is made.</source>
        <translation>{number} 已制作。</translation>
    </message>
    <message>
        <source>The refund is open again as {request}: decide it.</source>
        <translation>已重新受理为 {request}，请处理。</translation>
    </message>
    <message>
        <source>The outcome is recorded.</source>
        <translation>结果已登记。</translation>
    </message>
    <message>
        <source>A ZIP or PDF</source>
        <translation>选择 ZIP 或 PDF</translation>
    </message>
    <message>
        <source>Dossiers (*.zip *.pdf)</source>
        <translation>证据包 (*.zip *.pdf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>This file is no dossier of this shop, or it was changed.</source>
        <translation>该文件不是本店制作的证据包，或已被改动。</translation>
    </message>
    <message>
        <source>This is {number}, unchanged, made on {when}.</source>
        <translation>这是 {number}，未被改动，制作于 {when}。</translation>
    </message>
</context>
<context>
    <name>DossierDialog</name>
    <message>
        <source>Dossier for {request}</source>
        <translation>{request} 的证据包</translation>
    </message>
    <message>
        <source>Make the dossier</source>
        <translation>制作证据包</translation>
    </message>
    <message>
        <source>One archive and one PDF with everything on record: cover letter, request, ruling, decision, policy, correspondence, evidence, proofs and the log. Keys, accounts and the buyer are masked; files that people attached are handed on as they are, identity documents are not. A dispute is recorded when there is none yet.</source>
        <translation>生成一个 ZIP 和一个 PDF，含全部记录：说明函、申请、规则裁定、处理结果、政策、往来沟通、凭证、核销证明和操作日志。卡密、账号和买家信息一律掩码；凭证文件按原样放入，身份材料不随附。尚无争议记录时会一并登记。</translation>
    </message>
    <message>
        <source>For whom</source>
        <translation>提交给谁</translation>
    </message>
    <message>
        <source>Folder for the files</source>
        <translation>存放文件夹</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Language of the paper</source>
        <translation>文件语言</translation>
    </message>
    <message>
        <source>For</source>
        <translation>受理方</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The cover letter is Chinese in any case.</source>
        <translation>说明函始终为中文。</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Choose a folder that exists.</source>
        <translation>请选择已有的文件夹。</translation>
    </message>
    <message>
        <source>Making the dossier</source>
        <translation>制作证据包</translation>
    </message>
    <message>
        <source>{number} is made: {archive} and {paper}.</source>
        <translation>{number} 已制作：{archive} 和 {paper}。</translation>
    </message>
    <message>
        <source>Missing or altered, and said so in it: {files}</source>
        <translation>缺失或被改动，证据包中已注明：{files}</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>DropFolderWatch</name>
    <message>
        <source>Came in through the drop folder: {count}.</source>
        <translation>收件文件夹收到 {count} 条申请。</translation>
    </message>
    <message>
        <source>{file} was put aside: {reason}</source>
        <translation>{file} 已移到一边：{reason}</translation>
    </message>
    <message>
        <source>And {count} more files.</source>
        <translation>另有 {count} 个文件。</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Nothing here yet</source>
        <translation>这里还没有内容</translation>
    </message>
    <message>
        <source>The list could not be read</source>
        <translation>无法读取列表</translation>
    </message>
</context>
<context>
    <name>EscalateDialog</name>
    <message>
        <source>Record a dispute</source>
        <translation>登记争议</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>The request stays open and can still be decided here.</source>
        <translation>申请仍为待处理，仍可在这里作出处理。</translation>
    </message>
    <message>
        <source>Where it went</source>
        <translation>提交到哪里</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Case number, when there is one</source>
        <translation>受理编号（如有）</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Goes to</source>
        <translation>提交到</translation>
    </message>
</context>
<context>
    <name>EvidenceDialog</name>
    <message>
        <source>Add evidence</source>
        <translation>添加凭证</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>The picture that is added</source>
        <translation>要添加的图片</translation>
    </message>
    <message>
        <source>Kind of evidence</source>
        <translation>凭证类型</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>No file: only that it was seen</source>
        <translation>没有文件：只登记已看到</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Add all {count} like this</source>
        <translation>这 {count} 个文件都这样添加</translation>
    </message>
    <message>
        <source>screenshot</source>
        <translation>截图</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>凭证</translation>
    </message>
    <message>
        <source>Skip this file</source>
        <translation>跳过此文件</translation>
    </message>
    <message>
        <source>File {number} of {total}</source>
        <translation>第 {number} 个文件，共 {total} 个</translation>
    </message>
    <message>
        <source>The evidence is on file.</source>
        <translation>凭证已添加。</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>EvidencePreview</name>
    <message>
        <source>The picture of this piece</source>
        <translation>该凭证的图片</translation>
    </message>
    <message>
        <source>File type</source>
        <translation>文件类型</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>取证时间</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>添加时间</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>{when} by {who}</source>
        <translation>{when}，{who}</translation>
    </message>
</context>
<context>
    <name>EvidenceRules</name>
    <message>
        <source>Reasons</source>
        <translation>申请原因</translation>
    </message>
    <message>
        <source>The usual list for this reason</source>
        <translation>该原因的默认凭证</translation>
    </message>
    <message>
        <source>Reasons with a list of their own: {count}</source>
        <translation>另行规定凭证的原因：{count} 项</translation>
    </message>
</context>
<context>
    <name>EvidenceSteps</name>
    <message>
        <source>Evidence belongs to an order or to a request that is open or decided: choose one first.</source>
        <translation>凭证须归属于订单，或未处理、已处理的申请：请先选择。</translation>
    </message>
    <message>
        <source>There is no picture and no file on the clipboard.</source>
        <translation>剪贴板中没有图片，也没有文件。</translation>
    </message>
    <message>
        <source>{kind}: only pictures are shown here, nothing else is opened. Save a copy to look at it.</source>
        <translation>{kind}：此处只显示图片，不打开其他文件。如需查看请另存副本。</translation>
    </message>
    <message>
        <source>Save {name}?</source>
        <translation>保存 {name}？</translation>
    </message>
    <message>
        <source>Somebody else made this file. Keep it closed; hand it on as it is.</source>
        <translation>该文件来自他人：请不要打开，按原样转交即可。</translation>
    </message>
    <message>
        <source>Save it all the same</source>
        <translation>仍然保存</translation>
    </message>
    <message>
        <source>Save the evidence</source>
        <translation>保存凭证</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Saved as {path}.</source>
        <translation>已保存为 {path}。</translation>
    </message>
</context>
<context>
    <name>EvidenceView</name>
    <message>
        <source>Evidence</source>
        <translation>凭证</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>添加…</translation>
    </message>
    <message>
        <source>Add evidence</source>
        <translation>添加凭证</translation>
    </message>
    <message>
        <source>Nothing on file yet. Add files, drop them here, or paste a screenshot (Ctrl+V).</source>
        <translation>暂无凭证。可添加文件、拖放到此处，或粘贴截图（Ctrl+V）。</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>A screenshot or copied files (Ctrl+V)</source>
        <translation>剪贴板中的截图或已复制的文件（Ctrl+V）</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Describe…</source>
        <translation>修改说明…</translation>
    </message>
    <message>
        <source>Save a copy…</source>
        <translation>另存副本…</translation>
    </message>
    <message>
        <source>Evidence ({count})</source>
        <translation>凭证（{count}）</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>取得时间</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>添加时间</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>申请</translation>
    </message>
    <message>
        <source>seen, no file</source>
        <translation>已看到，无文件</translation>
    </message>
    <message>
        <source>written promise</source>
        <translation>书面承诺</translation>
    </message>
    <message>
        <source>in-platform chat</source>
        <translation>平台内聊天</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export to CSV</source>
        <translation>导出为 CSV</translation>
    </message>
    <message>
        <source>File to write</source>
        <translation>导出文件</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Language of the headings</source>
        <translation>表头语言</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Headings</source>
        <translation>表头</translation>
    </message>
    <message>
        <source>Only the {count} chosen keys</source>
        <translation>仅导出选中的 {count} 张卡密</translation>
    </message>
    <message>
        <source>Write the card keys in clear</source>
        <translation>以明文写入卡密</translation>
    </message>
    <message>
        <source>Password of the shop</source>
        <translation>店铺密码</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>The rows of the table, with its filter and its order, for spreadsheets and programs (UTF-8).</source>
        <translation>按列表当前的筛选和排序导出，供表格软件和程序读取（UTF-8）。</translation>
    </message>
    <message>
        <source>Export card keys</source>
        <translation>导出卡密</translation>
    </message>
    <message>
        <source>Export orders</source>
        <translation>导出订单</translation>
    </message>
    <message>
        <source>Export requests and decisions</source>
        <translation>导出申请与处理结果</translation>
    </message>
    <message>
        <source>Export refunds</source>
        <translation>导出退款</translation>
    </message>
    <message>
        <source>Export what did not match</source>
        <translation>导出未匹配记录</translation>
    </message>
    <message>
        <source>Export the list of proofs</source>
        <translation>导出核销证明清单</translation>
    </message>
    <message>
        <source>Export the print log</source>
        <translation>导出打印记录</translation>
    </message>
    <message>
        <source>Export the event log</source>
        <translation>导出操作日志</translation>
    </message>
    <message>
        <source>Export the stock report</source>
        <translation>导出库存报表</translation>
    </message>
    <message>
        <source>Export the suppliers&apos; failure rates</source>
        <translation>导出供应商失效率</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Excel workbook (*.xlsx)</source>
        <translation>Excel 工作簿 (*.xlsx)</translation>
    </message>
    <message>
        <source>Keys in stock in clear, one a line (*.txt)</source>
        <translation>在库卡密明文，每行一张 (*.txt)</translation>
    </message>
    <message>
        <source>The shop is locked: keys are written as fingerprints.</source>
        <translation>店铺已锁定：卡密以指纹写出。</translation>
    </message>
    <message>
        <source>Whoever has the file can use the keys. The log keeps who exported them and when.</source>
        <translation>拿到文件的人就能使用卡密。日志会记下由谁、何时导出。</translation>
    </message>
    <message>
        <source>Without this the keys are masked, as in the table.</source>
        <translation>不勾选则卡密为掩码，与列表一致。</translation>
    </message>
    <message>
        <source>Choose a file in a folder that exists.</source>
        <translation>请选择位于已有文件夹中的文件。</translation>
    </message>
    <message>
        <source>{done} of {total} rows</source>
        <translation>{done} / {total} 行</translation>
    </message>
    <message>
        <source>{count} rows were written to {path}.</source>
        <translation>已将 {count} 行写入 {path}。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
</context>
<context>
    <name>FactsView</name>
    <message>
        <source>Reason of the request</source>
        <translation>申请原因</translation>
    </message>
    <message>
        <source>No reason yet</source>
        <translation>尚无原因</translation>
    </message>
    <message>
        <source>Per unit…</source>
        <translation>按单件…</translation>
    </message>
    <message>
        <source>The log confirms the claim</source>
        <translation>日志证实买家所述</translation>
    </message>
    <message>
        <source>The wrong amount is confirmed</source>
        <translation>已核实金额有误</translation>
    </message>
    <message>
        <source>The mismatch is confirmed</source>
        <translation>已核实与描述不符</translation>
    </message>
    <message>
        <source>Paid twice, in yuan</source>
        <translation>重复扣款金额（元）</translation>
    </message>
    <message>
        <source>Overcharged, in yuan</source>
        <translation>多收金额（元）</translation>
    </message>
    <message>
        <source>The buyer claims a promise</source>
        <translation>买家称有退款承诺</translation>
    </message>
    <message>
        <source>A replacement was tried</source>
        <translation>已补发过</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>申请原因</translation>
    </message>
    <message>
        <source>Log confirms</source>
        <translation>日志核对</translation>
    </message>
    <message>
        <source>Paid twice</source>
        <translation>重复扣款</translation>
    </message>
    <message>
        <source>Error confirmed</source>
        <translation>金额核实</translation>
    </message>
    <message>
        <source>Overcharged by</source>
        <translation>多收金额</translation>
    </message>
    <message>
        <source>Mismatch confirmed</source>
        <translation>描述核实</translation>
    </message>
    <message>
        <source>Reason and facts</source>
        <translation>原因与事实</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>尚未核对</translation>
    </message>
    <message>
        <source>Yes, confirmed</source>
        <translation>属实</translation>
    </message>
    <message>
        <source>No, refuted</source>
        <translation>不属实</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>不详</translation>
    </message>
</context>
<context>
    <name>FileField</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
</context>
<context>
    <name>FileImportDialog</name>
    <message>
        <source>Save a template…</source>
        <translation>保存模板…</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>I looked at the lines: they read correctly</source>
        <translation>我已查看各行，文字显示正确</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Choose the file first.</source>
        <translation>请先选择文件。</translation>
    </message>
    <message>
        <source>Save a template</source>
        <translation>保存模板</translation>
    </message>
    <message>
        <source>The file was read as {encoding}, which is a guess: confirm it below.</source>
        <translation>文件按 {encoding} 读取，这只是推测，请在下方确认。</translation>
    </message>
    <message>
        <source>Columns that are not read: {columns}</source>
        <translation>未读取的列：{columns}</translation>
    </message>
</context>
<context>
    <name>FirstSteps</name>
    <message>
        <source>Set up the shop</source>
        <translation>开始使用</translation>
    </message>
    <message>
        <source>Five steps to the first decided request. Files can be imported at each of them.</source>
        <translation>五步处理第一条申请，每一步都可以从文件导入。</translation>
    </message>
    <message>
        <source>Add where you sell, with the refund rules shown there</source>
        <translation>添加销售渠道，以及那里公示的退款政策</translation>
    </message>
    <message>
        <source>Add a channel</source>
        <translation>添加渠道</translation>
    </message>
    <message>
        <source>Add what you sell</source>
        <translation>添加您出售的商品</translation>
    </message>
    <message>
        <source>Add a product</source>
        <translation>添加商品</translation>
    </message>
    <message>
        <source>Import card keys from a file or by paste</source>
        <translation>从文件导入或粘贴卡密</translation>
    </message>
    <message>
        <source>Import keys</source>
        <translation>导入卡密</translation>
    </message>
    <message>
        <source>Enter an order, or import orders from CSV</source>
        <translation>录入订单，或从 CSV 导入订单</translation>
    </message>
    <message>
        <source>Go to orders</source>
        <translation>前往订单</translation>
    </message>
    <message>
        <source>Enter the first request: the rules say what to do with it</source>
        <translation>录入第一条申请：规则会给出裁定建议</translation>
    </message>
    <message>
        <source>New request</source>
        <translation>新建申请</translation>
    </message>
</context>
<context>
    <name>FormDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>HelpDialog</name>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Help topics</source>
        <translation>帮助主题</translation>
    </message>
    <message>
        <source>Help text</source>
        <translation>帮助内容</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The help texts are missing from this installation.</source>
        <translation>此次安装缺少帮助内容。</translation>
    </message>
</context>
<context>
    <name>HitList</name>
    <message>
        <source>Found</source>
        <translation>查找结果</translation>
    </message>
    <message>
        <source>Go to: {page}</source>
        <translation>打开：{page}</translation>
    </message>
    <message>
        <source>Nothing found for “{text}”</source>
        <translation>没有找到“{text}”</translation>
    </message>
    <message>
        <source>Look for “{text}” inside all keys…</source>
        <translation>在所有卡密中查找“{text}”…</translation>
    </message>
</context>
<context>
    <name>IdentityCard</name>
    <message>
        <source>Make the certificate</source>
        <translation>生成证书</translation>
    </message>
    <message>
        <source>Copy the fingerprint</source>
        <translation>复制指纹</translation>
    </message>
    <message>
        <source>Save as picture…</source>
        <translation>保存为图片…</translation>
    </message>
    <message>
        <source>Replace the key…</source>
        <translation>更换密钥…</translation>
    </message>
    <message>
        <source>Use a .p12…</source>
        <translation>导入 .p12…</translation>
    </message>
    <message>
        <source>Signature of the proofs</source>
        <translation>证明的签名</translation>
    </message>
    <message>
        <source>Publish this fingerprint on the shop page before there is a dispute: by it everybody knows your proofs. A name in a certificate proves nothing.</source>
        <translation>请在发生纠纷之前把这个指纹公布在店铺页面：人们凭它认出您的证明。证书上的名称不能证明任何事。</translation>
    </message>
    <message>
        <source>There is no certificate yet; the first proof makes one.</source>
        <translation>还没有证书；出具第一份证明时会自动生成。</translation>
    </message>
    <message>
        <source>made by this shop</source>
        <translation>本店自签</translation>
    </message>
    <message>
        <source>{name} · {issuer} · valid until {day}</source>
        <translation>{name} · {issuer} · 有效期至 {day}</translation>
    </message>
    <message>
        <source>Until {day}: {fingerprint}</source>
        <translation>至 {day}：{fingerprint}</translation>
    </message>
    <message>
        <source>Before, vouching for its successor:</source>
        <translation>此前使用、并为后一密钥作保：</translation>
    </message>
    <message>
        <source>The fingerprint is on the clipboard.</source>
        <translation>指纹已复制到剪贴板。</translation>
    </message>
    <message>
        <source>Save as picture</source>
        <translation>保存为图片</translation>
    </message>
    <message>
        <source>Picture (*.png)</source>
        <translation>图片 (*.png)</translation>
    </message>
    <message>
        <source>Saved. Publish the picture on the shop page.</source>
        <translation>已保存，请把图片公布在店铺页面。</translation>
    </message>
    <message>
        <source>The certificate is made. Publish its fingerprint.</source>
        <translation>证书已生成，请公布其指纹。</translation>
    </message>
    <message>
        <source>Replace the key that signs</source>
        <translation>更换签名密钥</translation>
    </message>
    <message>
        <source>Proofs are signed with a new key from now on; those issued until now stay valid.</source>
        <translation>今后的证明用新密钥签名；已出具的证明仍然有效。</translation>
    </message>
    <message>
        <source>The old key vouches for the new one, so whoever knows the old fingerprint can follow.</source>
        <translation>旧密钥为新密钥作保，认识旧指纹的人可以据此认出新密钥。</translation>
    </message>
    <message>
        <source>Publish the new fingerprint beside the old one.</source>
        <translation>请把新指纹与旧指纹一并公布。</translation>
    </message>
    <message>
        <source>Replace the key</source>
        <translation>更换密钥</translation>
    </message>
    <message>
        <source>The new key signs from now on. Publish its fingerprint.</source>
        <translation>今后由新密钥签名，请公布其指纹。</translation>
    </message>
    <message>
        <source>Use a .p12</source>
        <translation>导入 .p12</translation>
    </message>
    <message>
        <source>Certificates (*.p12 *.pfx)</source>
        <translation>证书 (*.p12 *.pfx)</translation>
    </message>
    <message>
        <source>The imported certificate signs from now on. Publish its fingerprint.</source>
        <translation>今后由导入的证书签名，请公布其指纹。</translation>
    </message>
</context>
<context>
    <name>ImportKeysDialog</name>
    <message>
        <source>Import card keys</source>
        <translation>导入卡密</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Choose the file first.</source>
        <translation>请先选择文件。</translation>
    </message>
    <message>
        <source>Paste first.</source>
        <translation>请先粘贴。</translation>
    </message>
    <message>
        <source>Reading the keys</source>
        <translation>正在读取卡密</translation>
    </message>
    <message>
        <source>Importing the keys</source>
        <translation>正在导入卡密</translation>
    </message>
    <message>
        <source>No line holds a new key, so there is nothing to import.</source>
        <translation>没有任何一行是新卡密，无需导入。</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>正在写入报告</translation>
    </message>
    <message>
        <source>{file}-report.csv</source>
        <translation>{file}-导入报告.csv</translation>
    </message>
    <message>
        <source>Where the report goes</source>
        <translation>报告保存位置</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>The report of {count} lines is in {file}.</source>
        <translation>{count} 行的报告已保存到 {file}。</translation>
    </message>
    <message>
        <source>Cancelled: no card key was stored.</source>
        <translation>已取消：没有保存任何卡密。</translation>
    </message>
    <message>
        <source>Stored as new</source>
        <translation>新入库</translation>
    </message>
    <message>
        <source>Left out: twice in the file</source>
        <translation>未导入：文件内重复</translation>
    </message>
    <message>
        <source>Left out: already in the shop</source>
        <translation>未导入：店内已有</translation>
    </message>
    <message>
        <source>Left out: malformed</source>
        <translation>未导入：格式错误</translation>
    </message>
    <message>
        <source>Left out: blank</source>
        <translation>未导入：空行</translation>
    </message>
    <message>
        <source>Lines in all</source>
        <translation>总行数</translation>
    </message>
    <message>
        <source>{count} new keys are in stock as batch {batch}.</source>
        <translation>{count} 条新卡密已入库，批次 {batch}。</translation>
    </message>
    <message>
        <source>What becomes of each line</source>
        <translation>每一行的处理</translation>
    </message>
    <message>
        <source>The keys are stored</source>
        <translation>卡密已入库</translation>
    </message>
    <message>
        <source>Next comes a preview with a verdict for every line; nothing is stored before you have seen it.</source>
        <translation>下一步预览每一行的结果；在您确认之前不会保存任何内容。</translation>
    </message>
    <message>
        <source>Only the new keys are stored. Choose a verdict to see its lines.</source>
        <translation>只有新卡密会入库。选择一种结果可查看对应的行。</translation>
    </message>
    <message>
        <source>Files that wait for their turn: {count}.</source>
        <translation>等待处理的文件：{count} 个。</translation>
    </message>
    <message>
        <source>Next file: {file}</source>
        <translation>下一个文件：{file}</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Import {count} keys</source>
        <translation>导入 {count} 条卡密</translation>
    </message>
    <message>
        <source>Show these keys</source>
        <translation>查看这些卡密</translation>
    </message>
    <message>
        <source>Import more</source>
        <translation>继续导入</translation>
    </message>
</context>
<context>
    <name>ImportOrdersDialog</name>
    <message>
        <source>Import orders</source>
        <translation>导入订单</translation>
    </message>
    <message>
        <source>CSV file of orders</source>
        <translation>订单 CSV 文件</translation>
    </message>
    <message>
        <source>Drop a CSV file here, or choose one</source>
        <translation>将 CSV 文件拖到这里，或选择文件</translation>
    </message>
    <message>
        <source>Sales channel of an export that does not name it (acg-faka)</source>
        <translation>导出文件未注明渠道时的销售渠道（异次元发卡）</translation>
    </message>
    <message>
        <source>As the file says</source>
        <translation>以文件为准</translation>
    </message>
    <message>
        <source>Only lines that cannot be entered</source>
        <translation>只看无法录入的行</translation>
    </message>
    <message>
        <source>Lines of the file</source>
        <translation>文件各行</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>One order on each line, under the headings of the template. Nothing is entered before you have seen what becomes of each line.</source>
        <translation>每行一张订单，列名与模板一致。在您看过每一行的结果之前，不会录入任何内容。</translation>
    </message>
    <message>
        <source>Reading the orders</source>
        <translation>正在读取订单</translation>
    </message>
    <message>
        <source>Entering the orders</source>
        <translation>正在录入订单</translation>
    </message>
    <message>
        <source>{new} can be entered, {known} are in the shop already, {bad} have a problem</source>
        <translation>{new} 行可以录入，{known} 行店内已有，{bad} 行有问题</translation>
    </message>
    <message>
        <source>{count} orders were entered.</source>
        <translation>已录入 {count} 张订单。</translation>
    </message>
    <message>
        <source>Cancelled: no order was entered.</source>
        <translation>已取消：没有录入任何订单。</translation>
    </message>
    <message>
        <source>No file yet</source>
        <translation>还没有选择文件</translation>
    </message>
    <message>
        <source>Choose a CSV file; the template shows the headings that are read.</source>
        <translation>请选择 CSV 文件；可识别的列名见模板。</translation>
    </message>
    <message>
        <source>Can be entered</source>
        <translation>可以录入</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>不录入</translation>
    </message>
    <message>
        <source>Enter {count} orders</source>
        <translation>录入 {count} 张订单</translation>
    </message>
    <message>
        <source>A CSV file of orders</source>
        <translation>订单 CSV 文件</translation>
    </message>
    <message>
        <source>CSV (*.csv *.tsv *.txt)</source>
        <translation>CSV (*.csv *.tsv *.txt)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>ImportRedemptionsDialog</name>
    <message>
        <source>Import redemption records</source>
        <translation>导入核销清单</translation>
    </message>
    <message>
        <source>Save what did not match…</source>
        <translation>保存未匹配的行…</translation>
    </message>
    <message>
        <source>A list of what was activated or has arrived: by card key, order number or topped-up account. The list itself is kept as evidence of each record.</source>
        <translation>激活或到账清单，按卡密、订单号或充值账号匹配。清单本身作为每条记录的证据留存。</translation>
    </message>
    <message>
        <source>List of redemptions</source>
        <translation>核销清单</translation>
    </message>
    <message>
        <source>Drop a CSV, TXT or XLSX list here, or choose one</source>
        <translation>将 CSV、TXT 或 XLSX 清单拖到这里，或选择文件</translation>
    </message>
    <message>
        <source>Who wrote the list</source>
        <translation>清单由谁提供</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Who says so</source>
        <translation>陈述人</translation>
    </message>
    <message>
        <source>Name of the supplier or operator; you, if empty</source>
        <translation>供货方或运营商名称；留空则为您本人</translation>
    </message>
    <message>
        <source>Source, as a proof names it</source>
        <translation>来源（核销证明上的写法）</translation>
    </message>
    <message>
        <source>Columns…</source>
        <translation>列设置…</translation>
    </message>
    <message>
        <source>How the list is read, and which column is what</source>
        <translation>清单的读取方式，以及各列的含义</translation>
    </message>
    <message>
        <source>Lines of the list</source>
        <translation>清单各行</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
    <message>
        <source>Key or account</source>
        <translation>卡密或账号</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Redeemed at</source>
        <translation>核销时间</translation>
    </message>
    <message>
        <source>Redemption code</source>
        <translation>核销码</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>No list yet</source>
        <translation>还没有清单</translation>
    </message>
    <message>
        <source>Choose a list; the template shows the headings that are read.</source>
        <translation>请选择清单；模板列出了可识别的表头。</translation>
    </message>
    <message>
        <source>Matching the list</source>
        <translation>正在匹配清单</translation>
    </message>
    <message>
        <source>Recording the redemptions</source>
        <translation>正在登记核销</translation>
    </message>
    <message>
        <source>Correct {count} records that say otherwise; the old ones stay and are named</source>
        <translation>更正 {count} 条不一致的记录；原记录保留，并在新记录中注明</translation>
    </message>
    <message>
        <source>Quarantine {count} keys in stock that the list says are used</source>
        <translation>隔离 {count} 张清单显示已使用、却仍在库存的卡密</translation>
    </message>
    <message>
        <source>Recorded: {recorded} of {lines} lines ({corrected} corrections); recorded already: {known}; conflicts: {conflicts}; no match: {unmatched}; malformed: {malformed}; keys quarantined: {quarantined}.</source>
        <translation>共 {lines} 行，已登记 {recorded} 条（其中更正 {corrected} 条）；已有记录 {known}，冲突 {conflicts}，未匹配 {unmatched}，格式错误 {malformed}；隔离卡密 {quarantined} 张。</translation>
    </message>
    <message>
        <source>Cancelled: nothing was recorded.</source>
        <translation>已取消，未登记任何内容。</translation>
    </message>
    <message>
        <source>Record {count} redemptions</source>
        <translation>登记 {count} 条核销</translation>
    </message>
    <message>
        <source>A list of redemptions</source>
        <translation>核销清单</translation>
    </message>
    <message>
        <source>Lists (*.csv *.tsv *.txt *.xlsx)</source>
        <translation>清单 (*.csv *.tsv *.txt *.xlsx)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>{file}-not-matched.csv</source>
        <translation>{file}-未匹配.csv</translation>
    </message>
    <message>
        <source>Where the report goes</source>
        <translation>报告保存到</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>正在写入报告</translation>
    </message>
    <message>
        <source>The report of {count} lines is in {file}.</source>
        <translation>{count} 行的报告已保存到 {file}。</translation>
    </message>
</context>
<context>
    <name>KeyLayoutPanel</name>
    <message>
        <source>Encoding</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>版式</translation>
    </message>
    <message>
        <source>One key on each line</source>
        <translation>每行一张卡密</translation>
    </message>
    <message>
        <source>Rows and columns</source>
        <translation>表格（多列）</translation>
    </message>
    <message>
        <source>Between the columns</source>
        <translation>分隔符</translation>
    </message>
    <message>
        <source>Comma</source>
        <translation>逗号</translation>
    </message>
    <message>
        <source>Tab</source>
        <translation>制表符</translation>
    </message>
    <message>
        <source>Semicolon</source>
        <translation>分号</translation>
    </message>
    <message>
        <source>The first row names the columns</source>
        <translation>第一行是列名</translation>
    </message>
    <message>
        <source>Sheet</source>
        <translation>工作表</translation>
    </message>
    <message>
        <source>Cards of</source>
        <translation>所属商品</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>不再记住</translation>
    </message>
    <message>
        <source>Card key</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Card number</source>
        <translation>卡号</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Face value</source>
        <translation>面值</translation>
    </message>
    <message>
        <source>Last usable day</source>
        <translation>有效期</translation>
    </message>
    <message>
        <source>Cost per key</source>
        <translation>每张成本</translation>
    </message>
    <message>
        <source>Sold or not</source>
        <translation>是否已售</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Read as the last list of this product.</source>
        <translation>已按该商品上次的方式读取。</translation>
    </message>
    <message>
        <source>How this product&apos;s last list was read is remembered.</source>
        <translation>已记住该商品上次的读取方式。</translation>
    </message>
    <message>
        <source>Column {number}</source>
        <translation>第 {number} 列</translation>
    </message>
</context>
<context>
    <name>KeyLifeView</name>
    <message>
        <source>Supplier</source>
        <translation>供货商</translation>
    </message>
    <message>
        <source>Invoice number</source>
        <translation>发票号</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>成本</translation>
    </message>
    <message>
        <source>Imported</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Order {order_no}</source>
        <translation>订单 {order_no}</translation>
    </message>
    <message>
        <source>taken back or replaced</source>
        <translation>已收回或更换</translation>
    </message>
    <message>
        <source>sent as a replacement</source>
        <translation>补发</translation>
    </message>
    <message>
        <source>{count} earlier deliveries are not listed.</source>
        <translation>更早的 {count} 次发货未列出。</translation>
    </message>
    <message>
        <source>Redeemed</source>
        <translation>已核销</translation>
    </message>
    <message>
        <source>Request {request_no}</source>
        <translation>申请 {request_no}</translation>
    </message>
    <message>
        <source>Refund {amount}</source>
        <translation>退款 {amount}</translation>
    </message>
    <message>
        <source>Proof {proof_no}</source>
        <translation>核销凭证 {proof_no}</translation>
    </message>
</context>
<context>
    <name>KeyNoteDialog</name>
    <message>
        <source>All {count} keys get this note instead of their own.</source>
        <translation>这 {count} 条卡密的备注都将替换为此备注。</translation>
    </message>
    <message>
        <source>Note on card keys</source>
        <translation>卡密备注</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>KeyPane</name>
    <message>
        <source>Card key</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Reveal</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Looking and copying are logged.</source>
        <translation>查看和复制都会记入日志。</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Usable until</source>
        <translation>有效期至</translation>
    </message>
    <message>
        <source>State since</source>
        <translation>状态时间</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>发货时间</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>What happened to it</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Quarantine…</source>
        <translation>隔离…</translation>
    </message>
    <message>
        <source>Put back on sale…</source>
        <translation>重新上架…</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>移动…</translation>
    </message>
    <message>
        <source>Note…</source>
        <translation>备注…</translation>
    </message>
    <message>
        <source>Make void…</source>
        <translation>作废…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Take out of the bin</source>
        <translation>移出回收站</translation>
    </message>
    <message>
        <source>{day} (expired)</source>
        <translation>{day}（已过期）</translation>
    </message>
    <message>
        <source>{batch}, line {line}</source>
        <translation>{batch}，第 {line} 行</translation>
    </message>
    <message>
        <source>Order {order_no}</source>
        <translation>订单 {order_no}</translation>
    </message>
    <message>
        <source>{uses} times</source>
        <translation>{uses} 次</translation>
    </message>
    <message>
        <source>{uses} of {limit} times</source>
        <translation>{uses} / {limit} 次</translation>
    </message>
    <message>
        <source>{count} keys chosen</source>
        <translation>已选 {count} 条卡密</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>隐藏</translation>
    </message>
</context>
<context>
    <name>KeyPreviewStep</name>
    <message>
        <source>New</source>
        <translation>新卡密</translation>
    </message>
    <message>
        <source>Twice in the file</source>
        <translation>文件内重复</translation>
    </message>
    <message>
        <source>Already in the shop</source>
        <translation>店内已有</translation>
    </message>
    <message>
        <source>Malformed</source>
        <translation>格式错误</translation>
    </message>
    <message>
        <source>Blank</source>
        <translation>空行</translation>
    </message>
    <message>
        <source>Unusual</source>
        <translation>需留意</translation>
    </message>
    <message>
        <source>Save this report…</source>
        <translation>保存报告…</translation>
    </message>
    <message>
        <source>New keys with something to look at</source>
        <translation>有需要留意之处的新卡密</translation>
    </message>
    <message>
        <source>Lines of the file</source>
        <translation>文件各行</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
    <message>
        <source>Key (masked)</source>
        <translation>卡密（掩码）</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Which column is the card key?</source>
        <translation>哪一列是卡密？</translation>
    </message>
    <message>
        <source>Choose it above: the card key, or the number and its password.</source>
        <translation>请在上方选择卡密列，或卡号与密码两列。</translation>
    </message>
    <message>
        <source>No such line</source>
        <translation>没有这样的行</translation>
    </message>
    <message>
        <source>No line of the file has this verdict.</source>
        <translation>文件中没有这种结果的行。</translation>
    </message>
    <message>
        <source>The file does not say its encoding; it was read as {encoding}, a guess that makes “{words}” of it. Is that what it should say?</source>
        <translation>文件没有标明编码，暂按 {encoding} 读取，文字为“{words}”。这样对吗？</translation>
    </message>
    <message>
        <source>I looked at the keys: they read correctly</source>
        <translation>我已看过，卡密文字正常</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>粘贴的文字</translation>
    </message>
    <message>
        <source>line ends LF</source>
        <translation>换行符 LF</translation>
    </message>
    <message>
        <source>line ends CRLF</source>
        <translation>换行符 CRLF</translation>
    </message>
    <message>
        <source>line ends CR</source>
        <translation>换行符 CR</translation>
    </message>
    <message>
        <source>mixed line ends</source>
        <translation>换行符混用</translation>
    </message>
    <message>
        <source>{count} new keys look unusual</source>
        <translation>{count} 条新卡密看起来不寻常</translation>
    </message>
</context>
<context>
    <name>KeyRotation</name>
    <message>
        <source>Replacing the keys</source>
        <translation>正在更换密钥</translation>
    </message>
    <message>
        <source>The keys were replaced; {count} values were damaged before and do not open: see the log.</source>
        <translation>密钥更换完成；有 {count} 条数据此前已损坏，无法打开，详见日志。</translation>
    </message>
    <message>
        <source>The keys were replaced: {count} card keys are sealed anew.</source>
        <translation>密钥更换完成：{count} 条卡密已重新加密。</translation>
    </message>
    <message>
        <source>Paused. Continue in the settings, or at the next unlocking.</source>
        <translation>已暂停。可在设置中继续，或在下次解锁时自动继续。</translation>
    </message>
</context>
<context>
    <name>KeyScanDialog</name>
    <message>
        <source>Find by a part of the key</source>
        <translation>按部分卡密查找</translation>
    </message>
    <message>
        <source>Part of the key</source>
        <translation>卡密的一部分</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Keys found</source>
        <translation>找到的卡密</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>No key found</source>
        <translation>没有找到卡密</translation>
    </message>
    <message>
        <source>Give a part of the key and search.</source>
        <translation>输入卡密的一部分后查找。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Show this key</source>
        <translation>查看该卡密</translation>
    </message>
    <message>
        <source>Keys are stored encrypted, so every one of them is opened and compared. It can be stopped.</source>
        <translation>卡密加密存储，需要逐张解密比对，可随时停止。</translation>
    </message>
    <message>
        <source>Searching the keys</source>
        <translation>正在查找卡密</translation>
    </message>
    <message>
        <source>{found} of {scanned} keys hold it.</source>
        <translation>{scanned} 张卡密中有 {found} 张包含该内容。</translation>
    </message>
    <message>
        <source>The newest {found} that hold it; give more of the key to find others.</source>
        <translation>仅显示最新的 {found} 张；请输入更多字符以缩小范围。</translation>
    </message>
    <message>
        <source>{count} keys are damaged and could not be opened.</source>
        <translation>另有 {count} 张卡密已损坏，无法解密。</translation>
    </message>
    <message>
        <source>The search was stopped.</source>
        <translation>已停止查找。</translation>
    </message>
</context>
<context>
    <name>KeySourceStep</name>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>From a file</source>
        <translation>从文件</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>粘贴的文字</translation>
    </message>
    <message>
        <source>File of card keys</source>
        <translation>卡密文件</translation>
    </message>
    <message>
        <source>Detect the encoding</source>
        <translation>自动识别编码</translation>
    </message>
    <message>
        <source>Drop a text, CSV, Excel or dump file here, or choose one</source>
        <translation>把文本、CSV、Excel 或数据库导出文件拖到这里，或点击选择</translation>
    </message>
    <message>
        <source>Card keys, one on each line</source>
        <translation>卡密，每行一条</translation>
    </message>
    <message>
        <source>One key on each line</source>
        <translation>每行一条卡密</translation>
    </message>
    <message>
        <source>Batch name</source>
        <translation>批次名称</translation>
    </message>
    <message>
        <source>By product and day</source>
        <translation>按商品和日期命名</translation>
    </message>
    <message>
        <source>Supplier</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Invoice number</source>
        <translation>发票号</translation>
    </message>
    <message>
        <source>Cost per key</source>
        <translation>单条成本</translation>
    </message>
    <message>
        <source>As in the file</source>
        <translation>以文件为准</translation>
    </message>
    <message>
        <source>Last usable day</source>
        <translation>最后有效日</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Encoding</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>For all keys of this batch</source>
        <translation>适用于本批次全部卡密</translation>
    </message>
    <message>
        <source>A file of card keys</source>
        <translation>卡密文件</translation>
    </message>
    <message>
        <source>Lists of keys (*.txt *.csv *.tsv *.xlsx *.sql)</source>
        <translation>卡密列表 (*.txt *.csv *.tsv *.xlsx *.sql)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>KeySteps</name>
    <message>
        <source>{count} keys become void for good ({states}).</source>
        <translation>{count} 条卡密将永久作废（{states}）。</translation>
    </message>
    <message>
        <source>They can never be sold or put back on sale; nothing brings them back.</source>
        <translation>作废后不能出售，也不能重新上架，无法恢复。</translation>
    </message>
    <message>
        <source>Some are with buyers: their orders stay as they are.</source>
        <translation>其中有的已在买家手里：相关订单保持不变。</translation>
    </message>
    <message>
        <source>Make keys void</source>
        <translation>作废卡密</translation>
    </message>
    <message>
        <source>Make {count} keys void</source>
        <translation>作废 {count} 条卡密</translation>
    </message>
    <message>
        <source>{count} keys are void now.</source>
        <translation>已作废 {count} 条卡密。</translation>
    </message>
    <message>
        <source>They did not work (counts against their supplier)</source>
        <translation>卡密无效（计入供应商失效率）</translation>
    </message>
    <message>
        <source>{count} keys go into quarantine ({states}).</source>
        <translation>{count} 条卡密将转入隔离（{states}）。</translation>
    </message>
    <message>
        <source>They are not sold until you put them back with the issuer&apos;s record, or make them void.</source>
        <translation>隔离期间不出售，直到您凭发行方的记录重新上架，或将其作废。</translation>
    </message>
    <message>
        <source>Put keys into quarantine</source>
        <translation>隔离卡密</translation>
    </message>
    <message>
        <source>Quarantine {count} keys</source>
        <translation>隔离 {count} 条卡密</translation>
    </message>
    <message>
        <source>{count} keys are in quarantine.</source>
        <translation>已隔离 {count} 条卡密。</translation>
    </message>
    <message>
        <source>{count} keys are in stock again.</source>
        <translation>{count} 条卡密已重新入库。</translation>
    </message>
    <message>
        <source>{count} keys moved to the other product.</source>
        <translation>{count} 条卡密已移到另一商品。</translation>
    </message>
    <message>
        <source>The note of {count} keys is written.</source>
        <translation>已写入 {count} 条卡密的备注。</translation>
    </message>
    <message>
        <source>{count} keys go into the recycle bin.</source>
        <translation>{count} 条卡密将移入回收站。</translation>
    </message>
    <message>
        <source>They are not sold, and they can come back until the bin is emptied.</source>
        <translation>回收站中的卡密不出售，清空之前可以恢复。</translation>
    </message>
    <message>
        <source>A key that was delivered once stays in the books.</source>
        <translation>发出过的卡密仍保留在账上。</translation>
    </message>
    <message>
        <source>Delete keys</source>
        <translation>删除卡密</translation>
    </message>
    <message>
        <source>Delete {count} keys</source>
        <translation>删除 {count} 条卡密</translation>
    </message>
    <message>
        <source>{count} keys are in the recycle bin.</source>
        <translation>已将 {count} 条卡密移入回收站。</translation>
    </message>
    <message>
        <source>Empty the recycle bin</source>
        <translation>清空回收站</translation>
    </message>
    <message>
        <source>{count} keys are deleted for good.</source>
        <translation>{count} 条卡密将永久删除。</translation>
    </message>
    <message>
        <source>Only the log keeps that they were there; their text is gone.</source>
        <translation>只有日志保留它们曾经存在的记录，卡密内容不再保留。</translation>
    </message>
    <message>
        <source>Delete {count} keys for good</source>
        <translation>永久删除 {count} 条卡密</translation>
    </message>
    <message>
        <source>{count} keys were deleted for good.</source>
        <translation>已永久删除 {count} 条卡密。</translation>
    </message>
    <message>
        <source>{count} others stay as they are ({states}).</source>
        <translation>另有 {count} 条保持不变（{states}）。</translation>
    </message>
    <message>
        <source>Changing keys</source>
        <translation>正在修改卡密</translation>
    </message>
</context>
<context>
    <name>KeysPage</name>
    <message>
        <source>Card keys</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Find card keys</source>
        <translation>查找卡密</translation>
    </message>
    <message>
        <source>Whole key, order no. or batch…</source>
        <translation>整条卡密、单号、批次…</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>All products</source>
        <translation>全部商品</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>全部状态</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>All batches</source>
        <translation>全部批次</translation>
    </message>
    <message>
        <source>Imported when</source>
        <translation>导入时间</translation>
    </message>
    <message>
        <source>When they were imported</source>
        <translation>按导入时间筛选</translation>
    </message>
    <message>
        <source>Empty the recycle bin…</source>
        <translation>清空回收站…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Import keys</source>
        <translation>导入卡密</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
    <message>
        <source>Usable until</source>
        <translation>有效期至</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>State since</source>
        <translation>状态时间</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>{day} expired</source>
        <translation>{day} 已过期</translation>
    </message>
    <message>
        <source>{count} keys</source>
        <translation>{count} 条卡密</translation>
    </message>
    <message>
        <source>No key has all of this. Keys are found by their whole text, not by a part of it.</source>
        <translation>没有符合全部条件的卡密。请输入整条卡密查找，只输一部分查不到。</translation>
    </message>
    <message>
        <source>While the shop is locked, keys are found only by order number and batch.</source>
        <translation>店铺锁定时，只能按订单号和批次查找卡密。</translation>
    </message>
    <message>
        <source>Keys are sealed and found by their whole text; a part of one takes a look into each.</source>
        <translation>卡密加密保存，须输入整条才能查到；只记得一部分时，可逐条打开查找。</translation>
    </message>
    <message>
        <source>Look inside all keys…</source>
        <translation>在所有卡密中查找…</translation>
    </message>
    <message>
        <source>No key fits</source>
        <translation>没有符合条件的卡密</translation>
    </message>
    <message>
        <source>Show all keys</source>
        <translation>显示全部卡密</translation>
    </message>
    <message>
        <source>No product yet</source>
        <translation>还没有商品</translation>
    </message>
    <message>
        <source>Keys belong to a product: add the first one, then import its keys.</source>
        <translation>卡密属于商品：请先添加商品，再导入卡密。</translation>
    </message>
    <message>
        <source>Add a product</source>
        <translation>添加商品</translation>
    </message>
    <message>
        <source>No card keys yet</source>
        <translation>还没有卡密</translation>
    </message>
    <message>
        <source>Import a text or CSV file with one key on each line, paste them, or drop the file here.</source>
        <translation>导入每行一条卡密的文本或 CSV 文件，也可以粘贴，或把文件拖到这里。</translation>
    </message>
    <message>
        <source>Counting the keys shown</source>
        <translation>正在统计所列卡密</translation>
    </message>
    <message>
        <source>Reading the chosen keys</source>
        <translation>正在读取所选卡密</translation>
    </message>
    <message>
        <source>Keys belong to a product: add the product first.</source>
        <translation>卡密属于商品：请先添加商品。</translation>
    </message>
    <message>
        <source>{count} keys imported as {batch}.</source>
        <translation>已导入 {count} 条卡密，批次 {batch}。</translation>
    </message>
</context>
<context>
    <name>LogExportDialog</name>
    <message>
        <source>Export the event log for somebody else</source>
        <translation>导出操作日志给他人核验</translation>
    </message>
    <message>
        <source>Every event</source>
        <translation>全部记录</translation>
    </message>
    <message>
        <source>The events of one order; of all others only the hash</source>
        <translation>只公开一个订单的记录，其余仅留哈希</translation>
    </message>
    <message>
        <source>Hashes only: proves the sequence, shows nothing</source>
        <translation>仅哈希：不公开任何内容，可证明先后</translation>
    </message>
    <message>
        <source>Order number</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Choose the file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>One file with the chain, its signatures and certificates. Whoever gets it checks it with “kamidesk audit verify FILE”, without this shop.</source>
        <translation>一个文件，含哈希链、签名和证书。收到的人用“kamidesk audit verify 文件”即可核验，无需本店铺。</translation>
    </message>
    <message>
        <source>The shop is locked: the events since the last signature go out unsigned. Unlock it first.</source>
        <translation>店铺已锁定：上次签名之后的记录将不带签名。建议先解锁。</translation>
    </message>
    <message>
        <source>Which order? Type its number.</source>
        <translation>请输入订单号。</translation>
    </message>
    <message>
        <source>Lines of JSON (*.jsonl)</source>
        <translation>JSON 行文件 (*.jsonl)</translation>
    </message>
</context>
<context>
    <name>LogStateCard</name>
    <message>
        <source>Last verified</source>
        <translation>上次校验</translation>
    </message>
    <message>
        <source>Signed</source>
        <translation>签名</translation>
    </message>
    <message>
        <source>Journal</source>
        <translation>外部日记</translation>
    </message>
    <message>
        <source>Verify the log</source>
        <translation>校验日志</translation>
    </message>
    <message>
        <source>Computes the whole chain and compares it with signatures, journal and issued proofs</source>
        <translation>重算整条哈希链，并与签名、日记和已出具的证明核对</translation>
    </message>
    <message>
        <source>What the verification found</source>
        <translation>校验结果</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从未校验</translation>
    </message>
    <message>
        <source>{when}: intact, {count} events</source>
        <translation>{when}：完好，共 {count} 条</translation>
    </message>
    <message>
        <source>{when}: broken</source>
        <translation>{when}：已被破坏</translation>
    </message>
    <message>
        <source>not yet; when the shop has a name and is next locked, or with the first proof</source>
        <translation>尚未签名；设置店名后下次锁定时，或首次出具证明时签名</translation>
    </message>
    <message>
        <source>up to event {seq} of {count}, {when}</source>
        <translation>至第 {seq} 条（共 {count} 条），{when}</translation>
    </message>
    <message>
        <source>follows; files beside the shop: {count}</source>
        <translation>同步中，店铺旁共 {count} 个文件</translation>
    </message>
    <message>
        <source>Verifying the event log</source>
        <translation>正在校验操作日志</translation>
    </message>
    <message>
        <source>The log is intact: {count} events, signed up to event {signed}.</source>
        <translation>日志完好：共 {count} 条，已签名至第 {signed} 条。</translation>
    </message>
    <message>
        <source>The log was changed. {what}</source>
        <translation>日志被改动。{what}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Desk</source>
        <translation>工作台</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>退款申请</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Card keys</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Proofs</source>
        <translation>核销证明</translation>
    </message>
    <message>
        <source>Refunds</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Disputes</source>
        <translation>争议</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>报表</translation>
    </message>
    <message>
        <source>Policies</source>
        <translation>退款政策</translation>
    </message>
    <message>
        <source>Event log</source>
        <translation>操作日志</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Opening the shop…</source>
        <translation>正在打开店铺…</translation>
    </message>
    <message>
        <source>Find an order, a buyer or a key</source>
        <translation>查找订单、买家或卡密</translation>
    </message>
    <message>
        <source>Find an order no., buyer, account, batch or key…</source>
        <translation>查找订单号、买家、账号、批次或卡密…</translation>
    </message>
    <message>
        <source>Find anything, or start a step by its name (Ctrl+K)</source>
        <translation>查找任何内容，或按名称执行操作（Ctrl+K）</translation>
    </message>
    <message>
        <source>Import keys</source>
        <translation>导入卡密</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>The folder of this shop</source>
        <translation>店铺数据文件夹</translation>
    </message>
    <message>
        <source>Restore a backup…</source>
        <translation>恢复备份…</translation>
    </message>
    <message>
        <source>Running low: {products}</source>
        <translation>库存不足：{products}</translation>
    </message>
    <message>
        <source>{page} – Kamidesk</source>
        <translation>{page} – Kamidesk</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Unlocked</source>
        <translation>已解锁</translation>
    </message>
    <message>
        <source>Locked: keys and buyers are hidden</source>
        <translation>已锁定：卡密和买家资料已隐藏</translation>
    </message>
    <message>
        <source>Some work is still stopping, then Kamidesk closes. Close again to leave without waiting.</source>
        <translation>还有任务正在停止，完成后 Kamidesk 会关闭。再次关闭则不再等待。</translation>
    </message>
</context>
<context>
    <name>MarkPaidDialog</name>
    <message>
        <source>Record the payment</source>
        <translation>登记付款</translation>
    </message>
    <message>
        <source>Mark as paid</source>
        <translation>标记为已付款</translation>
    </message>
    <message>
        <source>Order {order_no}: {amount} is to be paid.</source>
        <translation>订单 {order_no}：应付 {amount}。</translation>
    </message>
    <message>
        <source>Amount paid</source>
        <translation>实付金额</translation>
    </message>
    <message>
        <source>Paid at</source>
        <translation>付款时间</translation>
    </message>
    <message>
        <source>Paid by</source>
        <translation>支付方式</translation>
    </message>
    <message>
        <source>Payment reference</source>
        <translation>支付流水号</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>支付流水号</translation>
    </message>
</context>
<context>
    <name>MarksDialog</name>
    <message>
        <source>It is known when it was taken</source>
        <translation>已知取证时间</translation>
    </message>
    <message>
        <source>Taken at</source>
        <translation>取证时间</translation>
    </message>
    <message>
        <source>Where it comes from</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>the buyer, the platform, our log…</source>
        <translation>买家、平台、本店日志…</translation>
    </message>
    <message>
        <source>Holds a written promise of a refund</source>
        <translation>含书面退款承诺</translation>
    </message>
    <message>
        <source>From the chat inside the platform</source>
        <translation>平台内聊天记录</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>This is not on file yet: add it, or close once more to drop it.</source>
        <translation>尚未保存：请先添加，或再次关闭以放弃。</translation>
    </message>
</context>
<context>
    <name>MessageStrip</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>MomentDialog</name>
    <message>
        <source>Complete the order</source>
        <translation>确认收货</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>确认收货</translation>
    </message>
    <message>
        <source>The buyer confirmed the receipt of order {order_no}. From then on a refund for a change of mind is no longer due.</source>
        <translation>买家已确认收到订单 {order_no}。此后因改变主意申请的，不再必须退款。</translation>
    </message>
    <message>
        <source>Record the receipt</source>
        <translation>登记送达</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>The buyer got the goods of order {order_no}; whether they were used is another fact.</source>
        <translation>买家已收到订单 {order_no} 的商品；是否使用是另一回事。</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
</context>
<context>
    <name>MoveKeysDialog</name>
    <message>
        <source>Move keys to another product</source>
        <translation>移动卡密到其他商品</translation>
    </message>
    <message>
        <source>Move {count} keys</source>
        <translation>移动 {count} 条卡密</translation>
    </message>
    <message>
        <source>{count} keys in stock change their product; they keep their batch and their text. Keys that left the stock stay where they are.</source>
        <translation>{count} 条在库卡密将改属其他商品，批次和内容不变。已离库的卡密不移动。</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
</context>
<context>
    <name>NewRequestDialog</name>
    <message>
        <source>New request</source>
        <translation>新建申请</translation>
    </message>
    <message>
        <source>Add the request</source>
        <translation>添加申请</translation>
    </message>
    <message>
        <source>Order number</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>申请原因</translation>
    </message>
    <message>
        <source>The buyer gave none</source>
        <translation>买家没有说明</translation>
    </message>
    <message>
        <source>The buyer&apos;s words</source>
        <translation>买家原话</translation>
    </message>
    <message>
        <source>Requested at</source>
        <translation>申请时间</translation>
    </message>
    <message>
        <source>The buyer claims that a refund was promised</source>
        <translation>买家称曾获退款承诺</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Units</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>买家原话</translation>
    </message>
    <message>
        <source>Requested</source>
        <translation>申请时间</translation>
    </message>
    <message>
        <source>Evidence seen</source>
        <translation>已看到的凭证</translation>
    </message>
    <message>
        <source>Type the order number: the order is looked up.</source>
        <translation>输入订单号即可查到订单。</translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>Opening the shop…</source>
        <translation>正在打开店铺…</translation>
    </message>
    <message>
        <source>The shop could not be opened</source>
        <translation>无法打开店铺</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Welcome to Kamidesk</source>
        <translation>欢迎使用 Kamidesk</translation>
    </message>
    <message>
        <source>There is no shop in {folder} yet.</source>
        <translation>{folder} 中还没有店铺。</translation>
    </message>
    <message>
        <source>Set up your shop</source>
        <translation>建立店铺</translation>
    </message>
    <message>
        <source>Wait until the work under way is done, or stop it; then restore.</source>
        <translation>请等正在进行的任务完成，或先停止它，再恢复。</translation>
    </message>
    <message>
        <source>Restore a backup</source>
        <translation>恢复备份</translation>
    </message>
    <message>
        <source>Backups of Kamidesk (kamidesk-*.db *.db)</source>
        <translation>Kamidesk 备份 (kamidesk-*.db *.db)</translation>
    </message>
    <message>
        <source>Restoring the backup…</source>
        <translation>正在恢复备份…</translation>
    </message>
    <message>
        <source>Restoring the backup</source>
        <translation>恢复备份</translation>
    </message>
    <message>
        <source>The backup was not restored</source>
        <translation>备份未能恢复</translation>
    </message>
    <message>
        <source>Open the shop</source>
        <translation>打开店铺</translation>
    </message>
    <message>
        <source>The backup is restored</source>
        <translation>备份已恢复</translation>
    </message>
    <message>
        <source>It is in {folder}. This window stays with its own shop; the restored one opens with:</source>
        <translation>已恢复到 {folder}。本窗口仍使用原来的店铺；打开恢复的店铺请运行：</translation>
    </message>
    <message>
        <source>{shop} is as it was on {when}, and opens with the password of that time.</source>
        <translation>{shop}已回到 {when} 的状态，用当时的密码打开。</translation>
    </message>
    <message>
        <source>Files that were missing in the backup: {count}.</source>
        <translation>备份中缺失的文件：{count} 个。</translation>
    </message>
    <message>
        <source>The shop that was there is in {folder}.</source>
        <translation>原来的店铺在 {folder}。</translation>
    </message>
    <message>
        <source>The data folder lies in {folder}, which copies files while they are written: such copies are worthless. Move it, and let backups go there instead.</source>
        <translation>数据文件夹位于 {folder}，该服务会在文件写入途中复制，这样的副本毫无用处。请把数据文件夹移出，改为把备份放在那里。</translation>
    </message>
</context>
<context>
    <name>OrderDialog</name>
    <message>
        <source>New order</source>
        <translation>新建订单</translation>
    </message>
    <message>
        <source>Enter the order</source>
        <translation>录入订单</translation>
    </message>
    <message>
        <source>Order number</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>As on the platform</source>
        <translation>与平台一致</translation>
    </message>
    <message>
        <source>Make up a number</source>
        <translation>自动编号</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>渠道</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Quantity</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Price of one</source>
        <translation>单价</translation>
    </message>
    <message>
        <source>Discount of the order</source>
        <translation>整单优惠</translation>
    </message>
    <message>
        <source>Ordered at</source>
        <translation>下单时间</translation>
    </message>
    <message>
        <source>Fee shown at the purchase</source>
        <translation>下单时费用说明的展示</translation>
    </message>
    <message>
        <source>As the policy says</source>
        <translation>按政策</translation>
    </message>
    <message>
        <source>The seller promised something in writing</source>
        <translation>卖家有书面承诺</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Discount</source>
        <translation>优惠</translation>
    </message>
    <message>
        <source>Fee shown</source>
        <translation>费用说明</translation>
    </message>
    <message>
        <source>The buyer has paid</source>
        <translation>买家已付款</translation>
    </message>
    <message>
        <source>Amount paid</source>
        <translation>实付金额</translation>
    </message>
    <message>
        <source>Paid by</source>
        <translation>支付方式</translation>
    </message>
    <message>
        <source>Payment reference</source>
        <translation>支付流水号</translation>
    </message>
    <message>
        <source>Paid at</source>
        <translation>付款时间</translation>
    </message>
    <message>
        <source>Payment</source>
        <translation>付款</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>支付流水号</translation>
    </message>
    <message>
        <source>Buyer</source>
        <translation>买家</translation>
    </message>
    <message>
        <source>Name or contact</source>
        <translation>姓名或联系方式</translation>
    </message>
    <message>
        <source>Type of top-up</source>
        <translation>充值类型</translation>
    </message>
    <message>
        <source>Game</source>
        <translation>游戏名称</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>账号</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>区服</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色 ID</translation>
    </message>
    <message>
        <source>Buyer and target</source>
        <translation>买家与充值对象</translation>
    </message>
    <message>
        <source>{kind}: fee {fee}, {hours} h to ask for a refund</source>
        <translation>{kind}：手续费 {fee}，退款时限 {hours} 小时</translation>
    </message>
    <message>
        <source>Carried out by the operator, without a key</source>
        <translation>由运营商办理，无需卡密</translation>
    </message>
    <message>
        <source>{count} in stock</source>
        <translation>在库 {count} 条</translation>
    </message>
    <message>
        <source>Enter the number of the order.</source>
        <translation>请输入订单号。</translation>
    </message>
</context>
<context>
    <name>OrderFactsView</name>
    <message>
        <source>Channel</source>
        <translation>渠道</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Units</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>实付</translation>
    </message>
    <message>
        <source>Refunded</source>
        <translation>已退款</translation>
    </message>
    <message>
        <source>Paid by</source>
        <translation>支付方式</translation>
    </message>
    <message>
        <source>Ordered</source>
        <translation>下单时间</translation>
    </message>
    <message>
        <source>Shipped</source>
        <translation>发货时间</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>送达时间</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>确认收货</translation>
    </message>
    <message>
        <source>Requested</source>
        <translation>申请时间</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>退款政策</translation>
    </message>
    <message>
        <source>Fee shown</source>
        <translation>费用说明</translation>
    </message>
    <message>
        <source>Promise</source>
        <translation>承诺</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>锁定原因</translation>
    </message>
    <message>
        <source>Buyer</source>
        <translation>买家</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>充值对象</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>version {version}: fee {fee}, window {hours} h</source>
        <translation>第 {version} 版：手续费 {fee}，退款时限 {hours} 小时</translation>
    </message>
    <message>
        <source>a refund was promised in writing</source>
        <translation>有书面退款承诺</translation>
    </message>
    <message>
        <source>official record: not activated</source>
        <translation>官方记录：未激活</translation>
    </message>
    <message>
        <source>record incomplete</source>
        <translation>核销记录不完整</translation>
    </message>
    <message>
        <source>refunded</source>
        <translation>已退款</translation>
    </message>
    <message>
        <source>not asked about</source>
        <translation>未申请</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>另有 {count} 项</translation>
    </message>
</context>
<context>
    <name>OrderPane</name>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Mark paid…</source>
        <translation>登记付款…</translation>
    </message>
    <message>
        <source>Deliver…</source>
        <translation>发货…</translation>
    </message>
    <message>
        <source>Show keys again</source>
        <translation>再次查看卡密</translation>
    </message>
    <message>
        <source>Received…</source>
        <translation>已送达…</translation>
    </message>
    <message>
        <source>Complete…</source>
        <translation>确认收货…</translation>
    </message>
    <message>
        <source>New request…</source>
        <translation>新建申请…</translation>
    </message>
    <message>
        <source>Lock…</source>
        <translation>锁定…</translation>
    </message>
    <message>
        <source>Unlock…</source>
        <translation>解锁…</translation>
    </message>
    <message>
        <source>Cancel the order…</source>
        <translation>取消订单…</translation>
    </message>
    <message>
        <source>{product} × {quantity}  ·  {channel}</source>
        <translation>{product} × {quantity}  ·  {channel}</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Requests: {count}, open: {open}</source>
        <translation>申请 {count} 条，待处理 {open} 条</translation>
    </message>
    <message>
        <source>Locked because</source>
        <translation>锁定原因</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>价款</translation>
    </message>
    <message>
        <source>Refunded</source>
        <translation>已退款</translation>
    </message>
    <message>
        <source>Payment</source>
        <translation>支付方式</translation>
    </message>
    <message>
        <source>Ordered</source>
        <translation>下单时间</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>付款时间</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>发货时间</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>送达时间</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>确认收货</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>取消时间</translation>
    </message>
    <message>
        <source>Buyer</source>
        <translation>买家</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>充值对象</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>退款政策</translation>
    </message>
    <message>
        <source>Fee shown</source>
        <translation>费用说明</translation>
    </message>
    <message>
        <source>Promise</source>
        <translation>承诺</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>{price}, {discount} off</source>
        <translation>{price}，优惠 {discount}</translation>
    </message>
    <message>
        <source>version {version}: fee {fee}, {hours} h</source>
        <translation>第 {version} 版：手续费 {fee}，{hours} 小时</translation>
    </message>
    <message>
        <source>in writing</source>
        <translation>书面</translation>
    </message>
</context>
<context>
    <name>OrderSteps</name>
    <message>
        <source>The payment is recorded.</source>
        <translation>付款已登记。</translation>
    </message>
    <message>
        <source>The receipt is recorded.</source>
        <translation>送达已登记。</translation>
    </message>
    <message>
        <source>The order is completed.</source>
        <translation>订单已完成。</translation>
    </message>
    <message>
        <source>Lock order {order_no}</source>
        <translation>锁定订单 {order_no}</translation>
    </message>
    <message>
        <source>Nothing is delivered while the order is locked.</source>
        <translation>锁定期间不能发货。</translation>
    </message>
    <message>
        <source>The clocks of its open requests stand still.</source>
        <translation>其待处理申请的时限暂停。</translation>
    </message>
    <message>
        <source>Lock the order</source>
        <translation>锁定订单</translation>
    </message>
    <message>
        <source>The order is locked.</source>
        <translation>订单已锁定。</translation>
    </message>
    <message>
        <source>Unlock order {order_no}</source>
        <translation>解锁订单 {order_no}</translation>
    </message>
    <message>
        <source>It was locked because: {reason}</source>
        <translation>锁定原因：{reason}</translation>
    </message>
    <message>
        <source>It can be delivered again, and the clocks of its open requests run on.</source>
        <translation>解锁后可以发货，其待处理申请的时限继续计算。</translation>
    </message>
    <message>
        <source>Unlock the order</source>
        <translation>解锁订单</translation>
    </message>
    <message>
        <source>The order is unlocked.</source>
        <translation>订单已解锁。</translation>
    </message>
    <message>
        <source>Cancel order {order_no}</source>
        <translation>取消订单 {order_no}</translation>
    </message>
    <message>
        <source>The order was never paid, so there is nothing to refund.</source>
        <translation>订单未付款，无款可退。</translation>
    </message>
    <message>
        <source>A cancelled order cannot be paid or delivered any more.</source>
        <translation>取消后不能再付款或发货。</translation>
    </message>
    <message>
        <source>Cancel the order</source>
        <translation>取消订单</translation>
    </message>
    <message>
        <source>The order is cancelled.</source>
        <translation>订单已取消。</translation>
    </message>
    <message>
        <source>The redemption is recorded.</source>
        <translation>核销已登记。</translation>
    </message>
    <message>
        <source>The facts are recorded.</source>
        <translation>事实已登记。</translation>
    </message>
    <message>
        <source>Order {order_no} is delivered.</source>
        <translation>订单 {order_no} 已发货。</translation>
    </message>
    <message>
        <source>The shop is locked: unlock it, then show the keys from the order.</source>
        <translation>店铺已锁定：解锁后可在订单中查看卡密。</translation>
    </message>
</context>
<context>
    <name>OrdersPage</name>
    <message>
        <source>New order</source>
        <translation>新建订单</translation>
    </message>
    <message>
        <source>Proof</source>
        <translation>核销证明</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Find orders</source>
        <translation>查找订单</translation>
    </message>
    <message>
        <source>Order no., whole buyer or account…</source>
        <translation>单号、买家、账号…</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>全部状态</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>All products</source>
        <translation>全部商品</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>渠道</translation>
    </message>
    <message>
        <source>All channels</source>
        <translation>全部渠道</translation>
    </message>
    <message>
        <source>Ordered when</source>
        <translation>下单日期</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Orders from a CSV file</source>
        <translation>从 CSV 文件导入订单</translation>
    </message>
    <message>
        <source>Redemptions…</source>
        <translation>核销清单…</translation>
    </message>
    <message>
        <source>A supplier&apos;s or an operator&apos;s list of what was redeemed</source>
        <translation>供货方的激活清单或运营商的到账清单</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Qty</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>实付</translation>
    </message>
    <message>
        <source>Refunded</source>
        <translation>已退</translation>
    </message>
    <message>
        <source>Buyer</source>
        <translation>买家</translation>
    </message>
    <message>
        <source>Ordered</source>
        <translation>下单时间</translation>
    </message>
    <message>
        <source>Paid at</source>
        <translation>付款时间</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>发货时间</translation>
    </message>
    <message>
        <source>{state}, locked</source>
        <translation>{state}，已锁定</translation>
    </message>
    <message>
        <source>No order fits</source>
        <translation>没有符合条件的订单</translation>
    </message>
    <message>
        <source>Buyers and accounts are found by their whole name, order numbers by any three characters.</source>
        <translation>买家和账号须输入完整名称；订单号输入任意三个字符即可。</translation>
    </message>
    <message>
        <source>Show all orders</source>
        <translation>显示全部订单</translation>
    </message>
    <message>
        <source>No sales channel yet</source>
        <translation>还没有销售渠道</translation>
    </message>
    <message>
        <source>An order belongs to a channel, whose policy says what is refunded: write that down first.</source>
        <translation>订单属于渠道，渠道的政策决定如何退款：请先写明政策。</translation>
    </message>
    <message>
        <source>Go to Policies</source>
        <translation>前往退款政策</translation>
    </message>
    <message>
        <source>No product yet</source>
        <translation>还没有商品</translation>
    </message>
    <message>
        <source>Add what you sell, then its keys, then the orders.</source>
        <translation>先添加商品，再导入卡密，然后录入订单。</translation>
    </message>
    <message>
        <source>Add a product</source>
        <translation>添加商品</translation>
    </message>
    <message>
        <source>No orders yet</source>
        <translation>还没有订单</translation>
    </message>
    <message>
        <source>Enter one by hand, or import the orders of your platform from a CSV file.</source>
        <translation>手工录入，或从 CSV 文件导入平台订单。</translation>
    </message>
    <message>
        <source>An order needs a sales channel with a policy: add it first.</source>
        <translation>订单需要有政策的销售渠道：请先添加。</translation>
    </message>
    <message>
        <source>An order needs a product: add it first.</source>
        <translation>订单需要商品：请先添加。</translation>
    </message>
    <message>
        <source>The order is entered.</source>
        <translation>订单已录入。</translation>
    </message>
    <message>
        <source>{count} orders were entered.</source>
        <translation>已录入 {count} 张订单。</translation>
    </message>
    <message>
        <source>{count} redemptions were recorded.</source>
        <translation>已登记 {count} 条核销。</translation>
    </message>
</context>
<context>
    <name>OutcomeDialog</name>
    <message>
        <source>Outcome of the dispute</source>
        <translation>争议结果</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>{request}, {target}</source>
        <translation>{request}，{target}</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Money was agreed: open the refund again</source>
        <translation>约定退款：重新受理</translation>
    </message>
    <message>
        <source>The refund is opened again as a new request, for you to decide with this outcome at hand.</source>
        <translation>将生成新申请重新受理退款，由您据此结果处理。</translation>
    </message>
    <message>
        <source>The request is still open: decide it with this outcome at hand.</source>
        <translation>申请尚未处理：请据此结果处理。</translation>
    </message>
    <message>
        <source>The decision stands.</source>
        <translation>原处理结果不变。</translation>
    </message>
    <message>
        <source>The request is still to be decided.</source>
        <translation>申请仍待处理。</translation>
    </message>
</context>
<context>
    <name>P12Dialog</name>
    <message>
        <source>Use a .p12</source>
        <translation>导入 .p12</translation>
    </message>
    <message>
        <source>Password of the certificate file</source>
        <translation>证书文件的密码</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>The key must be P-256. Proofs are signed with this certificate from now on.</source>
        <translation>密钥须为 P-256。今后的证明用该证书签名。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>PasswordDialog</name>
    <message>
        <source>Change the password</source>
        <translation>修改密码</translation>
    </message>
    <message>
        <source>Set a password</source>
        <translation>设置密码</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Older backups of the shop still open with the password they were made under.</source>
        <translation>旧备份仍用备份当时的密码打开。</translation>
    </message>
    <message>
        <source>Password now</source>
        <translation>当前密码</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>新密码</translation>
    </message>
    <message>
        <source>New password again</source>
        <translation>再次输入新密码</translation>
    </message>
    <message>
        <source>Once more</source>
        <translation>再输一次</translation>
    </message>
    <message>
        <source>Type the password that opens the shop now.</source>
        <translation>请输入当前打开店铺的密码。</translation>
    </message>
    <message>
        <source>The two new passwords differ: type the same one twice.</source>
        <translation>两次输入的新密码不同：请输入相同的密码。</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
</context>
<context>
    <name>PdfPreview</name>
    <message>
        <source>Pages of the document</source>
        <translation>文档页面</translation>
    </message>
    <message>
        <source>Previous page (Page Up)</source>
        <translation>上一页（Page Up）</translation>
    </message>
    <message>
        <source>Next page (Page Down)</source>
        <translation>下一页（Page Down）</translation>
    </message>
    <message>
        <source>Smaller (Ctrl+-)</source>
        <translation>缩小（Ctrl+-）</translation>
    </message>
    <message>
        <source>Larger (Ctrl++)</source>
        <translation>放大（Ctrl++）</translation>
    </message>
    <message>
        <source>Fit the width (Ctrl+0)</source>
        <translation>适合宽度（Ctrl+0）</translation>
    </message>
    <message>
        <source>{name}, page {number} of {count}</source>
        <translation>{name}，第 {number} 页，共 {count} 页</translation>
    </message>
    <message>
        <source>The document cannot be shown</source>
        <translation>无法显示文档</translation>
    </message>
    <message>
        <source>Page {number} of {count}</source>
        <translation>第 {number} 页，共 {count} 页</translation>
    </message>
</context>
<context>
    <name>PeriodFilter</name>
    <message>
        <source>Any day</source>
        <translation>任意日期</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>最近 7 天</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>最近 30 天</translation>
    </message>
    <message>
        <source>Choose days…</source>
        <translation>选择日期…</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>开始日期</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>结束日期</translation>
    </message>
</context>
<context>
    <name>PictureDialog</name>
    <message>
        <source>The picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>PoliciesPage</name>
    <message>
        <source>Add a channel</source>
        <translation>添加渠道</translation>
    </message>
    <message>
        <source>Change the rules</source>
        <translation>修改政策</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>渠道</translation>
    </message>
    <message>
        <source>No channel yet</source>
        <translation>还没有渠道</translation>
    </message>
    <message>
        <source>A channel is a place where you sell. It carries the refund rules that its buyers can read.</source>
        <translation>渠道是您售卖的地方，带有买家在那里能看到的退款政策。</translation>
    </message>
    <message>
        <source>Reply texts…</source>
        <translation>回复模板…</translation>
    </message>
    <message>
        <source>Every order keeps the rules in force when it was placed.</source>
        <translation>每张订单都保留下单时有效的政策。</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>渠道</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>手续费</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Rename or retire…</source>
        <translation>改名或停用…</translation>
    </message>
    <message>
        <source>Versions of the rules</source>
        <translation>政策版本</translation>
    </message>
    <message>
        <source>What the chosen version says</source>
        <translation>所选版本的内容</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>In force</source>
        <translation>当前有效</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>旧版本</translation>
    </message>
    <message>
        <source>Counts from</source>
        <translation>生效时间</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>退款时限</translation>
    </message>
    <message>
        <source>By</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Retired</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} 小时</translation>
    </message>
    <message>
        <source>Policies</source>
        <translation>退款政策</translation>
    </message>
    <message>
        <source>Rules of a channel</source>
        <translation>渠道政策</translation>
    </message>
    <message>
        <source>Version {version}, for orders placed since {when}: {count} so far</source>
        <translation>第 {version} 版，适用于 {when} 起的订单：目前 {count} 张</translation>
    </message>
    <message>
        <source>Version {version}, from {when} until the next one: {count} orders keep it</source>
        <translation>第 {version} 版，自 {when} 至下一版生效：{count} 张订单适用</translation>
    </message>
    <message>
        <source>Refund window</source>
        <translation>退款时限</translation>
    </message>
    <message>
        <source>Fee before shipping</source>
        <translation>未发货手续费</translation>
    </message>
    <message>
        <source>Largest fee</source>
        <translation>手续费上限</translation>
    </message>
    <message>
        <source>Buyers see the fee</source>
        <translation>费用说明的展示</translation>
    </message>
    <message>
        <source>Refund policy</source>
        <translation>退款政策</translation>
    </message>
    <message>
        <source>Fee note</source>
        <translation>费用说明</translation>
    </message>
    <message>
        <source>Cancellation rules</source>
        <translation>订单取消规则</translation>
    </message>
    <message>
        <source>After-sales terms</source>
        <translation>售后条款</translation>
    </message>
    <message>
        <source>User agreement</source>
        <translation>用户协议</translation>
    </message>
    <message>
        <source>{hours} h after the order</source>
        <translation>下单后 {hours} 小时</translation>
    </message>
    <message>
        <source>not written</source>
        <translation>未填写</translation>
    </message>
    <message>
        <source>no evidence needed</source>
        <translation>无需凭证</translation>
    </message>
    <message>
        <source>The channel was added.</source>
        <translation>渠道已添加。</translation>
    </message>
    <message>
        <source>The new version counts for orders placed from now on.</source>
        <translation>新版本适用于今后的订单。</translation>
    </message>
    <message>
        <source>The channel was saved.</source>
        <translation>渠道已保存。</translation>
    </message>
</context>
<context>
    <name>PolicyDialog</name>
    <message>
        <source>Add a channel</source>
        <translation>添加渠道</translation>
    </message>
    <message>
        <source>New rules for {channel}</source>
        <translation>{channel} 的新政策</translation>
    </message>
    <message>
        <source>Name of the channel</source>
        <translation>渠道名称</translation>
    </message>
    <message>
        <source>e.g. Taobao shop</source>
        <translation>例如：淘宝店</translation>
    </message>
    <message>
        <source>Kind of the channel</source>
        <translation>渠道类型</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Add the channel</source>
        <translation>添加渠道</translation>
    </message>
    <message>
        <source>Save as a new version</source>
        <translation>保存为新版本</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>The kind cannot be changed later: orders are judged by it.</source>
        <translation>类型以后不能修改：订单按它裁定。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Every order keeps the rules in force when it was placed. These are version 1.</source>
        <translation>每张订单都保留下单时有效的政策。这是第 1 版。</translation>
    </message>
    <message>
        <source>Version {next} counts for orders placed from the moment it is saved. Orders placed before keep their version; {count} stand under version {version}.</source>
        <translation>第 {next} 版从保存时起适用于新订单。此前的订单保留原版本；其中 {count} 张适用第 {version} 版。</translation>
    </message>
</context>
<context>
    <name>PolicyForm</name>
    <message>
        <source>Refund window in hours</source>
        <translation>退款时限（小时）</translation>
    </message>
    <message>
        <source> h</source>
        <translation> 小时</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>手续费</translation>
    </message>
    <message>
        <source>Fee before shipping</source>
        <translation>未发货手续费</translation>
    </message>
    <message>
        <source>Largest fee</source>
        <translation>手续费上限</translation>
    </message>
    <message>
        <source>How buyers see the fee</source>
        <translation>买家如何看到费用</translation>
    </message>
    <message>
        <source>Refund window</source>
        <translation>退款时限</translation>
    </message>
    <message>
        <source>Buyers see the fee</source>
        <translation>费用说明的展示</translation>
    </message>
    <message>
        <source>Refund policy</source>
        <translation>退款政策</translation>
    </message>
    <message>
        <source>Fee note</source>
        <translation>费用说明</translation>
    </message>
    <message>
        <source>Cancellation rules</source>
        <translation>订单取消规则</translation>
    </message>
    <message>
        <source>After-sales terms</source>
        <translation>售后条款</translation>
    </message>
    <message>
        <source>User agreement</source>
        <translation>用户协议</translation>
    </message>
    <message>
        <source>Evidence to show</source>
        <translation>所需凭证</translation>
    </message>
</context>
<context>
    <name>PrintDialog</name>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>Preparing the paper…</source>
        <translation>正在准备页面…</translation>
    </message>
    <message>
        <source>Printer</source>
        <translation>打印机</translation>
    </message>
    <message>
        <source>No printer is set up on this computer. Save a PDF and print it elsewhere.</source>
        <translation>本机没有可用的打印机。可保存为 PDF，再到别处打印。</translation>
    </message>
    <message>
        <source>Copies</source>
        <translation>份数</translation>
    </message>
    <message>
        <source>All pages</source>
        <translation>全部页面</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页码</translation>
    </message>
    <message>
        <source>First page</source>
        <translation>起始页</translation>
    </message>
    <message>
        <source>Last page</source>
        <translation>结束页</translation>
    </message>
    <message>
        <source>Show page</source>
        <translation>查看第几页</translation>
    </message>
    <message>
        <source>Several proofs in one file: the file itself carries no signature. The code on the first page of each proof verifies on paper.</source>
        <translation>多份证明合为一个打印文件：该文件本身没有签名。打印后可扫描每份证明首页的二维码核验。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>正在准备</translation>
    </message>
    <message>
        <source>The paper cannot be shown</source>
        <translation>无法显示页面</translation>
    </message>
    <message>
        <source>Save as a PDF file…</source>
        <translation>保存为 PDF 文件…</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Pages: {pages} of {count}. Proofs: {proofs}.</source>
        <translation>页数：{pages} / {count}。证明：{proofs} 份。</translation>
    </message>
    <message>
        <source>Save as PDF</source>
        <translation>保存为 PDF</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Printing</source>
        <translation>正在打印</translation>
    </message>
    <message>
        <source>Stopped. Look at the queue of the printer for what it has already.</source>
        <translation>已停止。已送出的内容请查看打印队列。</translation>
    </message>
</context>
<context>
    <name>PrintLogDialog</name>
    <message>
        <source>Print log</source>
        <translation>打印记录</translation>
    </message>
    <message>
        <source>Find a print</source>
        <translation>查找打印记录</translation>
    </message>
    <message>
        <source>Proof number, title or printer…</source>
        <translation>证明编号、标题或打印机…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Printed</source>
        <translation>打印时间</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Proofs</source>
        <translation>证明数</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页数</translation>
    </message>
    <message>
        <source>Copies</source>
        <translation>份数</translation>
    </message>
    <message>
        <source>Printer</source>
        <translation>打印机</translation>
    </message>
    <message>
        <source>Printed by</source>
        <translation>打印人</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有结果</translation>
    </message>
    <message>
        <source>No print has this in its log entry.</source>
        <translation>没有符合条件的打印记录。</translation>
    </message>
    <message>
        <source>Nothing was printed yet</source>
        <translation>还没有打印记录</translation>
    </message>
    <message>
        <source>Print an issued proof, and it is noted here.</source>
        <translation>打印已出具的证明后，会记录在这里。</translation>
    </message>
</context>
<context>
    <name>ProductDialog</name>
    <message>
        <source>Add a product</source>
        <translation>添加商品</translation>
    </message>
    <message>
        <source>Change the product</source>
        <translation>修改商品</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Product code</source>
        <translation>商品编码</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Face value</source>
        <translation>面值</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>售价</translation>
    </message>
    <message>
        <source>Low stock at</source>
        <translation>库存预警</translation>
    </message>
    <message>
        <source>No warning</source>
        <translation>不提示</translation>
    </message>
    <message>
        <source>“abc” and “ABC” are the same key</source>
        <translation>“abc”与“ABC”是同一条卡密</translation>
    </message>
    <message>
        <source>“AB-CD” and “ABCD” are the same key</source>
        <translation>“AB-CD”与“ABCD”是同一条卡密</translation>
    </message>
    <message>
        <source>Keys are issued</source>
        <translation>发卡顺序</translation>
    </message>
    <message>
        <source>A key is delivered again and again</source>
        <translation>同一条卡密可反复发货</translation>
    </message>
    <message>
        <source>Use limit</source>
        <translation>发货次数上限</translation>
    </message>
    <message>
        <source>Without end</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>On sale</source>
        <translation>在售</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>A phone top-up is carried out and holds no keys.</source>
        <translation>话费充值由运营商办理，没有卡密。</translation>
    </message>
    <message>
        <source>Warn when so many keys or fewer can be sold.</source>
        <translation>可售卡密不多于此数时提示。</translation>
    </message>
    <message>
        <source>Comparing keys</source>
        <translation>卡密查重</translation>
    </message>
    <message>
        <source>Cannot be changed once the product has keys.</source>
        <translation>商品已有卡密后不能更改。</translation>
    </message>
    <message>
        <source>Reusable</source>
        <translation>重复使用</translation>
    </message>
    <message>
        <source>How often one key can be delivered.</source>
        <translation>一条卡密最多可以发货多少次。</translation>
    </message>
</context>
<context>
    <name>ProductsPage</name>
    <message>
        <source>Find a product</source>
        <translation>查找商品</translation>
    </message>
    <message>
        <source>Code or name…</source>
        <translation>编码或名称…</translation>
    </message>
    <message>
        <source>Only those on sale</source>
        <translation>只看在售</translation>
    </message>
    <message>
        <source>Add a product</source>
        <translation>添加商品</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>In stock</source>
        <translation>在库</translation>
    </message>
    <message>
        <source>Stock</source>
        <translation>库存</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>售价</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>已发出</translation>
    </message>
    <message>
        <source>Redeemed</source>
        <translation>已核销</translation>
    </message>
    <message>
        <source>Quarantined</source>
        <translation>隔离</translation>
    </message>
    <message>
        <source>Expired</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>Face value</source>
        <translation>面值</translation>
    </message>
    <message>
        <source>Off sale</source>
        <translation>停售</translation>
    </message>
    <message>
        <source>No keys</source>
        <translation>无卡密</translation>
    </message>
    <message>
        <source>Sold out</source>
        <translation>已售罄</translation>
    </message>
    <message>
        <source>Low stock</source>
        <translation>库存不足</translation>
    </message>
    <message>
        <source>Enough</source>
        <translation>充足</translation>
    </message>
    <message>
        <source>No product fits</source>
        <translation>没有符合条件的商品</translation>
    </message>
    <message>
        <source>Nothing has this code or name.</source>
        <translation>没有这个编码或名称的商品。</translation>
    </message>
    <message>
        <source>Show all products</source>
        <translation>显示全部商品</translation>
    </message>
    <message>
        <source>No products yet</source>
        <translation>还没有商品</translation>
    </message>
    <message>
        <source>A product is what you sell: a card of one value, a membership, a top-up. Its keys come next.</source>
        <translation>商品就是您卖的东西：某种面值的点卡、会员、话费充值。添加后再导入卡密。</translation>
    </message>
    <message>
        <source>Can be sold</source>
        <translation>可售</translation>
    </message>
    <message>
        <source>Low stock at</source>
        <translation>库存预警</translation>
    </message>
    <message>
        <source>Not for sale</source>
        <translation>不可售</translation>
    </message>
    <message>
        <source>Comparing keys</source>
        <translation>卡密查重</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Import keys for this product</source>
        <translation>为该商品导入卡密</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>修改…</translation>
    </message>
    <message>
        <source>Show its keys</source>
        <translation>查看卡密</translation>
    </message>
    <message>
        <source>case does not matter</source>
        <translation>不区分大小写</translation>
    </message>
    <message>
        <source>hyphens do not matter</source>
        <translation>忽略连字符</translation>
    </message>
    <message>
        <source>{count} {what}</source>
        <translation>{what} {count}</translation>
    </message>
    <message>
        <source>quarantined</source>
        <translation>隔离</translation>
    </message>
    <message>
        <source>expired</source>
        <translation>过期</translation>
    </message>
    <message>
        <source>void</source>
        <translation>作废</translation>
    </message>
    <message>
        <source>{delivered} with buyers, {redeemed} redeemed</source>
        <translation>在买家手里 {delivered}，已核销 {redeemed}</translation>
    </message>
    <message>
        <source>exactly as written</source>
        <translation>按原文</translation>
    </message>
    <message>
        <source>The product is saved.</source>
        <translation>商品已保存。</translation>
    </message>
</context>
<context>
    <name>ProgressStrip</name>
    <message>
        <source>Cancel this work</source>
        <translation>取消此任务</translation>
    </message>
    <message>
        <source>{title}: stopping…</source>
        <translation>{title}：正在停止…</translation>
    </message>
    <message>
        <source>{title}: {done} of {total}</source>
        <translation>{title}：{done} / {total}</translation>
    </message>
</context>
<context>
    <name>ProofBatchDialog</name>
    <message>
        <source>Issue several proofs</source>
        <translation>批量出具核销证明</translation>
    </message>
    <message>
        <source>Files of several proofs</source>
        <translation>批量保存核销证明</translation>
    </message>
    <message>
        <source>The {count} selected</source>
        <translation>选中的 {count} 项</translation>
    </message>
    <message>
        <source>All {count} that the list shows</source>
        <translation>列表中的全部 {count} 项</translation>
    </message>
    <message>
        <source>Keep them in the shop</source>
        <translation>只保存在店铺中</translation>
    </message>
    <message>
        <source>Also as separate files in a folder</source>
        <translation>同时逐份保存到文件夹</translation>
    </message>
    <message>
        <source>Also as one file for the printer</source>
        <translation>同时合成一个打印用文件</translation>
    </message>
    <message>
        <source>Separate files in a folder</source>
        <translation>逐份保存到文件夹</translation>
    </message>
    <message>
        <source>One file for the printer</source>
        <translation>合成一个打印用文件</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Without a proof</source>
        <translation>未能出具</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>打印…</translation>
    </message>
    <message>
        <source>Issue</source>
        <translation>出具</translation>
    </message>
    <message>
        <source>Write the files</source>
        <translation>保存文件</translation>
    </message>
    <message>
        <source>Each unit gets a proof with its own number and signature. A unit whose record is not complete, or whose evidence is damaged, is left out and named below.</source>
        <translation>每个单件各有一份独立编号、独立签名的证明。记录不完整或凭证已损坏的单件会跳过，并在下方列出原因。</translation>
    </message>
    <message>
        <source>Order no.</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>proofs</source>
        <translation>核销证明</translation>
    </message>
    <message>
        <source>File for the printer</source>
        <translation>打印用文件</translation>
    </message>
    <message>
        <source>The file for the printer carries no signature itself: on paper, the code of each proof verifies. Whoever wants the electronic proof gets its own signed file.</source>
        <translation>打印用文件本身没有签名：打印后以每份证明上的二维码核验。需要电子证明时，请提供单独签名的原文件。</translation>
    </message>
    <message>
        <source>Folder for the files</source>
        <translation>保存文件夹</translation>
    </message>
    <message>
        <source>Each file is named after its proof and carries its own signature.</source>
        <translation>每个文件以证明编号命名，并带有自己的签名。</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Choose a folder that exists.</source>
        <translation>请选择已存在的文件夹。</translation>
    </message>
    <message>
        <source>Issuing</source>
        <translation>正在出具</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>正在保存</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>{reason} Not done yet: {count}.</source>
        <translation>{reason}尚未处理：{count}。</translation>
    </message>
    <message>
        <source>Issued: {count}.</source>
        <translation>新出具：{count}。</translation>
    </message>
    <message>
        <source>Had a proof before: {count}.</source>
        <translation>此前已有证明：{count}。</translation>
    </message>
    <message>
        <source>Left out: {count}.</source>
        <translation>跳过：{count}。</translation>
    </message>
    <message>
        <source>Not copied: {count}.</source>
        <translation>未能保存：{count}。</translation>
    </message>
    <message>
        <source>Without a time stamp: {count}.</source>
        <translation>没有时间戳：{count}。</translation>
    </message>
    <message>
        <source>Files: {count}.</source>
        <translation>文件：{count}。</translation>
    </message>
    <message>
        <source>Pages for the printer: {count}.</source>
        <translation>打印页数：{count}。</translation>
    </message>
</context>
<context>
    <name>ProofPane</name>
    <message>
        <source>Issue proof</source>
        <translation>出具证明</translation>
    </message>
    <message>
        <source>Issue again</source>
        <translation>重新出具</translation>
    </message>
    <message>
        <source>A new number that names this one as replaced, e.g. after the record was corrected (N)</source>
        <translation>使用新编号，并注明替换这一份，例如更正记录之后（N）</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open the order</source>
        <translation>打开订单</translation>
    </message>
    <message>
        <source>Issued</source>
        <translation>已出具</translation>
    </message>
    <message>
        <source>Order {order_no}, unit {ref}</source>
        <translation>订单 {order_no}，单件 {ref}</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Incomplete</source>
        <translation>不完整</translation>
    </message>
    <message>
        <source>issued {when} by {who}</source>
        <translation>{when} 由 {who} 签发</translation>
    </message>
    <message>
        <source>replaces {proof_no}</source>
        <translation>替换 {proof_no}</translation>
    </message>
    <message>
        <source>not printed yet</source>
        <translation>未打印过</translation>
    </message>
    <message>
        <source>printed once, {when} on {printer}</source>
        <translation>打印过 1 次，{when}，{printer}</translation>
    </message>
    <message>
        <source>printed {count} times, last {when} on {printer}</source>
        <translation>打印过 {count} 次，最近 {when}，{printer}</translation>
    </message>
    <message>
        <source>Redemption proof</source>
        <translation>核销证明</translation>
    </message>
    <message>
        <source>Choose a unit or a proof</source>
        <translation>请选择单件或证明</translation>
    </message>
    <message>
        <source>The paper is shown here before it is issued or printed.</source>
        <translation>出具或打印之前，可在这里预览。</translation>
    </message>
    <message>
        <source>Preparing the paper…</source>
        <translation>正在生成预览…</translation>
    </message>
    <message>
        <source>Draft of the proof</source>
        <translation>证明草稿</translation>
    </message>
    <message>
        <source>No proof yet</source>
        <translation>尚无证明</translation>
    </message>
    <message>
        <source>Complete the record in the order</source>
        <translation>到订单里补全记录</translation>
    </message>
    <message>
        <source>The shop is locked</source>
        <translation>店铺已锁定</translation>
    </message>
    <message>
        <source>The paper cannot be shown</source>
        <translation>无法显示预览</translation>
    </message>
    <message>
        <source>Issuing the proof</source>
        <translation>正在出具证明</translation>
    </message>
    <message>
        <source>Proof {proof_no} was issued.</source>
        <translation>核销证明 {proof_no} 已出具。</translation>
    </message>
    <message>
        <source>Issued without a time stamp.</source>
        <translation>证明已出具，但没有时间戳。</translation>
    </message>
    <message>
        <source>Save the proof</source>
        <translation>保存证明</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Saved as {path}.</source>
        <translation>已保存为 {path}。</translation>
    </message>
</context>
<context>
    <name>ProofsPage</name>
    <message>
        <source>Issue the proof</source>
        <translation>出具证明</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>Lists of proofs</source>
        <translation>核销证明列表</translation>
    </message>
    <message>
        <source>Waiting for a proof</source>
        <translation>待出具</translation>
    </message>
    <message>
        <source>Issued</source>
        <translation>已出具</translation>
    </message>
    <message>
        <source>Find a proof or an order</source>
        <translation>查找证明或订单</translation>
    </message>
    <message>
        <source>Order or proof number…</source>
        <translation>订单号或证明编号…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Verify…</source>
        <translation>核验…</translation>
    </message>
    <message>
        <source>Is a PDF or a QR code genuine? A PDF can also be dropped here.</source>
        <translation>核验 PDF 或二维码的真伪；也可以把 PDF 拖到这里。</translation>
    </message>
    <message>
        <source>Print log…</source>
        <translation>打印记录…</translation>
    </message>
    <message>
        <source>Redeemed units without a proof</source>
        <translation>尚无证明的已核销单件</translation>
    </message>
    <message>
        <source>Issued proofs</source>
        <translation>已出具的证明</translation>
    </message>
    <message>
        <source>No proof was issued yet</source>
        <translation>还没有出具过证明</translation>
    </message>
    <message>
        <source>Choose a redeemed unit in the other list and issue its proof.</source>
        <translation>请在另一列表中选择已核销的单件，为它出具证明。</translation>
    </message>
    <message>
        <source>Show what waits</source>
        <translation>查看待出具</translation>
    </message>
    <message>
        <source>Order no.</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>核销记录</translation>
    </message>
    <message>
        <source>Redeemed</source>
        <translation>核销时间</translation>
    </message>
    <message>
        <source>Proof no.</source>
        <translation>证明编号</translation>
    </message>
    <message>
        <source>Redemption code</source>
        <translation>核销码</translation>
    </message>
    <message>
        <source>Issued at</source>
        <translation>签发时间</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>签发人</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>Incomplete</source>
        <translation>不完整</translation>
    </message>
    <message>
        <source>time</source>
        <translation>核销时间</translation>
    </message>
    <message>
        <source>code</source>
        <translation>核销码</translation>
    </message>
    <message>
        <source>target</source>
        <translation>核销对象</translation>
    </message>
    <message>
        <source>source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>The record lacks: {missing}</source>
        <translation>记录缺少：{missing}</translation>
    </message>
    <message>
        <source>Proofs</source>
        <translation>核销证明</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>No redeemed unit without a proof has this order number.</source>
        <translation>该订单号没有待出具证明的已核销单件。</translation>
    </message>
    <message>
        <source>Every redeemed unit has its proof</source>
        <translation>已核销的单件都有证明</translation>
    </message>
    <message>
        <source>Record a redemption in an order, and its unit waits here for a proof.</source>
        <translation>在订单中登记核销后，该单件就会在这里等待出具证明。</translation>
    </message>
    <message>
        <source>Go to the orders</source>
        <translation>前往订单</translation>
    </message>
    <message>
        <source>Waiting for a proof ({count})</source>
        <translation>待出具（{count}）</translation>
    </message>
    <message>
        <source>Issued ({count})</source>
        <translation>已出具（{count}）</translation>
    </message>
    <message>
        <source>At most {count} proofs are printed at once: select fewer, or make a file for the printer.</source>
        <translation>一次最多打印 {count} 份：请减少选择，或合成一个打印用文件。</translation>
    </message>
    <message>
        <source>Sent to {printer}.</source>
        <translation>已发送到 {printer}。</translation>
    </message>
    <message>
        <source>Issue several…</source>
        <translation>批量出具…</translation>
    </message>
    <message>
        <source>Save several…</source>
        <translation>批量保存…</translation>
    </message>
</context>
<context>
    <name>ProtectionCard</name>
    <message>
        <source>Unlock the shop to change what opens it.</source>
        <translation>解锁店铺后才能修改打开方式。</translation>
    </message>
    <message>
        <source>Protection</source>
        <translation>保护</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>New code…</source>
        <translation>生成新码…</translation>
    </message>
    <message>
        <source>Replace all keys…</source>
        <translation>更换全部密钥…</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>While locked, card keys, buyers, accounts and evidence cannot be read. Orders, amounts, products, the log and issued proofs stay readable for whoever can open this computer: encrypt its disk too.</source>
        <translation>锁定时，卡密、买家、账号和凭证无法读取。订单、金额、商品、日志和已出具的证明，能打开这台电脑的人仍可看到：请同时加密磁盘。</translation>
    </message>
    <message>
        <source>A password opens it, since {day}.</source>
        <translation>用密码打开（{day} 设置）。</translation>
    </message>
    <message>
        <source>The recovery code of {day} opens it when all else is lost.</source>
        <translation>其他方式都丢失时，用恢复码打开（{day} 生成）。</translation>
    </message>
    <message>
        <source>The keyring of this computer opens it, since {day} (weaker than a password).</source>
        <translation>用本机钥匙串打开（{day} 启用，弱于密码）。</translation>
    </message>
    <message>
        <source>A key file beside the data opens it, since {day} (weakest: whoever copies the folder has the keys).</source>
        <translation>用数据旁的密钥文件打开（{day} 启用，最弱：谁复制文件夹谁就有卡密）。</translation>
    </message>
    <message>
        <source>No password.</source>
        <translation>未设密码。</translation>
    </message>
    <message>
        <source>No recovery code.</source>
        <translation>没有恢复码。</translation>
    </message>
    <message>
        <source>The keyring of this computer does not open it.</source>
        <translation>未使用本机钥匙串。</translation>
    </message>
    <message>
        <source>This computer has no keyring that keeps secrets.</source>
        <translation>本机没有可以保管密钥的钥匙串。</translation>
    </message>
    <message>
        <source>No key file.</source>
        <translation>没有密钥文件。</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>修改…</translation>
    </message>
    <message>
        <source>Set…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Use…</source>
        <translation>启用…</translation>
    </message>
    <message>
        <source>Keyring</source>
        <translation>钥匙串</translation>
    </message>
    <message>
        <source>Key file</source>
        <translation>密钥文件</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>恢复码</translation>
    </message>
    <message>
        <source>The keys are being replaced since {day}: {done} of {total} done.</source>
        <translation>{day} 起正在更换密钥：已完成 {done} / {total}。</translation>
    </message>
    <message>
        <source>Remove the password</source>
        <translation>移除密码</translation>
    </message>
    <message>
        <source>The shop then opens on this computer without a question. Older backups still ask for the password.</source>
        <translation>之后店铺在这台电脑上无需密码即可打开。旧备份仍需要密码。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Stop using the keyring</source>
        <translation>停用钥匙串</translation>
    </message>
    <message>
        <source>The shop asks for the password again. The key is taken out of the keyring.</source>
        <translation>店铺将重新要求输入密码，密钥会从钥匙串中删除。</translation>
    </message>
    <message>
        <source>Use the keyring</source>
        <translation>启用钥匙串</translation>
    </message>
    <message>
        <source>The shop then opens without a question for whoever is signed in to this computer as you.</source>
        <translation>之后只要以您的身份登录这台电脑，无需密码即可打开店铺。</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Remove the key file</source>
        <translation>移除密钥文件</translation>
    </message>
    <message>
        <source>The file is deleted. Copies of it still open backups made until now.</source>
        <translation>文件会被删除。它的副本仍能打开此前的备份。</translation>
    </message>
    <message>
        <source>Use a key file</source>
        <translation>启用密钥文件</translation>
    </message>
    <message>
        <source>The key then stands beside the data: whoever copies the folder, or a backup program that does, has the card keys. Use it only on a computer whose disk is encrypted.</source>
        <translation>密钥将放在数据旁边：谁（包括备份软件）复制了文件夹，谁就有了卡密。只应在磁盘已加密的电脑上使用。</translation>
    </message>
    <message>
        <source>The keys are being replaced; how far it is stands at the foot of the window.</source>
        <translation>正在更换密钥，进度见窗口底部。</translation>
    </message>
    <message>
        <source>The new password opens the shop.</source>
        <translation>新密码已生效。</translation>
    </message>
    <message>
        <source>The new recovery code is in force.</source>
        <translation>新恢复码已生效。</translation>
    </message>
    <message>
        <source>What opens the shop was changed.</source>
        <translation>打开方式已更改。</translation>
    </message>
</context>
<context>
    <name>Recovery</name>
    <message>
        <source>The shop file is damaged</source>
        <translation>店铺文件已损坏</translation>
    </message>
    <message>
        <source>See what can be saved…</source>
        <translation>查看能保住什么…</translation>
    </message>
    <message>
        <source>Salvaging the shop…</source>
        <translation>正在抢救店铺…</translation>
    </message>
    <message>
        <source>Salvaging the shop</source>
        <translation>正在抢救店铺</translation>
    </message>
    <message>
        <source>Saved rows: {kept}; lost: {lost}. What is missing is listed in {report}.</source>
        <translation>保留 {kept} 行，丢失 {lost} 行。缺少的内容列于 {report}。</translation>
    </message>
    <message>
        <source>The damaged file is in {folder}.</source>
        <translation>损坏的文件在 {folder}。</translation>
    </message>
    <message>
        <source>Check the shop in the settings when it is open.</source>
        <translation>打开后请在“设置”中检查店铺数据。</translation>
    </message>
    <message>
        <source>The shop is salvaged</source>
        <translation>店铺已抢救</translation>
    </message>
    <message>
        <source>Open the shop</source>
        <translation>打开店铺</translation>
    </message>
    <message>
        <source>The shop was not salvaged</source>
        <translation>店铺未能抢救</translation>
    </message>
</context>
<context>
    <name>RecoveryCodeDialog</name>
    <message>
        <source>New recovery code</source>
        <translation>新恢复码</translation>
    </message>
    <message>
        <source>Password of the shop</source>
        <translation>店铺密码</translation>
    </message>
    <message>
        <source>Make a new code</source>
        <translation>生成新恢复码</translation>
    </message>
    <message>
        <source>The code you have now opens nothing any more. The new one is shown only once.</source>
        <translation>现有的恢复码将失效。新恢复码只显示一次。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Your new recovery code</source>
        <translation>您的新恢复码</translation>
    </message>
    <message>
        <source>Without password and code nobody can read the card keys again. Keep it apart from this computer.</source>
        <translation>密码和恢复码都丢失，就再也没有人能读出卡密。请与本机分开保存。</translation>
    </message>
</context>
<context>
    <name>RecoveryCodeView</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>The code, typed again</source>
        <translation>再次输入恢复码</translation>
    </message>
    <message>
        <source>Type the code again from where you wrote it down</source>
        <translation>请照您写下的内容再次输入恢复码</translation>
    </message>
    <message>
        <source>Type the code again first: it cannot be shown another time.</source>
        <translation>请先再次输入恢复码：它不会再显示。</translation>
    </message>
    <message>
        <source>Shop folder: {folder}</source>
        <translation>店铺文件夹：{folder}</translation>
    </message>
    <message>
        <source>It opens the shop when the password is lost. Keep it apart from the computer.</source>
        <translation>忘记密码时用它打开店铺。请与电脑分开保存。</translation>
    </message>
    <message>
        <source>Recovery code of the shop</source>
        <translation>店铺恢复码</translation>
    </message>
    <message>
        <source>Print the recovery code</source>
        <translation>打印恢复码</translation>
    </message>
    <message>
        <source>Sent to {printer}.</source>
        <translation>已发送到 {printer}。</translation>
    </message>
</context>
<context>
    <name>RedemptionColumns</name>
    <message>
        <source>Encoding</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Sheet</source>
        <translation>工作表</translation>
    </message>
    <message>
        <source>The first row names the columns</source>
        <translation>第一行是列名</translation>
    </message>
    <message>
        <source>Card key</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>Card number</source>
        <translation>卡号</translation>
    </message>
    <message>
        <source>Order number</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>Topped-up account</source>
        <translation>充值账号</translation>
    </message>
    <message>
        <source>Redeemed at</source>
        <translation>核销时间</translation>
    </message>
    <message>
        <source>Redemption code</source>
        <translation>核销码</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>核销对象</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Activated or not</source>
        <translation>是否激活</translation>
    </message>
    <message>
        <source>Column {number}</source>
        <translation>第 {number} 列</translation>
    </message>
</context>
<context>
    <name>RedemptionDialog</name>
    <message>
        <source>Unit {ref} of order {order_no}. What is not known stays empty; a proof needs time, code, target and source.</source>
        <translation>订单 {order_no} 的单件 {ref}。不知道的留空；出具证明需要核销时间、核销码、核销对象和来源。</translation>
    </message>
    <message>
        <source>Unit {ref} of order {order_no}. The record of {at} stays in the log and is named as corrected.</source>
        <translation>订单 {order_no} 的单件 {ref}。{at} 的记录保留在日志中，并注明已被更正。</translation>
    </message>
    <message>
        <source>Record a redemption</source>
        <translation>登记核销</translation>
    </message>
    <message>
        <source>Correct the redemption record</source>
        <translation>更正核销记录</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>The time is known</source>
        <translation>已知核销时间</translation>
    </message>
    <message>
        <source>Redeemed at</source>
        <translation>核销时间</translation>
    </message>
    <message>
        <source>Redemption code</source>
        <translation>核销码</translation>
    </message>
    <message>
        <source>Receipt or activation number, not the card key</source>
        <translation>核销回执号或激活流水号，不是卡密</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>核销对象</translation>
    </message>
    <message>
        <source>Account or phone number</source>
        <translation>账号或手机号</translation>
    </message>
    <message>
        <source>Type it again ({masked})</source>
        <translation>请重新输入（{masked}）</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>记录来源</translation>
    </message>
    <message>
        <source>Where the record comes from, e.g. the issuer&apos;s back end</source>
        <translation>记录从何而来，例如发行方后台</translation>
    </message>
    <message>
        <source>Who says so</source>
        <translation>陈述人</translation>
    </message>
    <message>
        <source>You, if empty</source>
        <translation>留空即您本人</translation>
    </message>
    <message>
        <source>Only a part of the balance was used</source>
        <translation>只使用了部分余额</translation>
    </message>
    <message>
        <source>What remains</source>
        <translation>剩余余额</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>不详</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>凭证</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Kind of evidence</source>
        <translation>凭证种类</translation>
    </message>
    <message>
        <source>There is no picture on the clipboard.</source>
        <translation>剪贴板中没有图片。</translation>
    </message>
    <message>
        <source>Pictures and documents (*.png *.jpg *.jpeg *.webp *.pdf)</source>
        <translation>图片和文档 (*.png *.jpg *.jpeg *.webp *.pdf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>What shows the redemption</source>
        <translation>核销凭证</translation>
    </message>
    <message>
        <source>pasted picture</source>
        <translation>粘贴的图片</translation>
    </message>
    <message>
        <source>Drop a screenshot here</source>
        <translation>将截图拖到这里</translation>
    </message>
</context>
<context>
    <name>RefundDialog</name>
    <message>
        <source>The refund was paid out</source>
        <translation>登记退款转出</translation>
    </message>
    <message>
        <source>Mark paid</source>
        <translation>标记已退出</translation>
    </message>
    <message>
        <source>The refund arrived</source>
        <translation>登记退款到账</translation>
    </message>
    <message>
        <source>Mark arrived</source>
        <translation>标记已到账</translation>
    </message>
    <message>
        <source>The refund failed</source>
        <translation>登记退款失败</translation>
    </message>
    <message>
        <source>Mark failed</source>
        <translation>标记失败</translation>
    </message>
    <message>
        <source>{amount} for order {order_no}, through {route}</source>
        <translation>订单 {order_no} 退款 {amount}，经{route}</translation>
    </message>
    <message>
        <source>Reference of the payment</source>
        <translation>退款流水号</translation>
    </message>
    <message>
        <source>The number WeChat Pay or Alipay shows for the refund</source>
        <translation>微信支付或支付宝显示的退款单号</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation>失败原因</translation>
    </message>
    <message>
        <source>What went wrong, e.g. the buyer&apos;s account was closed</source>
        <translation>失败原因，例如买家账户已注销</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>退款流水号</translation>
    </message>
</context>
<context>
    <name>RefundPane</name>
    <message>
        <source>The chosen refund</source>
        <translation>所选退款</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>申请</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Route</source>
        <translation>退款途径</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>处理时间</translation>
    </message>
    <message>
        <source>Expected by</source>
        <translation>预计到账</translation>
    </message>
    <message>
        <source>Paid at</source>
        <translation>转出时间</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>退款流水号</translation>
    </message>
    <message>
        <source>Arrived at</source>
        <translation>到账时间</translation>
    </message>
    <message>
        <source>In a statement</source>
        <translation>已对账</translation>
    </message>
    <message>
        <source>Open the request</source>
        <translation>打开申请</translation>
    </message>
    <message>
        <source>Open the order</source>
        <translation>打开订单</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>A note of your own</source>
        <translation>自己的备注</translation>
    </message>
    <message>
        <source>Save note</source>
        <translation>保存备注</translation>
    </message>
    <message>
        <source>Mark paid</source>
        <translation>标记已退出</translation>
    </message>
    <message>
        <source>Arrived</source>
        <translation>已到账</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Choose a refund to see it and to take its next step.</source>
        <translation>选择一笔退款，查看详情并进行下一步。</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>已超期</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>尚未</translation>
    </message>
    <message>
        <source>The note was saved.</source>
        <translation>备注已保存。</translation>
    </message>
    <message>
        <source>{amount} for order {order_no}: {state}</source>
        <translation>订单 {order_no} 退款 {amount}：{state}</translation>
    </message>
    <message>
        <source>{day} (overdue)</source>
        <translation>{day}（已超期）</translation>
    </message>
    <message>
        <source>{day} (estimated)</source>
        <translation>{day}（预计）</translation>
    </message>
</context>
<context>
    <name>RefundsPage</name>
    <message>
        <source>All refunds</source>
        <translation>全部退款</translation>
    </message>
    <message>
        <source>Outstanding</source>
        <translation>未完成</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>已超期</translation>
    </message>
    <message>
        <source>In no statement</source>
        <translation>未对账</translation>
    </message>
    <message>
        <source>Missing in the statements</source>
        <translation>账单中缺少</translation>
    </message>
    <message>
        <source>Mark paid</source>
        <translation>标记已退出</translation>
    </message>
    <message>
        <source>To be paid</source>
        <translation>待退款</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Which refunds</source>
        <translation>筛选退款</translation>
    </message>
    <message>
        <source>Find a refund</source>
        <translation>查找退款</translation>
    </message>
    <message>
        <source>Order, request or payment number…</source>
        <translation>订单号、申请号或流水号…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Refunds</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Refunds and statements</source>
        <translation>退款与账单</translation>
    </message>
    <message>
        <source>Statement lines</source>
        <translation>账单记录</translation>
    </message>
    <message>
        <source>Import a statement</source>
        <translation>导入账单</translation>
    </message>
    <message>
        <source>Request no.</source>
        <translation>申请号</translation>
    </message>
    <message>
        <source>Order no.</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>Route</source>
        <translation>退款途径</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Expected by</source>
        <translation>预计到账</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>退款流水号</translation>
    </message>
    <message>
        <source>Paid at</source>
        <translation>转出时间</translation>
    </message>
    <message>
        <source>Arrived at</source>
        <translation>到账时间</translation>
    </message>
    <message>
        <source>In a statement</source>
        <translation>已对账</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>{new} new lines, {matched} refunds matched</source>
        <translation>新增 {new} 条记录，核对退款 {matched} 笔</translation>
    </message>
    <message>
        <source>No refunds yet</source>
        <translation>还没有退款</translation>
    </message>
    <message>
        <source>When a request is approved, its refund stands here until the buyer has the money.</source>
        <translation>申请同意后，退款在这里跟踪，直到买家收到钱。</translation>
    </message>
    <message>
        <source>Go to the requests</source>
        <translation>前往退款申请</translation>
    </message>
    <message>
        <source>No refund matches</source>
        <translation>没有符合条件的退款</translation>
    </message>
    <message>
        <source>Nothing like that is waiting.</source>
        <translation>没有这样的退款。</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>not with the buyer yet: {count}</source>
        <translation>买家尚未收到：{count} 笔</translation>
    </message>
    <message>
        <source>should have arrived by now</source>
        <translation>应到而未到账</translation>
    </message>
    <message>
        <source>nothing is late</source>
        <translation>没有超期的</translation>
    </message>
    <message>
        <source>send the money</source>
        <translation>请尽快转出</translation>
    </message>
    <message>
        <source>nothing to send</source>
        <translation>没有要转出的</translation>
    </message>
    <message>
        <source>pay them again</source>
        <translation>请重新退款</translation>
    </message>
    <message>
        <source>none came back</source>
        <translation>没有被退回的</translation>
    </message>
    <message>
        <source>every refund is in a statement</source>
        <translation>所有退款都已对账</translation>
    </message>
    <message>
        <source>The public holidays of that year are not known yet.</source>
        <translation>该年的节假日安排尚未公布。</translation>
    </message>
</context>
<context>
    <name>ReplyTextsDialog</name>
    <message>
        <source>Reply texts</source>
        <translation>回复模板</translation>
    </message>
    <message>
        <source>Which reply</source>
        <translation>哪一种回复</translation>
    </message>
    <message>
        <source>The wording</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>What a buyer would read</source>
        <translation>买家看到的样子</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Back to the usual wording</source>
        <translation>恢复默认</translation>
    </message>
    <message>
        <source>Write around the facts as you like: what was decided, amounts and dates come from the parts in braces, so that no wording promises what was not decided.</source>
        <translation>可以随意改写前后文字；处理内容、金额和日期只来自花括号中的部分，这样模板就不会承诺没有决定的事。</translation>
    </message>
    <message>
        <source>Click to insert:</source>
        <translation>点击插入：</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Saved: replies are written like this from now on.</source>
        <translation>已保存：今后的回复将按此书写。</translation>
    </message>
    <message>
        <source>Your own wording of “{reply}” is dropped:</source>
        <translation>将丢弃您为“{reply}”写的措辞：</translation>
    </message>
    <message>
        <source>Drop my wording</source>
        <translation>丢弃我的措辞</translation>
    </message>
    <message>
        <source>This wording is not saved: save it, or close once more to drop it.</source>
        <translation>模板尚未保存：请先保存，或再次关闭以放弃。</translation>
    </message>
    <message>
        <source>Approval</source>
        <translation>同意</translation>
    </message>
    <message>
        <source>Refusal</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>Question for evidence</source>
        <translation>索取凭证</translation>
    </message>
    <message>
        <source>Preliminary view</source>
        <translation>初步意见</translation>
    </message>
    <message>
        <source>{occasion}: {verdict}</source>
        <translation>{occasion}：{verdict}</translation>
    </message>
</context>
<context>
    <name>ReplyView</name>
    <message>
        <source>Reply to the buyer</source>
        <translation>给买家的答复</translation>
    </message>
    <message>
        <source>Copy reply</source>
        <translation>复制答复</translation>
    </message>
    <message>
        <source>Reply so far (preliminary)</source>
        <translation>答复（暂拟）</translation>
    </message>
</context>
<context>
    <name>ReportsPage</name>
    <message>
        <source>Reports</source>
        <translation>报表</translation>
    </message>
    <message>
        <source>Stock</source>
        <translation>库存</translation>
    </message>
    <message>
        <source>Suppliers</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Expiring within</source>
        <translation>多少天内到期</translation>
    </message>
    <message>
        <source> days</source>
        <translation> 天</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Stock by product</source>
        <translation>各商品的库存</translation>
    </message>
    <message>
        <source>No product holds keys yet</source>
        <translation>还没有放卡密的商品</translation>
    </message>
    <message>
        <source>Add a product and import its keys; its stock is counted here.</source>
        <translation>添加商品并导入卡密后，这里统计它的库存。</translation>
    </message>
    <message>
        <source>Go to the products</source>
        <translation>前往商品</translation>
    </message>
    <message>
        <source>Failures by supplier</source>
        <translation>各供应商的失效情况</translation>
    </message>
    <message>
        <source>No keys were imported yet</source>
        <translation>还没有导入过卡密</translation>
    </message>
    <message>
        <source>Name the supplier when you import keys; how many of them fail is counted here.</source>
        <translation>导入卡密时填写供应商，这里统计其中有多少失效。</translation>
    </message>
    <message>
        <source>Go to the card keys</source>
        <translation>前往卡密</translation>
    </message>
    <message>
        <source>Show the product</source>
        <translation>查看商品</translation>
    </message>
    <message>
        <source>Show its keys</source>
        <translation>查看其卡密</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Sellable</source>
        <translation>可售</translation>
    </message>
    <message>
        <source>Lasts for</source>
        <translation>可售时长</translation>
    </message>
    <message>
        <source>Expiring</source>
        <translation>将到期</translation>
    </message>
    <message>
        <source>At cost</source>
        <translation>成本</translation>
    </message>
    <message>
        <source>At price</source>
        <translation>售价</translation>
    </message>
    <message>
        <source>Reserved</source>
        <translation>已预留</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>已发出</translation>
    </message>
    <message>
        <source>Redeemed</source>
        <translation>已核销</translation>
    </message>
    <message>
        <source>Quarantined</source>
        <translation>隔离</translation>
    </message>
    <message>
        <source>Void</source>
        <translation>作废</translation>
    </message>
    <message>
        <source>Expired</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>Supplier</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Failure rate</source>
        <translation>失效率</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失效</translation>
    </message>
    <message>
        <source>Delivered or failed</source>
        <translation>已发出或失效</translation>
    </message>
    <message>
        <source>Cost of failures</source>
        <translation>失效成本</translation>
    </message>
    <message>
        <source>In stock</source>
        <translation>在库</translation>
    </message>
    <message>
        <source>Imported</source>
        <translation>导入张数</translation>
    </message>
    <message>
        <source>Batches</source>
        <translation>批次数</translation>
    </message>
    <message>
        <source>sold out</source>
        <translation>已售罄</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>{count} days</source>
        <translation>{count} 天</translation>
    </message>
    <message>
        <source>Delivered in the last {days} days: {count}</source>
        <translation>最近 {days} 天发出：{count}</translation>
    </message>
    <message>
        <source>Sellable keys whose last usable day is at most {days} days away</source>
        <translation>最后可用日在 {days} 天之内的可售卡密</translation>
    </message>
    <message>
        <source>Without {count} keys whose batch has no cost</source>
        <translation>未计入 {count} 张批次没有成本的卡密</translation>
    </message>
    <message>
        <source>(no supplier named)</source>
        <translation>（未填供应商）</translation>
    </message>
    <message>
        <source>none tried</source>
        <translation>尚无发出</translation>
    </message>
    <message>
        <source>{count} products</source>
        <translation>{count} 个商品</translation>
    </message>
    <message>
        <source>{count} sellable</source>
        <translation>可售 {count} 张</translation>
    </message>
    <message>
        <source>{amount} at cost</source>
        <translation>成本 {amount}</translation>
    </message>
    <message>
        <source>{amount} at price</source>
        <translation>售价 {amount}</translation>
    </message>
    <message>
        <source>{count} expiring within {days} days</source>
        <translation>{days} 天内到期 {count} 张</translation>
    </message>
    <message>
        <source>* {count} keys have no cost</source>
        <translation>* {count} 张没有成本</translation>
    </message>
    <message>
        <source>Total: {parts}</source>
        <translation>合计：{parts}</translation>
    </message>
    <message>
        <source>{count} suppliers</source>
        <translation>{count} 家供应商</translation>
    </message>
    <message>
        <source>{failed} of {tried} delivered or failed keys did not work</source>
        <translation>已发出或失效的 {tried} 张中失效 {failed} 张</translation>
    </message>
    <message>
        <source>they cost {amount}</source>
        <translation>失效成本 {amount}</translation>
    </message>
    <message>
        <source>{count} older batches: see the card keys</source>
        <translation>另有 {count} 个更早的批次，请在卡密页查看</translation>
    </message>
</context>
<context>
    <name>RequestColumns</name>
    <message>
        <source>Request</source>
        <translation>申请号</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Order state</source>
        <translation>订单状态</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>申请原因</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>裁定建议</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>手续费</translation>
    </message>
    <message>
        <source>Time left</source>
        <translation>剩余时间</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Requested</source>
        <translation>申请时间</translation>
    </message>
</context>
<context>
    <name>RequestImportDialog</name>
    <message>
        <source>Import requests</source>
        <translation>导入申请</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>File with requests</source>
        <translation>申请文件</translation>
    </message>
    <message>
        <source>CSV or JSON file</source>
        <translation>CSV 或 JSON 文件</translation>
    </message>
    <message>
        <source>Lines of the file</source>
        <translation>文件各行</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>Each line or object is one request: id, order_no, reason, text, requested_at, units, evidence.</source>
        <translation>每行或每个对象是一条申请：id、order_no、reason、text、requested_at、units、evidence。</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>The encoding is a guess; I looked at the lines: they read correctly</source>
        <translation>编码只是推测；我已看过，各行文字正常</translation>
    </message>
    <message>
        <source>Reading the file</source>
        <translation>正在读取文件</translation>
    </message>
    <message>
        <source>Importing requests</source>
        <translation>正在导入申请</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Import {count} requests</source>
        <translation>导入 {count} 条申请</translation>
    </message>
    <message>
        <source>{new} new, {known} received before, {bad} with problems</source>
        <translation>新申请 {new} 条，已收到过 {known} 条，有问题 {bad} 条</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Order no.</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新申请</translation>
    </message>
    <message>
        <source>received before</source>
        <translation>已收到过</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>有问题</translation>
    </message>
    <message>
        <source>Requests (*.csv *.json)</source>
        <translation>申请 (*.csv *.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>RequestPane</name>
    <message>
        <source>The request</source>
        <translation>申请</translation>
    </message>
    <message>
        <source>Next request</source>
        <translation>下一条申请</translation>
    </message>
    <message>
        <source>No request chosen</source>
        <translation>未选择申请</translation>
    </message>
    <message>
        <source>Choose one at the left, or press J for the most urgent: its verdict and its decision show here.</source>
        <translation>请在左侧选择，或按 J 选最急的一条：这里会显示裁定建议和处理结果。</translation>
    </message>
    <message>
        <source>Evidence was asked for on {when}; the clock stands still until the buyer answers.</source>
        <translation>已于 {when} 索要凭证；买家答复之前时限暂停。</translation>
    </message>
    <message>
        <source>It came through the drop folder without a signature: check with the buyer that it is genuine.</source>
        <translation>此申请来自收件文件夹，没有签名：请与买家核实真伪。</translation>
    </message>
    <message>
        <source>{dispute}. If the rules refuse, approve with an amount of yours: the reason is filled in.</source>
        <translation>{dispute}。如规则仍然拒绝，请自行填写金额同意：原因已填好。</translation>
    </message>
    <message>
        <source>The rules leave nothing to weigh: this one may run by itself.</source>
        <translation>规则明确，无需斟酌：这一条可以自动执行。</translation>
    </message>
</context>
<context>
    <name>RequestSteps</name>
    <message>
        <source>The question is in the correspondence; the clock stands still.</source>
        <translation>问句已记入往来，时限暂停。</translation>
    </message>
    <message>
        <source>The buyer answered</source>
        <translation>买家已答复</translation>
    </message>
    <message>
        <source>Start the clock again</source>
        <translation>重新计时</translation>
    </message>
    <message>
        <source>What did the buyer write? Evidence itself is added in the pane.</source>
        <translation>买家怎么说？凭证本身请在右侧添加。</translation>
    </message>
    <message>
        <source>Record a negotiation</source>
        <translation>记录协商</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>The refund is open again as {request}.</source>
        <translation>已重新受理为 {request}。</translation>
    </message>
    <message>
        <source>{request} was joined to the earlier request.</source>
        <translation>{request} 已并入更早的申请。</translation>
    </message>
    <message>
        <source>The keys are in quarantine now.</source>
        <translation>卡密已转入隔离。</translation>
    </message>
    <message>
        <source>{request} is withdrawn</source>
        <translation>{request} 已撤回</translation>
    </message>
    <message>
        <source>The buyer takes the request back: it is closed without a decision and no clock runs any more.</source>
        <translation>买家撤回申请：不作处理，直接关闭，时限不再计算。</translation>
    </message>
    <message>
        <source>Close the request</source>
        <translation>关闭申请</translation>
    </message>
    <message>
        <source>{request} is closed: the buyer took it back.</source>
        <translation>{request} 已关闭：买家撤回。</translation>
    </message>
    <message>
        <source>Issuing the proof</source>
        <translation>正在出具证明</translation>
    </message>
</context>
<context>
    <name>RequestsPage</name>
    <message>
        <source>Requests</source>
        <translation>退款申请</translation>
    </message>
    <message>
        <source>Find a request</source>
        <translation>查找申请</translation>
    </message>
    <message>
        <source>Request or order no.…</source>
        <translation>申请号或订单号…</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>裁定建议</translation>
    </message>
    <message>
        <source>Any verdict</source>
        <translation>全部建议</translation>
    </message>
    <message>
        <source>New request</source>
        <translation>新建申请</translation>
    </message>
    <message>
        <source>Run automatic cancellations</source>
        <translation>执行自动取消</translation>
    </message>
    <message>
        <source>Import requests…</source>
        <translation>导入申请…</translation>
    </message>
    <message>
        <source>Export to CSV…</source>
        <translation>导出为 CSV…</translation>
    </message>
    <message>
        <source>Open the drop folder</source>
        <translation>打开收件文件夹</translation>
    </message>
    <message>
        <source>No request is waiting</source>
        <translation>没有待处理的申请</translation>
    </message>
    <message>
        <source>Requests come in by hand (Ctrl+N), from a CSV or JSON file, or from the drop folder. Decided ones are under “Decided”.</source>
        <translation>申请可以手工录入（Ctrl+N）、从 CSV 或 JSON 文件导入，或来自收件文件夹。处理过的在“已处理”中。</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>没有符合条件的</translation>
    </message>
    <message>
        <source>No request fits this filter.</source>
        <translation>没有符合筛选条件的申请。</translation>
    </message>
    <message>
        <source>Show all requests</source>
        <translation>显示全部申请</translation>
    </message>
    <message>
        <source>Run {count} automatic cancellations</source>
        <translation>执行 {count} 条自动取消</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>已超时</translation>
    </message>
    <message>
        <source>Due today</source>
        <translation>今天到期</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>已处理</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Approving</source>
        <translation>正在处理同意</translation>
    </message>
    <message>
        <source>Refusing</source>
        <translation>正在拒绝</translation>
    </message>
    <message>
        <source>{request} is decided: {amount} goes back. Attach the redemption proof to the reply.</source>
        <translation>{request} 已处理，将退款 {amount}。已出具核销证明，请随回复一并发送。</translation>
    </message>
    <message>
        <source>{request} is decided: {amount} goes back to the buyer.</source>
        <translation>{request} 已处理：退还买家 {amount}。</translation>
    </message>
    <message>
        <source>{request} is decided. The redemption proof is issued: attach it to the reply.</source>
        <translation>{request} 已处理。核销证明已出具：请附在答复里。</translation>
    </message>
    <message>
        <source>{request} is decided.</source>
        <translation>{request} 已处理。</translation>
    </message>
    <message>
        <source>{request}: {product}, {verdict} {amount}</source>
        <translation>{request}：{product}，{verdict} {amount}</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>另有 {count} 项</translation>
    </message>
    <message>
        <source>Together {amount} goes back.</source>
        <translation>合计退还 {amount}。</translation>
    </message>
    <message>
        <source>Run them</source>
        <translation>执行</translation>
    </message>
    <message>
        <source>Automatic cancellations</source>
        <translation>自动取消</translation>
    </message>
    <message>
        <source>Decided: {count}; {amount} goes back.</source>
        <translation>已处理 {count} 条，退还 {amount}。</translation>
    </message>
    <message>
        <source>Requests imported: {count}</source>
        <translation>已导入 {count} 条申请</translation>
    </message>
</context>
<context>
    <name>RestockDialog</name>
    <message>
        <source>Put keys back on sale</source>
        <translation>重新上架卡密</translation>
    </message>
    <message>
        <source>Put {count} keys back</source>
        <translation>重新上架 {count} 条</translation>
    </message>
    <message>
        <source>{count} quarantined keys can be sold again. A key that somebody has seen may only be sold again when its issuer confirmed that it was not activated.</source>
        <translation>{count} 条隔离的卡密将可再次出售。展示过的卡密，只有发行方确认未激活，才可再次出售。</translation>
    </message>
    <message>
        <source>I have the issuer&apos;s record: not activated</source>
        <translation>我有发行方记录：未激活</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>发行方记录</translation>
    </message>
    <message>
        <source>Number and date of the record, who gave it</source>
        <translation>记录的编号、日期和提供人</translation>
    </message>
    <message>
        <source>Write down which record says so.</source>
        <translation>请写明依据哪份记录。</translation>
    </message>
    <message>
        <source>Without the issuer&apos;s record the keys stay in quarantine or become void.</source>
        <translation>没有发行方记录，卡密只能继续隔离或作废。</translation>
    </message>
</context>
<context>
    <name>RestoreDialog</name>
    <message>
        <source>Restore a backup</source>
        <translation>恢复备份</translation>
    </message>
    <message>
        <source>Shop</source>
        <translation>店铺</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>备份时间</translation>
    </message>
    <message>
        <source>Last event</source>
        <translation>最后一条操作</translation>
    </message>
    <message>
        <source>Signature</source>
        <translation>签名</translation>
    </message>
    <message>
        <source>Not in it</source>
        <translation>不在其中</translation>
    </message>
    <message>
        <source>What speaks against this backup</source>
        <translation>这份备份的疑点</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Into another folder…</source>
        <translation>恢复到其他文件夹…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Looking into the backup…</source>
        <translation>正在查看备份…</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>{when} (events: {count})</source>
        <translation>{when}（操作记录 {count} 条）</translation>
    </message>
    <message>
        <source>genuine</source>
        <translation>有效</translation>
    </message>
    <message>
        <source>none: the shop was locked, or the backup is not whole</source>
        <translation>无：备份时店铺已锁定，或备份不完整</translation>
    </message>
    <message>
        <source>later events: {count}, from {first} to {last}</source>
        <translation>之后的 {count} 条操作，{first} 至 {last}</translation>
    </message>
    <message>
        <source>Something speaks against this backup. Use it only without a better one.</source>
        <translation>这份备份有疑点，没有更好的备份时才使用。</translation>
    </message>
    <message>
        <source>Restore it all the same</source>
        <translation>仍然恢复</translation>
    </message>
    <message>
        <source>The present shop is moved aside whole, into a folder “replaced-…” in {folder}. The restored one opens with the password of the time of the backup.</source>
        <translation>现有店铺整个移到 {folder} 中的“replaced-…”文件夹。恢复后的店铺用备份当时的密码打开。</translation>
    </message>
    <message>
        <source>It is put into {folder} and opens with the password of the time of the backup.</source>
        <translation>将恢复到 {folder}，用备份当时的密码打开。</translation>
    </message>
    <message>
        <source>Choose an empty folder for the restored shop</source>
        <translation>为恢复的店铺选择空文件夹</translation>
    </message>
    <message>
        <source>There is a shop in this folder: choose an empty one.</source>
        <translation>该文件夹中已有店铺：请选择空文件夹。</translation>
    </message>
</context>
<context>
    <name>RotationDialog</name>
    <message>
        <source>Replace all keys</source>
        <translation>更换全部密钥</translation>
    </message>
    <message>
        <source>Password now</source>
        <translation>当前密码</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>新密码</translation>
    </message>
    <message>
        <source>Once more</source>
        <translation>再次输入</translation>
    </message>
    <message>
        <source>Empty: the password stays</source>
        <translation>留空则密码不变</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Every card key, all buyers&apos; data and the evidence are sealed under new keys. Do this when somebody may know the password, the recovery code, or have a copy of the shop. A new password alone does not help then: the keys behind it stay the same.</source>
        <translation>全部卡密、买家资料和凭证都会用新密钥重新加密。当有人可能知道密码或恢复码，或拿到了店铺副本时，请这样做。此时只改密码没有用：背后的密钥并没有变。</translation>
    </message>
    <message>
        <source>Backups made until now still open with the password of their time, and only they: keep that password as long as you keep them, or delete them.</source>
        <translation>此前的备份仍用当时的密码打开，也只有它们能这样打开：保留备份就请保留那个密码，否则请删除备份。</translation>
    </message>
    <message>
        <source>It takes about a minute for a million keys and can be paused. You can go on working; only importing keys waits until it is done.</source>
        <translation>一百万条卡密约需一分钟，可以暂停。期间可以照常工作，只有导入卡密要等它完成。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Replace the keys</source>
        <translation>更换密钥</translation>
    </message>
    <message>
        <source>Your new recovery code</source>
        <translation>您的新恢复码</translation>
    </message>
    <message>
        <source>It opens the shop from the moment the keys are replaced; the old one opens older backups only.</source>
        <translation>更换密钥后用它打开店铺；旧恢复码只能打开旧备份。</translation>
    </message>
    <message>
        <source>Type the password that opens the shop now.</source>
        <translation>请输入现在打开店铺的密码。</translation>
    </message>
    <message>
        <source>The two new passwords differ: type the same one twice.</source>
        <translation>两次输入的新密码不一致，请重新输入。</translation>
    </message>
    <message>
        <source>Making new keys…</source>
        <translation>正在生成新密钥…</translation>
    </message>
    <message>
        <source>Making a backup first…</source>
        <translation>正在先做备份…</translation>
    </message>
</context>
<context>
    <name>SetAsideDialog</name>
    <message>
        <source>Set the line aside</source>
        <translation>搁置这条记录</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>It leaves the list of what did not match, and can be taken back.</source>
        <translation>它将离开未匹配列表，之后可以取消搁置。</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>e.g. refund of another shop of mine</source>
        <translation>例如：我另一家店的退款</translation>
    </message>
</context>
<context>
    <name>SettingFields</name>
    <message>
        <source>Shop name</source>
        <translation>店铺名称</translation>
    </message>
    <message>
        <source>ICP number</source>
        <translation>ICP 备案号</translation>
    </message>
    <message>
        <source>Business licence</source>
        <translation>营业执照号</translation>
    </message>
    <message>
        <source>Contact</source>
        <translation>联系方式</translation>
    </message>
    <message>
        <source>Phone, WeChat or e-mail for buyers</source>
        <translation>供买家联系的电话、微信或邮箱</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>Who signs the log</source>
        <translation>日志署名</translation>
    </message>
    <message>
        <source>Time stamp address</source>
        <translation>时间戳服务地址</translation>
    </message>
    <message>
        <source>https://… (empty: no time stamps)</source>
        <translation>https://…（留空：不加时间戳）</translation>
    </message>
    <message>
        <source>Drop folder</source>
        <translation>收件文件夹</translation>
    </message>
    <message>
        <source>Backup folder</source>
        <translation>备份文件夹</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>时区</translation>
    </message>
    <message>
        <source>Lock when idle</source>
        <translation>闲置自动锁定</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>With the screen, and before sleep</source>
        <translation>随屏幕锁定，休眠前也锁定</translation>
    </message>
    <message>
        <source>Lock with the screen</source>
        <translation>随屏幕锁定</translation>
    </message>
    <message>
        <source>Clear a copied key</source>
        <translation>清除已复制的卡密</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Undo changes</source>
        <translation>撤销更改</translation>
    </message>
    <message>
        <source>Shop</source>
        <translation>店铺</translation>
    </message>
    <message>
        <source>All but the contact stands on every redemption proof.</source>
        <translation>除联系方式外，均印在每份核销证明上。</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>界面</translation>
    </message>
    <message>
        <source>Clock and calendar</source>
        <translation>时钟与日历</translation>
    </message>
    <message>
        <source>Days that count differently from the calendar, for expected dates of refunds and review times.</source>
        <translation>与日历不同的日期，用于计算预计到账和处理时限。</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Drop folder: other programs put cancellation requests here.</source>
        <translation>收件文件夹：其他程序把取消申请放到这里。</translation>
    </message>
    <message>
        <source>Data folder: the shop file, proofs and evidence.</source>
        <translation>数据文件夹：店铺文件、核销证明和凭证。</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>The settings were saved.</source>
        <translation>设置已保存。</translation>
    </message>
    <message>
        <source>The language changes when Kamidesk is started again.</source>
        <translation>语言将在下次启动 Kamidesk 时更改。</translation>
    </message>
    <message>
        <source>There are changes that are not saved.</source>
        <translation>有尚未保存的更改。</translation>
    </message>
    <message>
        <source>Choose the drop folder</source>
        <translation>选择收件文件夹</translation>
    </message>
</context>
<context>
    <name>SetupDialog</name>
    <message>
        <source>Set up your shop</source>
        <translation>建立店铺</translation>
    </message>
    <message>
        <source>Shop name (stands on proofs)</source>
        <translation>店铺名称（印在核销证明上）</translation>
    </message>
    <message>
        <source>A password (strongest: asked for when the program starts)</source>
        <translation>密码（最安全：启动程序时输入）</translation>
    </message>
    <message>
        <source>The keyring of this computer (weaker: whoever uses your session can open the keys)</source>
        <translation>本机钥匙串（较弱：能使用您系统会话的人就能打开卡密）</translation>
    </message>
    <message>
        <source>A file beside the data (weakest: whoever copies the folder has the keys)</source>
        <translation>数据旁的密钥文件（最弱：谁复制了文件夹，谁就有了卡密）</translation>
    </message>
    <message>
        <source>Password, at least 10 characters</source>
        <translation>密码，至少 10 个字符</translation>
    </message>
    <message>
        <source>The same password again</source>
        <translation>再次输入密码</translation>
    </message>
    <message>
        <source>Create the shop</source>
        <translation>建立店铺</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Restore a backup…</source>
        <translation>恢复备份…</translation>
    </message>
    <message>
        <source>Card keys and buyers&apos; data are kept sealed in {folder}. Choose what opens them.</source>
        <translation>卡密和买家资料加密保存在 {folder}。请选择用什么打开。</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始使用</translation>
    </message>
    <message>
        <source>Your recovery code</source>
        <translation>您的恢复码</translation>
    </message>
    <message>
        <source>It opens the shop when the password is lost, and is shown only now. Without password and code nobody can read the card keys again.</source>
        <translation>忘记密码时用它打开店铺，只在此刻显示一次。密码和恢复码都丢失，就再也没有人能读出卡密。</translation>
    </message>
    <message>
        <source>The two passwords differ: type the same one twice.</source>
        <translation>两次输入的密码不同：请输入相同的密码。</translation>
    </message>
</context>
<context>
    <name>StatementImportDialog</name>
    <message>
        <source>Import a statement</source>
        <translation>导入账单</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Statement file</source>
        <translation>账单文件</translation>
    </message>
    <message>
        <source>Statement of Alipay or WeChat Pay: CSV, TXT, XLSX or ZIP</source>
        <translation>支付宝或微信支付账单：CSV、TXT、XLSX 或 ZIP</translation>
    </message>
    <message>
        <source>Which lines</source>
        <translation>显示哪些行</translation>
    </message>
    <message>
        <source>Leave open</source>
        <translation>暂不匹配</translation>
    </message>
    <message>
        <source>Lines of the statement</source>
        <translation>账单的各行</translation>
    </message>
    <message>
        <source>Choose a statement</source>
        <translation>选择账单</translation>
    </message>
    <message>
        <source>Import the file as it was downloaded; a spreadsheet rounds its long numbers.</source>
        <translation>请导入下载的原始文件；用表格软件另存会丢失长单号的末尾数字。</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Reading the statement</source>
        <translation>正在读取账单</translation>
    </message>
    <message>
        <source>Importing the statement</source>
        <translation>正在导入账单</translation>
    </message>
    <message>
        <source>The file says {stated} lines and has {count}: it may be cut.</source>
        <translation>文件写明共 {stated} 笔，实际 {count} 行，可能不完整。</translation>
    </message>
    <message>
        <source>This file was imported before.</source>
        <translation>该文件已经导入过。</translation>
    </message>
    <message>
        <source>{lines} lines: {new} new, {known} known, {bad} malformed; {matched} refunds matched</source>
        <translation>共 {lines} 行：新增 {new}，已有 {known}，格式错误 {bad}；匹配退款 {matched} 笔</translation>
    </message>
    <message>
        <source>What concerns refunds</source>
        <translation>与退款有关</translation>
    </message>
    <message>
        <source>All lines</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Import and match {count} refunds</source>
        <translation>导入并核对 {count} 笔退款</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>单号</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>left open</source>
        <translation>暂不匹配</translation>
    </message>
    <message>
        <source>No such line</source>
        <translation>没有这样的行</translation>
    </message>
    <message>
        <source>No line of this file concerns a refund like that.</source>
        <translation>文件中没有这一类与退款有关的行。</translation>
    </message>
    <message>
        <source>Match after all</source>
        <translation>仍然匹配</translation>
    </message>
    <message>
        <source>Statements (*.csv *.txt *.xlsx *.zip)</source>
        <translation>账单 (*.csv *.txt *.xlsx *.zip)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>StatementLinesView</name>
    <message>
        <source>Which statement lines</source>
        <translation>显示哪些账单记录</translation>
    </message>
    <message>
        <source>Refunds without a match</source>
        <translation>未匹配的退款记录</translation>
    </message>
    <message>
        <source>Matched lines</source>
        <translation>已匹配</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>Other movements</source>
        <translation>其他收支</translation>
    </message>
    <message>
        <source>All statement lines</source>
        <translation>全部记录</translation>
    </message>
    <message>
        <source>Find a statement line</source>
        <translation>查找账单记录</translation>
    </message>
    <message>
        <source>Order or payment number…</source>
        <translation>订单号或流水号…</translation>
    </message>
    <message>
        <source>Match again</source>
        <translation>重新匹配</translation>
    </message>
    <message>
        <source>With the refunds of now</source>
        <translation>用当前的退款再试一次</translation>
    </message>
    <message>
        <source>Export what did not match</source>
        <translation>导出未匹配记录</translation>
    </message>
    <message>
        <source>Statement lines</source>
        <translation>账单记录</translation>
    </message>
    <message>
        <source>Match…</source>
        <translation>匹配…</translation>
    </message>
    <message>
        <source>Unmatch</source>
        <translation>取消匹配</translation>
    </message>
    <message>
        <source>Set aside…</source>
        <translation>搁置…</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>取消搁置</translation>
    </message>
    <message>
        <source>Show the refund</source>
        <translation>查看退款</translation>
    </message>
    <message>
        <source>Every refund line has its refund</source>
        <translation>每条退款记录都有对应的退款</translation>
    </message>
    <message>
        <source>Import the statements of Alipay and WeChat Pay; what does not match stands here.</source>
        <translation>导入支付宝和微信支付账单后，未匹配的记录显示在这里。</translation>
    </message>
    <message>
        <source>No such line</source>
        <translation>没有这样的记录</translation>
    </message>
    <message>
        <source>No line of the imported statements is like that.</source>
        <translation>已导入的账单中没有这样的记录。</translation>
    </message>
    <message>
        <source>Refunds matched: {count}.</source>
        <translation>已核对退款 {count} 笔。</translation>
    </message>
    <message>
        <source>Matching again</source>
        <translation>正在重新匹配</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>渠道</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Order no. there</source>
        <translation>账单订单号</translation>
    </message>
    <message>
        <source>Refund no.</source>
        <translation>退款单号</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>matched: {how}</source>
        <translation>已匹配：{how}</translation>
    </message>
    <message>
        <source>set aside</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>open</source>
        <translation>未匹配</translation>
    </message>
</context>
<context>
    <name>StatementMatchDialog</name>
    <message>
        <source>{amount} on {time}, {number}</source>
        <translation>{time}，{amount}，{number}</translation>
    </message>
    <message>
        <source>Which refund is this?</source>
        <translation>这是哪一笔退款？</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>Refunds that it can be</source>
        <translation>可能的退款</translation>
    </message>
    <message>
        <source>Order no.</source>
        <translation>订单号</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>决定日期</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>流水号</translation>
    </message>
    <message>
        <source>No refund of that time is open</source>
        <translation>没有同期未对账的退款</translation>
    </message>
    <message>
        <source>Approve the request first, or set the line aside.</source>
        <translation>请先同意退款申请，或搁置这条记录。</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Why it is this refund although the amounts differ</source>
        <translation>金额不一致，为何仍是这笔退款</translation>
    </message>
    <message>
        <source>It is these {count} refunds together: {parts}</source>
        <translation>是这 {count} 笔退款的合计：{parts}</translation>
    </message>
</context>
<context>
    <name>TextDialog</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>{count} earlier events are in the log.</source>
        <translation>更早的 {count} 条记录见日志。</translation>
    </message>
</context>
<context>
    <name>TwoRecordsView</name>
    <message>
        <source>Redemption: what each side shows</source>
        <translation>核销：双方的记录</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>Our record</source>
        <translation>本店记录</translation>
    </message>
    <message>
        <source>The buyer&apos;s official record</source>
        <translation>买家的官方记录</translation>
    </message>
    <message>
        <source>no redemption recorded</source>
        <translation>没有核销记录</translation>
    </message>
    <message>
        <source>corrects: {record}</source>
        <translation>更正前：{record}</translation>
    </message>
    <message>
        <source>time unknown</source>
        <translation>时间不明</translation>
    </message>
    <message>
        <source>no code</source>
        <translation>无核销码</translation>
    </message>
    <message>
        <source>says {who}</source>
        <translation>陈述人 {who}</translation>
    </message>
    <message>
        <source>none on file</source>
        <translation>未提交</translation>
    </message>
    <message>
        <source>not activated</source>
        <translation>未激活</translation>
    </message>
    <message>
        <source>Unit {refs}: the records contradict each other. The official one counts, whatever we hold.</source>
        <translation>第 {refs} 件：双方记录矛盾，以官方记录为准，无论本店记录如何。</translation>
    </message>
    <message>
        <source>{count} more units have records; see the order.</source>
        <translation>另有 {count} 件有记录，见订单。</translation>
    </message>
</context>
<context>
    <name>UnitFactsDialog</name>
    <message>
        <source>Facts of unit {ref}</source>
        <translation>单件 {ref} 的事实</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>What you found out; open requests of the order are judged by it at once.</source>
        <translation>登记您查明的情况；该订单的待处理申请会立即据此裁定。</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用情况</translation>
    </message>
    <message>
        <source>Top-up</source>
        <translation>充值状态</translation>
    </message>
    <message>
        <source>The issuer&apos;s record says: not activated</source>
        <translation>发行方记录：未激活</translation>
    </message>
    <message>
        <source>Face value</source>
        <translation>面值</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>不详</translation>
    </message>
    <message>
        <source>What remains</source>
        <translation>剩余余额</translation>
    </message>
    <message>
        <source>I checked the balance with the issuer</source>
        <translation>余额已向发行方核实</translation>
    </message>
</context>
<context>
    <name>UnitReasons</name>
    <message>
        <source>Units of the order</source>
        <translation>订单的单件</translation>
    </message>
    <message>
        <source>Reason as the request</source>
        <translation>原因同申请</translation>
    </message>
    <message>
        <source>Reason of unit {ref}</source>
        <translation>单件 {ref} 的原因</translation>
    </message>
</context>
<context>
    <name>UnitReasonsDialog</name>
    <message>
        <source>Reasons per unit</source>
        <translation>按单件填写原因</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
</context>
<context>
    <name>UnitsView</name>
    <message>
        <source>time</source>
        <translation>核销时间</translation>
    </message>
    <message>
        <source>code</source>
        <translation>核销码</translation>
    </message>
    <message>
        <source>target</source>
        <translation>核销对象</translation>
    </message>
    <message>
        <source>source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Units of the order</source>
        <translation>订单的单件</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>卡密</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Redeemed at</source>
        <translation>核销时间</translation>
    </message>
    <message>
        <source>Redemption code</source>
        <translation>核销码</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>核销对象</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>记录来源</translation>
    </message>
    <message>
        <source>Who says so</source>
        <translation>陈述人</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>尚缺</translation>
    </message>
    <message>
        <source>Corrected</source>
        <translation>更正前</translation>
    </message>
    <message>
        <source>Paid for it</source>
        <translation>单件实付</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>余额</translation>
    </message>
    <message>
        <source>Issuer&apos;s record</source>
        <translation>发行方记录</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>发货</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Proof</source>
        <translation>核销证明</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Record redemption…</source>
        <translation>登记核销…</translation>
    </message>
    <message>
        <source>Facts…</source>
        <translation>登记事实…</translation>
    </message>
    <message>
        <source>Units</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>not activated</source>
        <translation>未激活</translation>
    </message>
    <message>
        <source>refunded</source>
        <translation>已退款</translation>
    </message>
    <message>
        <source>Correct redemption…</source>
        <translation>更正核销…</translation>
    </message>
    <message>
        <source>recorded {at}</source>
        <translation>登记于 {at}</translation>
    </message>
    <message>
        <source>face value {face}</source>
        <translation>面值 {face}</translation>
    </message>
    <message>
        <source>{left} of {face} left</source>
        <translation>剩余 {left}，面值 {face}</translation>
    </message>
    <message>
        <source>{balance}, checked</source>
        <translation>{balance}，已核实</translation>
    </message>
    <message>
        <source>{at} by {who}</source>
        <translation>{at}，{who}</translation>
    </message>
</context>
<context>
    <name>UnlockDialog</name>
    <message>
        <source>Unlock the shop</source>
        <translation>解锁店铺</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Stay locked</source>
        <translation>保持锁定</translation>
    </message>
    <message>
        <source>Type the recovery code that was shown when the shop was set up.</source>
        <translation>请输入建店时显示的恢复码。</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>恢复码</translation>
    </message>
    <message>
        <source>Use the password</source>
        <translation>改用密码</translation>
    </message>
    <message>
        <source>Card keys and buyers&apos; data are sealed until you type the password.</source>
        <translation>输入密码之前，卡密和买家资料保持加密。</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Use the recovery code</source>
        <translation>改用恢复码</translation>
    </message>
    <message>
        <source>Unlocking…</source>
        <translation>正在解锁…</translation>
    </message>
</context>
<context>
    <name>VerdictFilter</name>
    <message>
        <source>All lines</source>
        <translation>全部</translation>
    </message>
</context>
<context>
    <name>VerdictHeader</name>
    <message>
        <source>No reason</source>
        <translation>无原因</translation>
    </message>
    <message>
        <source>Approved</source>
        <translation>已同意</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>已拒绝</translation>
    </message>
</context>
<context>
    <name>VerdictReasons</name>
    <message>
        <source>What would change it</source>
        <translation>什么会改变结论</translation>
    </message>
    <message>
        <source>What the rules say of each unit</source>
        <translation>各单件的裁定建议</translation>
    </message>
    <message>
        <source>Every rule that was tried</source>
        <translation>逐条规则的判断</translation>
    </message>
    <message>
        <source>{count} more</source>
        <translation>另有 {count} 项</translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单件</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>裁定建议</translation>
    </message>
    <message>
        <source>Base</source>
        <translation>退款基数</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>手续费</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>卡密处置</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>尚缺</translation>
    </message>
    <message>
        <source>Applies</source>
        <translation>是否适用</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>适用</translation>
    </message>
    <message>
        <source>no</source>
        <translation>不适用</translation>
    </message>
    <message>
        <source>About</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Facts</source>
        <translation>事实</translation>
    </message>
</context>
<context>
    <name>VerifyDialog</name>
    <message>
        <source>Verify a proof</source>
        <translation>核验证明</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Text of the QR code</source>
        <translation>二维码内容</translation>
    </message>
    <message>
        <source>Or paste the text of the QR code: KMP1.…</source>
        <translation>或粘贴二维码内容：KMP1.…</translation>
    </message>
    <message>
        <source>Check the text</source>
        <translation>核验内容</translation>
    </message>
    <message>
        <source>Fingerprint of another shop</source>
        <translation>其他店铺的指纹</translation>
    </message>
    <message>
        <source>Proof of another shop: the fingerprint that it published</source>
        <translation>核验其他店铺的证明：填写该店铺公布的指纹</translation>
    </message>
    <message>
        <source>Proofs and pictures (*.pdf *.png *.jpg *.jpeg *.webp *.gif *.bmp)</source>
        <translation>证明和图片 (*.pdf *.png *.jpg *.jpeg *.webp *.gif *.bmp)</translation>
    </message>
    <message>
        <source>Verifying…</source>
        <translation>正在核验…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Drop or paste a PDF, a photo or a screenshot, choose a file, or paste what a phone reads from the paper. No network is used.</source>
        <translation>拖入或粘贴 PDF、照片或截图，或选择文件，或粘贴手机扫出的内容。不用网络。</translation>
    </message>
    <message>
        <source>What this proves</source>
        <translation>已证明</translation>
    </message>
    <message>
        <source>What it does not prove</source>
        <translation>不能证明</translation>
    </message>
    <message>
        <source>What the proof says</source>
        <translation>证明所载内容</translation>
    </message>
    <message>
        <source>Fingerprint of the signer</source>
        <translation>签名者指纹</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>WayInDialog</name>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Type the password that opens the shop now.</source>
        <translation>请输入现在打开店铺的密码。</translation>
    </message>
</context>
<context>
    <name>WordsDialog</name>
    <message>
        <source>The buyer said</source>
        <translation>买家的说法</translation>
    </message>
    <message>
        <source>The shop said</source>
        <translation>本店的说法</translation>
    </message>
</context>
<context>
    <name>WorkBar</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>{title}: {percent} %</source>
        <translation>{title}：{percent}%</translation>
    </message>
</context>
<context>
    <name>_DisputeForm</name>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Case number</source>
        <translation>案件编号</translation>
    </message>
    <message>
        <source>Number given there, when there is one</source>
        <translation>受理方给出的编号（如有）</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>choose_file</name>
    <message>
        <source>Look in:</source>
        <translation>查找范围：</translation>
    </message>
    <message>
        <source>Files of type:</source>
        <translation>文件类型：</translation>
    </message>
</context>
<context>
    <name>commands</name>
    <message>
        <source>This cannot be done now: {step}</source>
        <translation>现在不能执行：{step}</translation>
    </message>
    <message>
        <source>Verify a proof…</source>
        <translation>核验证明…</translation>
    </message>
    <message>
        <source>Issue several proofs…</source>
        <translation>批量出具证明…</translation>
    </message>
    <message>
        <source>What was printed…</source>
        <translation>打印记录…</translation>
    </message>
    <message>
        <source>New request…</source>
        <translation>新建申请…</translation>
    </message>
    <message>
        <source>New order…</source>
        <translation>新建订单…</translation>
    </message>
    <message>
        <source>Import requests…</source>
        <translation>导入申请…</translation>
    </message>
    <message>
        <source>Export requests…</source>
        <translation>导出申请…</translation>
    </message>
    <message>
        <source>Import orders…</source>
        <translation>导入订单…</translation>
    </message>
    <message>
        <source>Import redemptions…</source>
        <translation>导入核销清单…</translation>
    </message>
    <message>
        <source>Import keys…</source>
        <translation>导入卡密…</translation>
    </message>
    <message>
        <source>Import a payment statement…</source>
        <translation>导入支付账单…</translation>
    </message>
    <message>
        <source>Export orders…</source>
        <translation>导出订单…</translation>
    </message>
    <message>
        <source>Export keys…</source>
        <translation>导出卡密…</translation>
    </message>
    <message>
        <source>Export refunds…</source>
        <translation>导出退款…</translation>
    </message>
    <message>
        <source>Export the report…</source>
        <translation>导出报表…</translation>
    </message>
    <message>
        <source>Export the event log…</source>
        <translation>导出操作日志…</translation>
    </message>
    <message>
        <source>Verify the event log</source>
        <translation>校验操作日志</translation>
    </message>
    <message>
        <source>Add a product…</source>
        <translation>添加商品…</translation>
    </message>
    <message>
        <source>Add a channel…</source>
        <translation>添加渠道…</translation>
    </message>
    <message>
        <source>Reply texts…</source>
        <translation>回复模板…</translation>
    </message>
    <message>
        <source>Whose file is this…</source>
        <translation>这是谁的文件…</translation>
    </message>
    <message>
        <source>Back up now</source>
        <translation>立即备份</translation>
    </message>
    <message>
        <source>Restore a backup…</source>
        <translation>恢复备份…</translation>
    </message>
    <message>
        <source>Check the shop</source>
        <translation>检查店铺数据</translation>
    </message>
    <message>
        <source>Change the password…</source>
        <translation>修改密码…</translation>
    </message>
    <message>
        <source>New recovery code…</source>
        <translation>生成新恢复码…</translation>
    </message>
    <message>
        <source>Replace all keys…</source>
        <translation>更换全部密钥…</translation>
    </message>
    <message>
        <source>Save the fingerprint as a picture…</source>
        <translation>指纹保存为图片…</translation>
    </message>
    <message>
        <source>Lock or unlock</source>
        <translation>锁定或解锁</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
</context>
<context>
    <name>labels</name>
    <message>
        <source>{days} d {hours} h</source>
        <translation>{days} 天 {hours} 小时</translation>
    </message>
    <message>
        <source>{days} d</source>
        <translation>{days} 天</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} 小时 {minutes} 分</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} 小时</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>under a minute</source>
        <translation>不到 1 分钟</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>No deadline</source>
        <translation>无时限</translation>
    </message>
    <message>
        <source>{span} overdue</source>
        <translation>超时 {span}</translation>
    </message>
    <message>
        <source>{span} left</source>
        <translation>剩余 {span}</translation>
    </message>
</context>
<context>
    <name>policy_words</name>
    <message>
        <source>More than 10 % counts as unfair: buyers, platforms and 12315 bring it down.</source>
        <translation>超过 10% 会被认为不合理：买家、平台和 12315 会要求降低。</translation>
    </message>
    <message>
        <source>Higher than the largest fee below, which is all that will be charged.</source>
        <translation>高于下方的手续费上限，实际只按上限收取。</translation>
    </message>
    <message>
        <source>A fee that buyers are not clearly shown is not owed: the refund will be in full.</source>
        <translation>没有向买家明示的手续费不得收取：将全额退款。</translation>
    </message>
    <message>
        <source>Official shops refund without a fee: this rate will never be charged.</source>
        <translation>官方直营退款不收手续费：此费率不会收取。</translation>
    </message>
    <message>
        <source>Without a refund window every request is late, and buyers have nothing to go by.</source>
        <translation>没有退款时限，每条申请都算超时，买家也无从依据。</translation>
    </message>
    <message>
        <source>Write down when and how you refund: without it the platform&apos;s rules apply.</source>
        <translation>请写明何时、如何退款：没有写明的，适用平台规则。</translation>
    </message>
    <message>
        <source>A sentence here shuts out every refund. Such a term is void (Consumer Law Art. 26) and carries no refusal: say for which state of the goods it holds.</source>
        <translation>这里有一句话排除了一切退款。此类条款无效（消法第二十六条），不能作为拒绝理由：请写明适用于商品的哪种状态。</translation>
    </message>
    <message>
        <source>Say the fee here in the words the buyer reads before paying.</source>
        <translation>请在此写明费用，用买家付款前看到的原文。</translation>
    </message>
</context>
<context>
    <name>write_template</name>
    <message>
        <source>The template is saved as {file}.</source>
        <translation>模板已保存为 {file}。</translation>
    </message>
</context>
</TS>
