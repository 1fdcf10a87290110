#include "prompt.h"

#include "common/json.h"
#include "common/str.h"
#include "prompt_data.h"
#include "prompt_schema.h"
#include "prompt_texts.h"
#include "prompt_words.h"
#include "tasks/lib/llm/llm_data.h"
#include <string.h>
#include <strings.h>

#define SQL_SHOWN       4000 /* bytes of a statement of the thread or an example */
#define QUESTION_SHOWN  1000
#define EXAMPLES_LOOKED 5000 /* that the nearest are chosen from */

struct put {
    const char *word;
    const char *text;
};

/* What is put in is never looked at again. */
static void fill(struct qn_buf *out, const char *text, const struct put *puts, size_t n)
{
    while (*text != '\0') {
        const char *mark = strstr(text, "{{");
        size_t i = 0, len;

        if (mark == NULL) {
            qn_buf_add_str(out, text);
            return;
        }
        qn_buf_add(out, text, (size_t)(mark - text));
        len = strcspn(mark + 2, "}");
        while (i < n && (strlen(puts[i].word) != len || memcmp(puts[i].word, mark + 2, len) != 0)) {
            i++;
        }
        qn_buf_add_str(out, i < n ? puts[i].text : "");
        text = mark + 2 + len + strspn(mark + 2 + len, "}");
    }
}

static void sum_up(struct qn_buf *out, struct qn_buf *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (qn_buf_status(parts[i]) != QN_OK && out->status == QN_OK) {
            out->status = qn_buf_status(parts[i]);
        }
        qn_buf_release(parts[i]);
    }
}

void prompt_system(const struct prompt_wish *wish, struct qn_buf *out)
{
    char rows[32];
    const struct put puts[] = {{"max_rows", rows}};

    qn_i64_to_str(wish->max_rows, rows);
    fill(out, prompt_text_system, puts, 1);
}

static void add_pair(struct qn_buf *out, const char *question, const char *sql)
{
    qn_buf_add_str(out, "{\"question\": ");
    qn_llm_add_data(out, question, QUESTION_SHOWN);
    qn_buf_add_str(out, ", \"sql\": ");
    qn_llm_add_data(out, sql, SQL_SHOWN);
    qn_buf_add_str(out, "}\n");
}

/* A longer statement is not shown: cut it would be a wrong one. */
static bool may_show(const char *sql)
{
    return sql != NULL && strlen(sql) <= SQL_SHOWN;
}

static void add_examples(struct qn_buf *out, const struct prompt_wish *wish)
{
    size_t n = 0;

    for (size_t i = 0; i < wish->n_examples && n < PROMPT_EXAMPLES_MAX; i++) {
        if (may_show(wish->examples[i].sql)) {
            qn_buf_add_str(out, n++ == 0 ? "\n<examples>\n" : "");
            add_pair(out, wish->examples[i].question, wish->examples[i].sql);
        }
    }
    qn_buf_add_str(out, n > 0 ? "</examples>\n" : "");
}

static void add_turns(struct qn_buf *out, const struct prompt_wish *wish)
{
    size_t n = 0;

    for (size_t i = 0; i < wish->n_turns; i++) {
        const char *sql = wish->turns[i].sql;

        qn_buf_add_str(out, n++ == 0 ? "\n<thread>\n" : "");
        add_pair(out, wish->turns[i].question, may_show(sql) ? sql : "");
    }
    qn_buf_add_str(out, n > 0 ? "</thread>\n" : "");
}

static const char *week_start(const struct qn_model *model)
{
    static const char *const days[] = {"Tuesday", "Wednesday", "Thursday",
                                       "Friday",  "Saturday",  "Sunday"};

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        if (strcasecmp(model->week_start, days[i]) == 0) {
            return days[i];
        }
    }
    return "Monday";
}

