#include "model_build.h"
#include "tasks/lib/profile/pii.h"

#include <string.h>

/* clang-format off */
#define CODES    " id ids no nr num number code codes key zip postcode postal phone mobile tel " \
                 "fax version seq sequence position pos rank sku isbn ean upc uid gid oid pid " \
                 "hash port ssn pin barcode serial ref reference ordinal sort idx index line " \
                 "extension ext account "
#define CALENDAR " year month day week quarter weekday yyyymm yyyymmdd decade "
#define KINDS    " type status state level category kind mode tier stage class grade priority " \
                 "group flag role severity gender sex step phase segment bucket "
#define AVERAGES " price rate ratio percent percentage pct rating score age avg average mean " \
                 "temperature temp speed margin factor coefficient probability share density " \
                 "height width length depth size voltage humidity latency limit threshold min " \
                 "max minimum maximum median weightage rank_score capacity odds confidence " \
                 "elevation altitude pressure "
#define MEASURES " amount total sum subtotal qty quantity count cnt revenue sales cost fee fees " \
                 "tax profit balance paid spend spent budget units stock volume weight bytes " \
                 "hits views clicks visits minutes seconds hours days points duration salary " \
                 "income expense expenses discount refund deposit credit debit payment value " \
                 "freight distance area population stars_total votes likes shares downloads " \
                 "impressions sessions orders items passengers goals inventory onhand "
#define GEO      " lat lon lng latitude longitude "
#define PLACES   " city town country state province region county district continent zone area "
#define GROUPS   PLACES KINDS \
                 " channel currency language lang locale source medium department dept brand " \
                 "color colour segment industry sector unit platform device browser os method " \
                 "season genre topic reason result outcome position nationality timezone size " \
                 "event action "
#define PROSE    " description desc comment comments note notes text body content message " \
                 "remark remarks summary bio details detail abstract feedback review "
#define ZH_CODES    "编号 编码 号码 代码 序号 邮编 电话 手机 版本 单号 账号 卡号 工号 学号"
#define ZH_CALENDAR "年份 月份 季度 星期"
#define ZH_KINDS    "类型 状态 级别 等级 类别 分类 种类 性别 渠道 城市 国家 省份 地区 区域 部门 品牌 方式 币种"
#define ZH_AVERAGES "单价 价格 售价 定价 率 比例 百分比 占比 评分 得分 分数 年龄 平均 温度 速度 长度 高度 宽度"
#define ZH_MEASURES "金额 数量 总额 总价 总计 合计 费用 运费 销量 库存 件数 次数 人数 余额 成本 利润 收入 支出 工资 积分 额 数"
#define ZH_PROSE    "描述 备注 说明 内容 评论 留言 简介 正文 详情"
/* clang-format on */

struct column {
    const struct qn_catalog_column *source;
    const struct qn_profile_column *profile; /* with a tier, else NULL */
    double rows;                             /* that were seen; 0 unknown */
    struct qn_tokens tokens;
    const char *comment; /* a short one: one more name */
};

static bool zh_says(const struct column *c, const char *parts)
{
    return qn_part_in(c->source->name, parts) || qn_part_in(c->comment, parts);
}

static bool any_token_in(const struct column *c, const char *words)
{
    for (size_t i = 0; i < c->tokens.n; i++) {
        if (qn_word_in(c->tokens.items[i], words)) {
            return true;
        }
    }
    return false;
}

static bool is_category(const struct column *c)
{
    if (c->source->n_labels > 0 || c->source->family == QN_FAMILY_ENUM) {
        return true;
    }
    if (c->profile == NULL) {
        return false;
    }
    return (c->profile->alerts & 1U << QN_ALERT_CATEGORY) != 0 ||
           (c->profile->distinct_seen <= 20 && c->rows >= 200);
}

static bool holds_only_0_and_1(const struct column *c)
{
    if (c->source->n_labels > 0) {
        return c->source->n_labels == 2 && strcmp(c->source->labels[0], "0") == 0 &&
               strcmp(c->source->labels[1], "1") == 0;
    }
    return c->profile == NULL || c->profile->tier == QN_PROFILE_NONE ||
           (c->profile->low >= 0 && c->profile->high <= 1);
}

static bool is_flag(const struct column *c)
{
    static const char asking[] = " is has had can was should allow allows enable enabled flag ";
    const char *first = c->tokens.n > 0 ? c->tokens.items[0] : "";
    bool named = qn_word_in(first, asking) || qn_word_in(qn_tokens_last(&c->tokens), " flag ") ||
                 zh_says(c, "是否");

    if (c->source->family == QN_FAMILY_BOOLEAN) {
        return true;
    }
    return c->source->family == QN_FAMILY_INTEGER && named && holds_only_0_and_1(c);
}

