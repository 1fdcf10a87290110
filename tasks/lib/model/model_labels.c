#include "model_build.h"

#include <stdio.h>
#include <string.h>

/* How well a column names its row: exact names first, then the last words of longer ones. */
static const struct {
    const char *name;
    int points;
} label_names[] = {
    {"name", 100},      {"title", 95},        {"label", 90},   {"full_name", 98},
    {"fullname", 98},   {"display_name", 97}, {"caption", 85}, {"subject", 80},
    {"username", 75},   {"user_name", 75},    {"login", 60},   {"nickname", 70},
    {"last_name", 55},  {"lastname", 55},     {"surname", 55}, {"headline", 80},
    {"first_name", 40}, {"firstname", 40},    {"email", 30},   {"code", 50},
    {"sku", 45},        {"number", 45},       {"no", 45},      {"reference", 40},
    {"symbol", 48},     {"description", 20},  {"abbr", 35},    {"名称", 100},
    {"姓名", 100},      {"标题", 95},         {"名字", 98},    {"编号", 45},
};

#define NAME_POINTS 55 /* from here on a name, below a code or less */

struct names {
    struct qn_tokens tokens;
    struct qn_tokens table;
};

static bool is_text(const struct qn_model_column *column)
{
    return column->family == QN_FAMILY_TEXT || column->family == QN_FAMILY_ENUM;
}

static int points_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof(label_names) / sizeof(label_names[0]); i++) {
        if (strcmp(name, label_names[i].name) == 0) {
            return label_names[i].points;
        }
    }
    return 0;
}

static void join(char out[QN_TOKENS_MAX * QN_TOKEN_SIZE], const struct qn_tokens *tokens,
                 size_t first)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = first; i < tokens->n; i++) {
        len += (size_t)snprintf(out + len, QN_TOKENS_MAX * QN_TOKEN_SIZE - len, "%s%s",
                                i > first ? "_" : "", tokens->items[i]);
    }
}

/* customers.customer_name: without the table's words the name remains. */
static size_t after_table_words(const struct names *names)
{
    char one[QN_TOKEN_SIZE], other[QN_TOKEN_SIZE];
    size_t n = 0;

    for (; n + 1 < names->tokens.n; n++) {
        bool found = false;

        qn_singular(one, names->tokens.items[n]);
        for (size_t i = 0; i < names->table.n && !found; i++) {
            qn_singular(other, names->table.items[i]);
            found = strcmp(one, other) == 0;
        }
        if (!found) {
            break;
        }
    }
    return n;
}

static int points_of_zh(const char *text)
{
    return qn_part_in(text, "名称 姓名 标题 名字") ? 90 : qn_part_in(text, "编号 单号") ? 45 : 0;
}

static int label_points(const struct qn_model_column *column, const struct qn_column_facts *facts,
                        struct names *names)
{
    char joined[QN_TOKENS_MAX * QN_TOKEN_SIZE];
    int points, zh;

    if (!is_text(column) || column->hidden || facts->foreign || column->role == QN_ROLE_FLAG) {
        return 0;
    }
    qn_tokens_of(&names->tokens, column->name);
    join(joined, &names->tokens, after_table_words(names));
    points = points_of_name(joined);
    if (points == 0 && names->tokens.n > 1) { /* billing_name names something else, a little */
        points = points_of_name(qn_tokens_last(&names->tokens)) / 2;
    }
    zh = points_of_zh(column->name);
    if (zh == 0) {
        zh = points_of_zh(qn_model_short_comment(facts->source->comment));
    }
    points = points > zh ? points : zh;
    return points > 0 ? points + (column->unique ? 2 : 0) + (column->nullable ? 0 : 1) : 0;
}

/* Of what happens to a row afterwards, and of what is planned. */
static const char late_words[] =
    " updated update modified modification changed change processed deleted removed archived "
    "expires expire expired expiry expiration end ended ends finish finished closed last due "
    "birth birthday born dob until to valid seen active sync synced completed cancelled canceled "
    "refunded returned return required ";