void prompt_user(const struct prompt_wish *wish, struct qn_buf *out)
{
    struct qn_buf schema, examples, turns, question;
    struct qn_buf *parts[] = {&schema, &examples, &turns, &question};
    size_t i;

    for (i = 0; i < 4; i++) {
        qn_buf_init(parts[i], PROMPT_BYTES_MAX);
    }
    prompt_schema_write(&schema, wish->model, wish->link);
    add_examples(&examples, wish);
    add_turns(&turns, wish);
    prompt_data_add_question(&question, wish->question);
    fill(out, prompt_text_user,
         (const struct put[]){{"today", wish->today},
                              {"time_zone", wish->time_zone},
                              {"week_start", week_start(wish->model)},
                              {"schema", schema.data},
                              {"examples", examples.data},
                              {"thread", turns.data},
                              {"question", question.data}},
         7);
    sum_up(out, parts, 4);
}

/* ---- repair ---- */

static void add_member(struct qn_buf *out, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        qn_buf_add_str(out, out->len > 1 ? ", " : "");
        qn_json_add_str(out, key);
        qn_buf_add_str(out, ": ");
        qn_llm_add_data(out, text, QUESTION_SHOWN);
    }
}

static void add_names(struct qn_buf *out, const struct prompt_wish *wish, const char *name)
{
    struct prompt_near near[PROMPT_NEAR_MAX];
    const size_t n = prompt_words_near(wish->model, wish->link, name, near);

    if (n == 0) {
        return;
    }
    qn_buf_add_str(out, "Names that are near to ");
    qn_llm_add_data(out, name, PROMPT_TEXT_MAX);
    qn_buf_add_str(out, ": ");
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        qn_llm_add_data(out, near[i].text, PROMPT_TEXT_MAX);
    }
    qn_buf_add_str(out, ".\n");
}

void prompt_repair(const struct prompt_wish *wish, const struct prompt_fault *fault,
                   struct qn_buf *out)
{
    struct qn_buf about, names, question, sql;
    struct qn_buf *parts[] = {&about, &names, &question, &sql};
    size_t i;

    for (i = 0; i < 4; i++) {
        qn_buf_init(parts[i], PROMPT_BYTES_MAX);
    }
    qn_buf_add_byte(&about, '{');
    add_member(&about, "message", fault->message);
    add_member(&about, "sqlstate", fault->sqlstate);
    add_member(&about, "hint", fault->hint);
    add_member(&about, "unknown", fault->name);
    qn_buf_add_byte(&about, '}');
    if (fault->name != NULL && fault->name[0] != '\0') {
        add_names(&names, wish, fault->name);
    }
    prompt_data_add_question(&sql, fault->sql);
    prompt_data_add_question(&question, wish->question);
    fill(out, prompt_text_repair,
         (const struct put[]){{"sql", sql.data},
                              {"fault", about.data},
                              {"names", names.data},
                              {"question", question.data}},
         4);
    sum_up(out, parts, 4);
}

/* ---- examples ---- */

size_t prompt_nearest(const char *question, const struct prompt_example *examples, size_t n,
                      size_t ret[PROMPT_EXAMPLES_MAX])
{
    double scores[PROMPT_EXAMPLES_MAX];
    struct prompt_words *words = prompt_words_create(question);
    size_t kept = 0;

    for (size_t i = 0; words != NULL && i < n && i < EXAMPLES_LOOKED; i++) {
        const double score = prompt_words_likeness(words, examples[i].question);
        size_t at = kept;

        while (at > 0 && scores[at - 1] < score) {
            at--;
        }
        if (score <= 0 || at == PROMPT_EXAMPLES_MAX) {
            continue;
        }
        kept += kept < PROMPT_EXAMPLES_MAX;
        for (size_t k = kept - 1; k > at; k--) {
            scores[k] = scores[k - 1];
            ret[k] = ret[k - 1];
        }
        scores[at] = score;
        ret[at] = i;
    }
    prompt_words_free(words);
    return kept;
}
