#include "describe_answer.h"

#include "common/json_member.h"
#include "common/utf8.h"
#include "tasks/lib/json_tree.h"
#include <string.h>

#define ANSWER_DEPTH 8
#define ANSWER_BYTES ((size_t)4 * 1024 * 1024) /* of what is kept of a table's answers */

int describe_table_init(struct describe_table *ret, const struct qn_model_table *table,
                        struct qn_err *reterr)
{
    *ret = (struct describe_table){.table = table};
    qn_arena_init(&ret->arena, ANSWER_BYTES);
    ret->said.description = ret->said.unit = "";
    ret->columns = qn_arena_alloc(&ret->arena, table->n_columns, sizeof(*ret->columns));
    for (size_t i = 0; ret->columns != NULL && i < table->n_columns; i++) {
        ret->columns[i].description = ret->columns[i].unit = "";
    }
    return qn_arena_status(&ret->arena, "descriptions", reterr);
}

void describe_table_release(struct describe_table *table)
{
    qn_arena_release(&table->arena);
}

/* ---- texts ---- */

/* One line of at most max bytes, cut between characters. */
static const char *one_line(struct qn_arena *arena, const char *text, size_t max)
{
    char line[DESCRIBE_TEXT_MAX + 1];
    size_t len = 0;
    size_t step;

    for (const char *at = text; *at != '\0'; at += step) {
        step = qn_utf8_char(at, strlen(at));
        if (step == 0 || len + step > max) {
            break;
        }
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            line[len++] = ' ';
        } else {
            memcpy(line + len, at, step);
            len += step;
        }
    }
    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    return qn_arena_text(arena, line, len);
}

static void take_synonyms(struct describe_table *table, const struct qn_json_node *list,
                          struct describe_said *said)
{
    const struct qn_json_node *one = list != NULL ? list->first : NULL;

    for (said->n_synonyms = 0; one != NULL && said->n_synonyms < DESCRIBE_SYNONYMS_MAX;
         one = one->next) {
        const char *word = one_line(&table->arena, one->text, DESCRIBE_WORD_MAX);

        if (one->type == QN_JSON_STRING && word[0] != '\0') {
            said->synonyms[said->n_synonyms++] = word;
        }
    }
}

static void take_said(struct describe_table *table, const struct qn_json_node *node,
                      struct describe_said *said)
{
    struct qn_arena *arena = &table->arena;
    const char *text = one_line(arena, qn_json_text(node, "description"), DESCRIBE_TEXT_MAX);

    if (text[0] == '\0' || said->description[0] != '\0') {
        return;
    }
    said->description = text;
    said->unit = one_line(arena, qn_json_text(node, "unit"), DESCRIBE_UNIT_MAX);
    take_synonyms(table, qn_json_member(node, "synonyms"), said);
}

/* ---- an answer ---- */

/* From the first brace to the last: around it there may be a fence. */
static struct qn_span object_of(struct qn_span answer)
{
    const char *first = memchr(answer.data, '{', answer.len);
    const char *last = memrchr(answer.data, '}', answer.len);

    return first != NULL && last > first ? (struct qn_span){first, (size_t)(last - first) + 1}
                                         : (struct qn_span){"", 0};
}

static int read_answer(struct qn_span answer, struct qn_arena *arena, struct qn_json_node **ret,
                       struct qn_err *reterr)
{
    struct qn_err why = {.code = QN_OK};
    int rc = qn_json_tree(ret, object_of(answer), ANSWER_DEPTH, arena, &why);
    const struct qn_json_node *columns = rc == QN_OK ? qn_json_member(*ret, "columns") : NULL;

    if (rc == QN_ENOMEM) {
        return qn_fail(reterr, rc, "%s", why.msg);
    }
    if (rc != QN_OK || columns == NULL || columns->type != QN_JSON_ARRAY) {
        return qn_fail(reterr, QN_EINVAL, "the language model's answer is not of the form: %s",
                       rc != QN_OK ? why.msg : "\"columns\" is no array");
    }
    return QN_OK;
}

static void take_column(struct describe_table *table, const struct qn_json_node *node)
{
    size_t place = qn_model_column(table->table, qn_json_text(node, "name"));

    if (place == QN_MODEL_NONE || table->table->columns[place].hidden) {
        table->unknown++;
    } else {
        take_said(table, node, &table->columns[place]);
    }
}

