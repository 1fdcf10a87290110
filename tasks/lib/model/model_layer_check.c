#include "model_layer.h"
#include "model_place.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

enum kind {
    LAYER_TEXT,
    LAYER_SQL,
    LAYER_BOOL,
    LAYER_TEXTS,
    LAYER_WORDS,
    LAYER_WORD,   /* one of a list */
    LAYER_DAY,    /* 2025-06-30 */
    LAYER_HIDDEN, /* true, false, or names of columns */
    LAYER_MAP,    /* an object of any names; each value is of the form */
    LAYER_ITEMS,  /* a list, or an object of any names; each item is of the form */
    LAYER_ANY,
};

struct form;

struct member {
    const char *name;
    enum kind kind;
    const struct form *form;
    const char *const *words;
    size_t n_words;
};

struct form {
    const struct member *members;
    size_t n;
    bool words; /* what is in values: {"en": [...]}, or a list */
};

struct check {
    struct qn_model *model; /* for warnings, or NULL */
    struct qn_buf text;
    struct qn_err *reterr;
};

static const char *const week_days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};

static const struct form words_form = {.words = true};

static const struct member column_members[] = {
    {.name = "synonyms", .kind = LAYER_WORDS},
    {.name = "negated", .kind = LAYER_WORDS},
    {"values", LAYER_MAP, .form = &words_form},
    {.name = "description", .kind = LAYER_TEXT},
    {"role", LAYER_WORD, .words = qn_role_names, .n_words = QN_ROLES},
    {.name = "unit", .kind = LAYER_TEXT},
    {.name = "hidden", .kind = LAYER_BOOL},
};
static const struct form column_form = {.members = column_members, .n = COUNT_OF(column_members)};

static const struct member table_members[] = {
    {.name = "label", .kind = LAYER_TEXT},
    {.name = "time", .kind = LAYER_TEXT},
    {.name = "hidden", .kind = LAYER_HIDDEN},
    {.name = "synonyms", .kind = LAYER_WORDS},
    {.name = "description", .kind = LAYER_TEXT},
    {"purpose", LAYER_WORD, .words = qn_purpose_names, .n_words = QN_PURPOSES},
    {"columns", LAYER_MAP, .form = &column_form},
};
static const struct form table_form = {.members = table_members, .n = COUNT_OF(table_members)};

static const struct member metric_members[] = {
    {.name = "name", .kind = LAYER_TEXT},
    {.name = "synonyms", .kind = LAYER_WORDS},
    {.name = "description", .kind = LAYER_TEXT},
    {.name = "expr", .kind = LAYER_SQL},
    {.name = "filter", .kind = LAYER_SQL},
    {.name = "from", .kind = LAYER_TEXT},
    {.name = "time", .kind = LAYER_TEXT},
    {.name = "item_expr", .kind = LAYER_SQL},
    {.name = "item_level_for", .kind = LAYER_TEXTS},
    {.name = "unit", .kind = LAYER_TEXT},
    {.name = "additive", .kind = LAYER_BOOL},
    {.name = "accepted", .kind = LAYER_BOOL},
};
static const struct form metric_form = {.members = metric_members, .n = COUNT_OF(metric_members)};

static const struct member condition_members[] = {
    {.name = "synonyms", .kind = LAYER_WORDS},
    {.name = "table", .kind = LAYER_TEXT},
    {.name = "where", .kind = LAYER_SQL},
    {.name = "accepted", .kind = LAYER_BOOL},
};
static const struct form condition_form = {.members = condition_members,
                                           .n = COUNT_OF(condition_members)};

static const struct member relation_members[] = {
    {.name = "child_table", .kind = LAYER_TEXT},  {.name = "child_columns", .kind = LAYER_TEXTS},
    {.name = "parent_table", .kind = LAYER_TEXT}, {.name = "parent_columns", .kind = LAYER_TEXTS},
    {.name = "accepted", .kind = LAYER_BOOL},
};
static const struct form relation_form = {.members = relation_members,
                                          .n = COUNT_OF(relation_members)};

static const struct member layer_members[] = {
    {.name = "format", .kind = LAYER_ANY},
    {.name = "database", .kind = LAYER_TEXT},
    {.name = "time_zone", .kind = LAYER_TEXT},
    {.name = "reference_day", .kind = LAYER_DAY},
    {"week_start", LAYER_WORD, .words = week_days, .n_words = COUNT_OF(week_days)},
    {"tables", LAYER_MAP, .form = &table_form},
    {"metrics", LAYER_ITEMS, .form = &metric_form},
    {"conditions", LAYER_ITEMS, .form = &condition_form},
    {"relations", LAYER_ITEMS, .form = &relation_form},
};
static const struct form layer_form = {.members = layer_members, .n = COUNT_OF(layer_members)};

