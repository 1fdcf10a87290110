#include "chart_words.h"

#include "tasks/lib/model/model_text.h"
#include <string.h>

/* last: of these words the last one of the name; any: each; so for the ends and parts of Chinese
 * names. */
static const struct {
    unsigned hint;
    const char *last, *any, *zh_last, *zh_any;
} hints[] = {
    {CHART_HINT_ID,
     " id ids no nr code codes key uid gid oid pid uuid guid zip postcode postal phone mobile tel "
     "fax sku isbn ean upc barcode serial ssn pin number account hash ",
     " ", "编号 编码 号码 代码 序号 邮编 电话 手机 单号 账号 卡号 工号 学号 主键 手机号 电话号",
     ""},
    {CHART_HINT_YEAR, " year yr ", " ", "年份 年度", ""},
    {CHART_HINT_MONTH, " month mon yyyymm ym ", " ", "月份 年月", ""},
    {CHART_HINT_STEP, " quarter qtr week day weekday dow isodow dom doy hour hr minute ", " ",
     "季度 星期 周几 小时 时段", ""},
    {CHART_HINT_PART, " extract part ", " ", "", ""},
    {CHART_HINT_MEAN, " price ",
     " avg average mean median rate ratio percent percentage pct min max minimum maximum rank "
     "score rating age distinct unique growth change yoy mom stddev variance ",
     "率 比",
     "平均 均价 单价 价格 比例 百分比 最大 最小 最高 最低 中位 评分 得分 年龄 同比 环比 排名"},
    {CHART_HINT_LATITUDE, " lat latitude ", " ", "纬度", ""},
    {CHART_HINT_LONGITUDE, " lon lng long longitude ", " ", "经度", ""},
};

static bool any_in(const struct qn_tokens *tokens, const char *words)
{
    for (size_t i = 0; i < tokens->n; i++) {
        if (qn_word_in(tokens->items[i], words)) {
            return true;
        }
    }
    return false;
}

static bool ends_in(const char *name, const char *parts)
{
    size_t len = strlen(name);

    for (const char *part = parts; *part != '\0'; part += strspn(part, " ")) {
        size_t n = strcspn(part, " ");

        if (n <= len && memcmp(name + len - n, part, n) == 0) {
            return true;
        }
        part += n;
    }
    return false;
}

/* "last_month" and "sales_per_day" are numbers of one, no part of a calendar. */
static bool is_no_calendar(const struct qn_tokens *tokens, const char *name)
{
    return any_in(tokens, " this last previous prev current per next before vs ") ||
           qn_part_in(name, "本 上 每 去 今");
}

unsigned chart_hints_of(const char *name)
{
    const unsigned calendar = CHART_HINT_YEAR | CHART_HINT_MONTH | CHART_HINT_STEP;
    struct qn_tokens tokens;
    unsigned found = 0;

    qn_tokens_of(&tokens, name);
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (qn_word_in(qn_tokens_last(&tokens), hints[i].last) || any_in(&tokens, hints[i].any) ||
            ends_in(name, hints[i].zh_last) || qn_part_in(name, hints[i].zh_any)) {
            found |= hints[i].hint;
        }
    }
    if (strcmp(name, "年") == 0) {
        found |= CHART_HINT_YEAR;
    }
    if (strcmp(name, "月") == 0) {
        found |= CHART_HINT_MONTH;
    }
    return is_no_calendar(&tokens, name) ? found & ~calendar : found;
}