static const char weak_words[] = " sent shipped ship delivered delivery paid approved confirmed "
                                 "verified published notified reviewed received ";
static const char good_words[] = " created create creation inserted added registered registration "
                                 "entry ";
static const char best_words[] =
    " occurred happened ordered placed event posted purchased purchase "
    "sold sale transaction trade invoice booked logged measured "
    "recorded started start date datetime timestamp time day ts when ";

static bool any_in(const struct qn_tokens *tokens, const char *words)
{
    for (size_t i = 0; i < tokens->n; i++) {
        if (qn_word_in(tokens->items[i], words)) {
            return true;
        }
    }
    return false;
}

static int points_of_time_zh(const char *text)
{
    if (qn_part_in(text, "更新 修改 删除 到期 结束 过期 截止 生日 出生 最后 处理")) {
        return -1;
    }
    if (qn_part_in(text, "下单 交易 发生 订单日期 销售")) {
        return 90;
    }
    return qn_part_in(text, "创建 注册 新增 录入") ? 70 : qn_part_in(text, "时间 日期") ? 50 : 0;
}

static int points_of_time_words(const struct names *names)
{
    bool own = after_table_words(names) > 0;

    if (any_in(&names->tokens, late_words)) {
        return -1;
    }
    if (any_in(&names->tokens, weak_words)) {
        return 20;
    }
    if (any_in(&names->tokens, good_words)) {
        return 70;
    }
    return (own ? 25 : 0) + (any_in(&names->tokens, best_words) ? 60 : 10);
}

static int time_points(const struct qn_model_column *column, const struct qn_column_facts *facts,
                       struct names *names)
{
    const char *comment = qn_model_short_comment(facts->source->comment);
    int points, zh;

    if (column->role != QN_ROLE_TIME || column->hidden) {
        return 0;
    }
    qn_tokens_of(&names->tokens, column->name);
    zh = points_of_time_zh(qn_has_cjk(column->name) ? column->name : comment);
    points = zh != 0 ? zh : points_of_time_words(names);
    return points > 0 ? points + (column->nullable ? 0 : 3) : 0;
}

/* No name: the column of the primary key will do. */
static size_t key_of(const struct qn_model_table *table, const struct qn_table_facts *facts)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (facts->columns[i].primary) {
            return i;
        }
    }
    return QN_MODEL_NONE;
}

static void set_label(struct qn_model_table *table, struct qn_table_facts *facts, size_t best,
                      int points)
{
    enum qn_role role;

    facts->named = points >= NAME_POINTS;
    if (facts->named) {
        struct qn_tokens tokens;

        qn_tokens_of(&tokens, table->columns[best].name);
        facts->titled = qn_word_in(qn_tokens_last(&tokens), " title subject headline caption ") ||
                        qn_part_in(table->columns[best].name, "标题");
    }
    table->label = points > 0 ? best : key_of(table, facts);
    if (points == 0) {
        return;
    }
    role = table->columns[best].role;
    if (role == QN_ROLE_TEXT || role == QN_ROLE_OTHER || role == QN_ROLE_DIMENSION) {
        table->columns[best].role = QN_ROLE_LABEL;
    }
}

void qn_model_build_labels(struct qn_model_build *build, size_t place)
{
    struct qn_model_table *table = &build->model->tables[place];
    struct qn_table_facts *facts = &build->tables[place];
    size_t label = 0;
    int most_label = 0, most_time = 0;
    struct names names;

    qn_tokens_of(&names.table, table->name);
    for (size_t i = 0; i < table->n_columns; i++) {
        int points = label_points(&table->columns[i], &facts->columns[i], &names);
        int times = time_points(&table->columns[i], &facts->columns[i], &names);

        if (points > most_label) {
            most_label = points;
            label = i;
        }
        if (times > most_time) {
            most_time = times;
            table->time = i;
        }
    }
    set_label(table, facts, label, most_label);
}