static int check_form(struct check *check, const struct form *form,
                      const struct qn_json_item *value, const struct qn_model_place *place);

static int check_text(struct check *check, const struct qn_json_item *value, size_t max,
                      const struct qn_model_place *place)
{
    int rc = qn_model_place_want(place, value->type, QN_JSON_STRING, check->reterr);
    char text[48];

    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_reset(&check->text);
    rc = qn_json_unescape(value->value, &check->text);
    if (rc == QN_ELIMIT || (rc == QN_OK && check->text.len > max)) {
        snprintf(text, sizeof(text), "at most %zu bytes are expected", max);
        return qn_model_place_fail(place, text, check->reterr);
    }
    return rc == QN_OK ? QN_OK : qn_fail(check->reterr, rc, "no memory for a layer");
}

static int check_texts(struct check *check, const struct qn_json_item *value,
                       const struct qn_model_place *place)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t index = 0;
    int rc = qn_model_place_want(place, value->type, QN_JSON_ARRAY, check->reterr);

    if (rc == QN_OK) {
        rc = qn_json_walk_init(&walk, value->value.data, value->value.len);
    }
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        struct qn_model_place at = qn_model_place_of(place, &item, index++);

        rc = check_text(check, &item, QN_MODEL_TEXT_MAX, &at);
    }
    return rc;
}

static void warn_unknown(struct check *check, const struct qn_model_place *place)
{
    char where[QN_MODEL_PLACE_TEXT];

    if (check->model != NULL) {
        qn_model_place_text(place, where);
        qn_layer_warn(check->model, "%s: not known, passed over", where);
    }
}

static int check_words(struct check *check, const struct qn_json_item *value,
                       const struct qn_model_place *place)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc;

    if (value->type == QN_JSON_ARRAY) {
        return check_texts(check, value, place);
    }
    rc = qn_model_place_want(place, value->type, QN_JSON_OBJECT, check->reterr);
    if (rc == QN_OK) {
        rc = qn_json_walk_init(&walk, value->value.data, value->value.len);
    }
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        struct qn_model_place at = qn_model_place_of(place, &item, 0);

        if (!qn_span_is(item.key, "en") && !qn_span_is(item.key, "zh")) {
            warn_unknown(check, &at);
        }
        if (item.type != QN_JSON_NULL) {
            rc = check_texts(check, &item, &at);
        }
    }
    return rc;
}

static int check_word(struct check *check, const struct member *member,
                      const struct qn_json_item *value, const struct qn_model_place *place)
{
    char text[200] = "one of these is expected:";
    int rc = check_text(check, value, QN_MODEL_TEXT_MAX, place);

    if (rc != QN_OK ||
        qn_layer_word_at(check->text.data, member->words, member->n_words) < member->n_words) {
        return rc;
    }
    for (size_t i = 0; i < member->n_words; i++) {
        size_t len = strlen(text);

        snprintf(text + len, sizeof(text) - len, " %s", member->words[i]);
    }
    return qn_model_place_fail(place, text, check->reterr);
}

static int check_day(struct check *check, const struct qn_json_item *value,
                     const struct qn_model_place *place)
{
    static const char form[] = "0000-00-00";
    int rc = check_text(check, value, QN_MODEL_TEXT_MAX, place);
    const char *day = check->text.data;
    bool right = rc == QN_OK && check->text.len == sizeof(form) - 1;

    if (rc != QN_OK || check->text.len == 0) {
        return rc;
    }
    for (size_t i = 0; right && i < sizeof(form) - 1; i++) {
        right = form[i] == '-' ? day[i] == '-' : day[i] >= '0' && day[i] <= '9';
    }
    right = right && strncmp(day + 5, "01", 2) >= 0 && strncmp(day + 5, "12", 2) <= 0 &&
            strncmp(day + 8, "01", 2) >= 0 && strncmp(day + 8, "31", 2) <= 0;
    return right ? QN_OK
                 : qn_model_place_fail(place, "a day like 2025-06-30 is expected", check->reterr);
}