int describe_answer_take(struct describe_table *table, struct qn_span answer, struct qn_err *reterr)
{
    struct qn_arena tree;
    struct qn_json_node *root = NULL;
    int rc;

    qn_arena_init(&tree, ANSWER_BYTES * 2);
    rc = read_answer(answer, &tree, &root, reterr);
    if (rc == QN_OK) {
        const struct qn_json_node *one = qn_json_member(root, "columns")->first;

        take_said(table, qn_json_member(root, "table"), &table->said);
        for (; one != NULL; one = one->next) {
            take_column(table, one);
        }
        rc = qn_arena_status(&table->arena, "descriptions", reterr);
    }
    qn_arena_release(&tree);
    return rc;
}

bool describe_answer_is_whole(struct qn_span answer)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_json_node *root = NULL;
    struct qn_arena tree;
    bool whole;

    qn_arena_init(&tree, ANSWER_BYTES * 2);
    whole = read_answer(answer, &tree, &root, &err) == QN_OK;
    qn_arena_release(&tree);
    return whole;
}

void describe_missing(const struct describe_table *table, struct describe_part *part)
{
    size_t left = 0;

    for (size_t i = 0; i < part->n_columns; i++) {
        if (table->columns[part->columns[i]].description[0] == '\0') {
            part->columns[left++] = part->columns[i];
        }
    }
    part->n_columns = left;
}

/* ---- the layer ---- */

static bool has_word(const struct describe_said *said, const char *word)
{
    for (size_t i = 0; i < said->n_synonyms; i++) {
        if (strcasecmp(said->synonyms[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* What several columns are called tells none of them. */
static bool is_shared(const struct describe_table *table, const struct describe_said *said,
                      const char *word)
{
    for (size_t i = 0; i < table->table->n_columns; i++) {
        const struct describe_said *other = &table->columns[i];

        if (other != said && said != &table->said &&
            (has_word(other, word) || strcasecmp(table->table->columns[i].name, word) == 0)) {
            return true;
        }
    }
    return false;
}

static void add_synonyms(const struct describe_table *table, const struct describe_said *said,
                         const char *language, struct qn_buf *out)
{
    bool any = false;

    for (size_t i = 0; i < said->n_synonyms; i++) {
        if (is_shared(table, said, said->synonyms[i])) {
            continue;
        }
        if (!any) {
            qn_json_add_key(out, "synonyms");
            qn_buf_add_byte(out, '{');
            qn_json_add_key(out, language);
        }
        qn_buf_add_byte(out, any ? ',' : '[');
        qn_json_add_str(out, said->synonyms[i]);
        any = true;
    }
    qn_buf_add_str(out, any ? "]}" : "");
}

static void add_said(const struct describe_table *table, const struct describe_said *said,
                     const char *language, struct qn_buf *out)
{
    qn_json_member_text(out, "description", said->description);
    qn_json_member_text(out, "unit", said->unit);
    add_synonyms(table, said, language, out);
}

/* Quoted, so that any name is found as it is. */
static void add_table_key(const struct qn_model_table *table, struct qn_buf *out)
{
    struct qn_buf name;

    qn_buf_init(&name, QN_CATALOG_TEXT_MAX);
    qn_catalog_add_name(&name, table->schema);
    qn_buf_add_byte(&name, '.');
    qn_catalog_add_name(&name, table->name);
    qn_json_add_key(out, name.data);
    qn_buf_release(&name);
}

void describe_layer(const struct describe_table *table, const char *language, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "tables");
    qn_buf_add_byte(out, '{');
    add_table_key(table->table, out);
    qn_buf_add_byte(out, '{');
    add_said(table, &table->said, language, out);
    qn_json_add_key(out, "columns");
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i < table->table->n_columns; i++) {
        if (table->columns[i].description[0] != '\0') {
            qn_json_add_key(out, table->table->columns[i].name);
            qn_buf_add_byte(out, '{');
            add_said(table, &table->columns[i], language, out);
            qn_buf_add_byte(out, '}');
        }
    }
    qn_buf_add_str(out, "}}}}");
}