/* "number_of_items", "num_items", "no_of_rooms" count; "order_number" does not. */
static bool counts_things(const struct qn_tokens *tokens)
{
    return tokens->n > 1 && qn_word_in(tokens->items[0], " number num no nr n count cnt total ") &&
           !qn_word_in(qn_tokens_last(tokens), CODES);
}

/* The words that say most come last: unit_price is a price, price_count a count. */
static enum qn_role role_of_number_words(const struct qn_tokens *tokens)
{
    bool mean = qn_tokens_have(tokens, "avg") || qn_tokens_have(tokens, "average") ||
                qn_tokens_have(tokens, "mean");
    bool whole = qn_tokens_have(tokens, "total") || qn_tokens_have(tokens, "sum");

    for (size_t i = tokens->n; i-- > 0;) {
        const char *word = tokens->items[i];

        if (qn_word_in(word, CODES)) {
            return QN_ROLE_DIMENSION;
        }
        if (qn_word_in(word, MEASURES)) {
            return mean ? QN_ROLE_AVERAGE : QN_ROLE_MEASURE;
        }
        if (qn_word_in(word, AVERAGES)) {
            return whole && !mean ? QN_ROLE_MEASURE : QN_ROLE_AVERAGE;
        }
        if (qn_word_in(word, CALENDAR) || qn_word_in(word, KINDS)) {
            return QN_ROLE_DIMENSION;
        }
    }
    return QN_ROLE_OTHER;
}

static enum qn_role role_of_number_zh(const struct column *c)
{
    if (zh_says(c, ZH_CODES) || zh_says(c, ZH_CALENDAR) || zh_says(c, ZH_KINDS)) {
        return QN_ROLE_DIMENSION;
    }
    if (zh_says(c, ZH_AVERAGES)) {
        return QN_ROLE_AVERAGE;
    }
    return zh_says(c, ZH_MEASURES) ? QN_ROLE_MEASURE : QN_ROLE_OTHER;
}

static bool looks_like_years(const struct column *c)
{
    return c->source->family == QN_FAMILY_INTEGER && c->profile != NULL &&
           c->profile->low >= 1900 && c->profile->high <= 2100 && c->profile->distinct_seen <= 200;
}

static bool looks_like_a_share(const struct column *c)
{
    return c->source->family != QN_FAMILY_INTEGER && c->profile != NULL && c->profile->low >= 0 &&
           c->profile->high <= 1 && c->profile->distinct_seen > 2;
}

static bool is_zero_or_one(const struct column *c)
{
    return c->profile != NULL && c->profile->low == 0 && c->profile->high == 1 &&
           c->profile->distinct_seen == 2;
}

/* No word is known: by the data. */
static enum qn_role role_of_number_data(const struct column *c)
{
    bool whole = c->source->family == QN_FAMILY_INTEGER;

    if (whole && is_zero_or_one(c)) {
        return QN_ROLE_FLAG;
    }
    if (looks_like_a_share(c)) {
        return QN_ROLE_AVERAGE;
    }
    if (looks_like_years(c) || (whole && is_category(c)) || c->source->n_labels > 0) {
        return QN_ROLE_DIMENSION;
    }
    if (whole && (c->source->identity || (c->profile != NULL && c->profile->all_unique))) {
        return QN_ROLE_OTHER;
    }
    return QN_ROLE_MEASURE;
}

static enum qn_role role_of_number(const struct column *c)
{
    enum qn_role role;

    if (any_token_in(c, GEO) || zh_says(c, "经度 纬度")) {
        return QN_ROLE_GEO;
    }
    if (c->source->n_labels > 0) {
        return QN_ROLE_DIMENSION;
    }
    if (counts_things(&c->tokens)) {
        return QN_ROLE_MEASURE;
    }
    role = role_of_number_words(&c->tokens);
    if (role == QN_ROLE_OTHER) {
        role = role_of_number_zh(c);
    }
    if (role == QN_ROLE_OTHER) {
        return role_of_number_data(c);
    }
    /* Identifiers are no categories: nobody groups by an account's number. */
    if (role == QN_ROLE_DIMENSION && !is_category(c) &&
        qn_word_in(qn_tokens_last(&c->tokens), CODES)) {
        return QN_ROLE_OTHER;
    }
    return role;
}

static enum qn_role role_of_text(const struct column *c)
{
    const char *last = qn_tokens_last(&c->tokens);
    enum qn_shape shape = c->profile != NULL ? c->profile->shape : QN_SHAPE_NONE;

    if (c->source->n_labels > 0) {
        return QN_ROLE_DIMENSION;
    }
    if (shape == QN_SHAPE_PROSE || qn_word_in(last, PROSE) || zh_says(c, ZH_PROSE)) {
        return QN_ROLE_TEXT;
    }
    if (is_category(c) || qn_word_in(last, GROUPS) || zh_says(c, ZH_KINDS)) {
        return QN_ROLE_DIMENSION;
    }
    if (qn_word_in(last, CODES) || zh_says(c, ZH_CODES) || shape == QN_SHAPE_CODE ||
        shape == QN_SHAPE_UUID || shape == QN_SHAPE_URL || shape == QN_SHAPE_JSON) {
        return QN_ROLE_OTHER;
    }
    return QN_ROLE_TEXT;
}