/* Names of members become names, and values, of the model. */
static int check_key(struct check *check, const struct qn_json_item *item,
                     const struct qn_model_place *place)
{
    int rc;

    qn_buf_reset(&check->text);
    rc = qn_json_unescape(item->key, &check->text);
    if (rc == QN_ENOMEM) {
        return qn_fail(check->reterr, rc, "no memory for a layer");
    }
    return rc == QN_OK && check->text.len <= QN_MODEL_TEXT_MAX
               ? QN_OK
               : qn_model_place_fail(place, "the name is too long", check->reterr);
}

static int check_items(struct check *check, const struct member *member,
                       const struct qn_json_item *value, const struct qn_model_place *place)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t index = 0;
    bool list = member->kind == LAYER_ITEMS && value->type == QN_JSON_ARRAY;
    int rc = list ? QN_OK : qn_model_place_want(place, value->type, QN_JSON_OBJECT, check->reterr);

    if (rc == QN_OK) {
        rc = qn_json_walk_init(&walk, value->value.data, value->value.len);
    }
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        struct qn_model_place at = qn_model_place_of(place, &item, index++);

        rc = check_key(check, &item, &at);
        if (rc == QN_OK && item.type != QN_JSON_NULL) {
            rc = check_form(check, member->form, &item, &at);
        }
    }
    return rc;
}

static int check_hidden(struct check *check, const struct qn_json_item *value,
                        const struct qn_model_place *place)
{
    if (value->type == QN_JSON_BOOLEAN) {
        return QN_OK;
    }
    return value->type == QN_JSON_ARRAY
               ? check_texts(check, value, place)
               : qn_model_place_fail(place, "true, false or a list of columns is expected",
                                     check->reterr);
}

static int check_member(struct check *check, const struct member *member,
                        const struct qn_json_item *value, const struct qn_model_place *place)
{
    switch (member->kind) {
    case LAYER_TEXT:
        return check_text(check, value, QN_MODEL_TEXT_MAX, place);
    case LAYER_SQL:
        return check_text(check, value, QN_MODEL_SQL_MAX, place);
    case LAYER_BOOL:
        return qn_model_place_want(place, value->type, QN_JSON_BOOLEAN, check->reterr);
    case LAYER_TEXTS:
        return check_texts(check, value, place);
    case LAYER_WORDS:
        return check_words(check, value, place);
    case LAYER_WORD:
        return check_word(check, member, value, place);
    case LAYER_DAY:
        return check_day(check, value, place);
    case LAYER_HIDDEN:
        return check_hidden(check, value, place);
    case LAYER_MAP:
    case LAYER_ITEMS:
        return check_items(check, member, value, place);
    default:
        return QN_OK;
    }
}

static const struct member *member_of(const struct form *form, struct qn_span name)
{
    for (size_t i = 0; i < form->n; i++) {
        if (qn_span_is(name, form->members[i].name)) {
            return &form->members[i];
        }
    }
    return NULL;
}

static int check_form(struct check *check, const struct form *form,
                      const struct qn_json_item *value, const struct qn_model_place *place)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc;

    if (form->words) {
        return check_words(check, value, place);
    }
    rc = qn_model_place_want(place, value->type, QN_JSON_OBJECT, check->reterr);
    if (rc == QN_OK) {
        rc = qn_json_walk_init(&walk, value->value.data, value->value.len);
    }
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        struct qn_model_place at = qn_model_place_of(place, &item, 0);
        const struct member *member = member_of(form, item.key);

        if (member == NULL) {
            warn_unknown(check, &at);
        } else if (item.type != QN_JSON_NULL) {
            rc = check_member(check, member, &item, &at);
        }
    }
    return rc;
}

int qn_layer_check(struct qn_span json, struct qn_model *model, struct qn_err *reterr)
{
    struct check check = {.model = model, .reterr = reterr};
    struct qn_json_item whole = {.value = json}, format;
    struct qn_model_place top = {0};
    int rc;

    if (json.len > QN_LAYER_BYTES_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "hints are larger than 16 MiB");
    }
    rc = qn_json_check(json.data, json.len, &whole.type, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_init(&check.text, QN_MODEL_SQL_MAX + 1);
    rc = check_form(&check, &layer_form, &whole, &top);
    if (rc == QN_OK && qn_layer_find(json, "format", &format) &&
        !qn_span_is(format.value, "\"" QN_LAYER_FORMAT "\"")) {
        rc = qn_fail(reterr, QN_EINVAL, "format: " QN_LAYER_FORMAT " is expected");
    }
    qn_buf_release(&check.text);
    return rc;
}

int qn_model_check_layer(struct qn_span json, struct qn_err *reterr)
{
    return qn_layer_check(json, NULL, reterr);
}
