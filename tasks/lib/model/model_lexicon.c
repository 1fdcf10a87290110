#include "model_lexicon.h"

#include <string.h>

/* clang-format off */
static const struct {
    const char *en, *zh;
} lexicon[] = { /* by en */
    {"account", "账户"}, {"active", "有效"}, {"address", "地址"}, {"age", "年龄"}, {"album", "专辑"},
    {"amount", "金额"}, {"artist", "艺术家"}, {"author", "作者"}, {"average", "平均"}, {"balance", "余额"},
    {"bank", "银行"}, {"birthday", "生日"}, {"book", "图书"}, {"booking", "预订"}, {"branch", "分行"},
    {"brand", "品牌"}, {"budget", "预算"}, {"campaign", "活动"}, {"car", "汽车"}, {"card", "卡"},
    {"cart", "购物车"}, {"category", "类别"}, {"channel", "渠道"}, {"city", "城市"}, {"claim", "理赔"},
    {"class", "班级"}, {"clicks", "点击量"}, {"client", "客户"}, {"code", "编码"}, {"color", "颜色"},
    {"comment", "评论"}, {"company", "公司"}, {"completed", "完成"}, {"config", "配置"},
    {"content", "内容"}, {"contract", "合同"}, {"cost", "成本"}, {"count", "数量"}, {"country", "国家"},
    {"coupon", "优惠券"}, {"course", "课程"}, {"created", "创建"}, {"credit", "额度"},
    {"currency", "币种"}, {"customer", "客户"}, {"date", "日期"}, {"day", "日"}, {"deleted", "删除"},
    {"delivered", "送达"}, {"delivery", "配送"}, {"department", "部门"}, {"description", "描述"},
    {"detail", "明细"}, {"discount", "折扣"}, {"distance", "距离"}, {"district", "区"},
    {"doctor", "医生"}, {"driver", "司机"}, {"duration", "时长"}, {"email", "邮箱"}, {"employee", "员工"},
    {"enabled", "启用"}, {"end", "结束"}, {"ended", "结束"}, {"event", "事件"}, {"fee", "费用"},
    {"file", "文件"}, {"film", "影片"}, {"first", "首次"}, {"flight", "航班"}, {"gender", "性别"},
    {"genre", "类型"}, {"goods", "商品"}, {"grade", "年级"}, {"group", "组"}, {"height", "高度"},
    {"history", "历史"}, {"hotel", "酒店"}, {"id", "编号"}, {"image", "图片"}, {"income", "收入"},
    {"inventory", "库存"}, {"invoice", "发票"}, {"item", "明细"}, {"kind", "种类"}, {"language", "语言"},
    {"last", "最后"}, {"last active at", "最后活跃时间"}, {"latitude", "纬度"}, {"length", "长度"}, {"level", "等级"}, {"limit", "限额"},
    {"line", "行"}, {"loan", "贷款"}, {"log", "日志"}, {"longitude", "经度"}, {"manager", "经理"},
    {"member", "会员"}, {"merchant", "商家"}, {"message", "消息"}, {"mobile", "手机"},
    {"modified", "修改"}, {"month", "月"}, {"movie", "影片"}, {"name", "名称"}, {"new", "新"},
    {"note", "备注"}, {"notes", "备注"}, {"number", "编号"}, {"order", "订单"}, {"ordered", "下单"},
    {"organisation", "机构"}, {"organization", "机构"}, {"owner", "负责人"}, {"paid", "付款"},
    {"parent", "上级"}, {"patient", "患者"}, {"payment", "付款"}, {"people", "人员"},
    {"percent", "百分比"}, {"permission", "权限"}, {"person", "人员"}, {"phone", "电话"},
    {"points", "积分"}, {"policy", "保单"}, {"popularity", "热度"}, {"price", "价格"},
    {"priority", "优先级"}, {"processed", "处理"}, {"product", "商品"}, {"profit", "利润"},
    {"project", "项目"}, {"promotion", "促销"}, {"province", "省份"}, {"qty", "数量"},
    {"quantity", "数量"}, {"quarter", "季度"}, {"rate", "率"}, {"rating", "评分"}, {"ratio", "比例"},
    {"refund", "退款"}, {"region", "地区"}, {"registered", "注册"}, {"remark", "备注"},
    {"reservation", "预订"}, {"revenue", "收入"}, {"review", "评论"}, {"role", "角色"}, {"room", "房间"},
    {"salary", "工资"}, {"sales", "销售额"}, {"score", "得分"}, {"session", "会话"}, {"setting", "设置"},
    {"shipment", "发货"}, {"shipped", "发货"}, {"shop", "店铺"}, {"size", "尺寸"}, {"sku", "商品编码"},
    {"song", "歌曲"}, {"source", "来源"}, {"staff", "员工"}, {"start", "开始"}, {"started", "开始"},
    {"state", "状态"}, {"status", "状态"}, {"stock", "库存"}, {"store", "门店"}, {"street", "街道"},
    {"student", "学生"}, {"supplier", "供应商"}, {"tag", "标签"}, {"task", "任务"}, {"tax", "税额"},
    {"teacher", "教师"}, {"team", "团队"}, {"text", "文本"}, {"ticket", "工单"}, {"time", "时间"},
    {"title", "标题"}, {"total", "总"}, {"track", "曲目"}, {"transaction", "交易"}, {"trip", "行程"},
    {"type", "类型"}, {"unit", "单位"}, {"unit price", "单价"}, {"updated", "更新"}, {"url", "链接"}, {"user", "用户"},
    {"users", "用户"}, {"vehicle", "车辆"}, {"vendor", "供应商"}, {"version", "版本"}, {"views", "浏览量"},
    {"visit", "访问"}, {"warehouse", "仓库"}, {"week", "周"}, {"weight", "重量"}, {"width", "宽度"},
    {"year", "年"},
};
/* clang-format on */

static const char *look_up(const char *word)
{
    size_t low = 0, high = sizeof(lexicon) / sizeof(lexicon[0]);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(lexicon[middle].en, word);

        if (order == 0) {
            return lexicon[middle].zh;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return "";
}

static const char *word_in_zh(const struct qn_tokens *tokens, size_t i)
{
    char one[QN_TOKEN_SIZE];
    const char *zh = look_up(tokens->items[i]);

    if (i > 0 && i + 1 == tokens->n && qn_word_in(tokens->items[i], " at on ")) {
        return "时间"; /* created_at */
    }
    if (zh[0] == '\0') {
        qn_singular(one, tokens->items[i]);
        zh = look_up(one);
    }
    return zh;
}

const char *qn_lexicon_zh(struct qn_arena *arena, const struct qn_tokens *tokens)
{
    char text[QN_TOKENS_MAX * QN_TOKEN_SIZE];
    const char *whole = look_up(qn_humanised(arena, tokens, QN_AS_IT_IS));
    size_t len = 0;

    if (whole[0] != '\0') {
        return whole;
    }
    for (size_t i = 0; i < tokens->n; i++) {
        const char *zh = word_in_zh(tokens, i);
        size_t n = strlen(zh);

        if (n == 0 || len + n >= sizeof(text)) {
            return "";
        }
        memcpy(text + len, zh, n);
        len += n;
    }
    return qn_arena_text(arena, text, len);
}