static enum qn_role role_of_family(const struct column *c)
{
    switch (c->source->family) {
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_NUMERIC:
    case QN_FAMILY_FLOAT:
        return role_of_number(c);
    case QN_FAMILY_TEXT:
        return role_of_text(c);
    case QN_FAMILY_DATE:
    case QN_FAMILY_TIMESTAMP:
        return QN_ROLE_TIME;
    case QN_FAMILY_ENUM:
        return QN_ROLE_DIMENSION;
    case QN_FAMILY_INTERVAL:
        return QN_ROLE_AVERAGE;
    case QN_FAMILY_GEO:
        return QN_ROLE_GEO;
    default:
        return QN_ROLE_OTHER;
    }
}

/* Where no profile could say it, by the name. */
static enum qn_pii pii_of(const struct qn_table_facts *table, const struct qn_column_facts *facts)
{
    const struct qn_profile_column *profile = facts->profile;
    const struct qn_pii_counts nothing = {0};

    if (profile != NULL && (profile->tier != QN_PROFILE_NONE || profile->pii != QN_PII_NONE)) {
        return profile->pii;
    }
    return qn_pii_judge(table->source, (size_t)(facts->source - table->source->columns), &nothing);
}

/* A city alone says nothing of anybody. */
static bool is_person(const struct column *c, enum qn_pii pii)
{
    return pii != QN_PII_NONE &&
           !(pii == QN_PII_ADDRESS && qn_word_in(qn_tokens_last(&c->tokens), PLACES));
}

static enum qn_role role_of(const struct column *c, const struct qn_column_facts *facts,
                            enum qn_pii pii)
{
    if (facts->primary) {
        return QN_ROLE_KEY;
    }
    if (facts->foreign) {
        return QN_ROLE_FOREIGN;
    }
    if (facts->in_primary && c->source->family != QN_FAMILY_DATE &&
        c->source->family != QN_FAMILY_TIMESTAMP) {
        return QN_ROLE_KEY;
    }
    if (is_person(c, pii)) {
        return QN_ROLE_PERSONAL;
    }
    return is_flag(c) ? QN_ROLE_FLAG : role_of_family(c);
}

static const char *unit_of(const struct qn_tokens *tokens)
{
    static const struct {
        const char *word, *unit;
    } units[] = {
        {"percent", "percent"}, {"pct", "percent"},  {"percentage", "percent"},
        {"usd", "USD"},         {"eur", "EUR"},      {"gbp", "GBP"},
        {"cny", "CNY"},         {"rmb", "CNY"},      {"jpy", "JPY"},
        {"chf", "CHF"},         {"cents", "cents"},  {"ms", "ms"},
        {"seconds", "seconds"}, {"secs", "seconds"}, {"minutes", "minutes"},
        {"mins", "minutes"},    {"hours", "hours"},  {"days", "days"},
        {"kg", "kg"},           {"km", "km"},        {"cm", "cm"},
        {"mm", "mm"},           {"bytes", "bytes"},  {"kb", "KB"},
        {"mb", "MB"},           {"gb", "GB"},        {"celsius", "°C"},
        {"kwh", "kWh"},
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(qn_tokens_last(tokens), units[i].word) == 0) {
            return units[i].unit;
        }
    }
    return "";
}

static bool is_number(enum qn_role role)
{
    return role == QN_ROLE_MEASURE || role == QN_ROLE_AVERAGE;
}

void qn_model_build_roles(struct qn_model_build *build, size_t place)
{
    struct qn_model_table *table = &build->model->tables[place];
    const struct qn_table_facts *facts = &build->tables[place];

    for (size_t i = 0; i < table->n_columns; i++) {
        const struct qn_column_facts *of = &facts->columns[i];
        bool known = of->profile != NULL && of->profile->tier != QN_PROFILE_NONE;
        struct column c = {
            .source = of->source,
            .profile = known ? of->profile : NULL,
            .rows = known && facts->profile != NULL ? facts->profile->seen : 0,
            .comment = qn_model_short_comment(of->source->comment),
        };
        struct qn_model_column *column = &table->columns[i];

        qn_tokens_of(&c.tokens, of->source->name);
        column->pii = pii_of(facts, of);
        column->role = role_of(&c, of, column->pii);
        column->hidden = column->pii == QN_PII_SECRET || of->source->hidden;
        column->hidden_source = of->source->hidden_for_good ? QN_MODEL_OWNER : QN_MODEL_RULE;
        column->unit = is_number(column->role) ? unit_of(&c.tokens) : "";
    }
}
