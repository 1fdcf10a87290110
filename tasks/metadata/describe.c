#include "describe.h"

#include "common/mem.h"
#include "describe_answer.h"
#include "describe_store.h"
#include <stdio.h>
#include <string.h>

#define LAYER_MAX         ((size_t)1024 * 1024)
#define TOKENS_OF_COLUMN  60 /* of an answer, for the estimate */
#define TOKENS_MOST       8000
#define TOKENS_OF_TABLE   100
#define PARTS_OF_QUESTION 2

struct run {
    const struct describe_wish *wish;
    struct describe_told *told;
    bool over; /* no further call: the note says why */
};

static void note(const struct run *run, const char *text)
{
    if (run->wish->note != NULL) {
        run->wish->note(run->wish->arg, text);
    }
}

static bool is_asked(const struct qn_model_table *table)
{
    for (size_t i = 0; i < table->n_columns && !table->hidden; i++) {
        if (!table->columns[i].hidden) {
            return true;
        }
    }
    return false;
}

/* The next columns from *at on; false when there are no more. */
static bool next_part(struct describe_part *part, size_t *at)
{
    const struct qn_model_table *table = &part->model->tables[part->table];

    part->n_columns = 0;
    for (; *at < table->n_columns && part->n_columns < DESCRIBE_COLUMNS_MAX; (*at)++) {
        if (!table->columns[*at].hidden) {
            part->columns[part->n_columns++] = *at;
        }
    }
    return part->n_columns > 0;
}

static int64_t answer_tokens(const struct describe_part *part)
{
    int64_t tokens = TOKENS_OF_TABLE + (int64_t)part->n_columns * TOKENS_OF_COLUMN;

    return tokens < TOKENS_MOST ? tokens : TOKENS_MOST;
}

/* ---- one call ---- */

struct question {
    struct qn_buf system, user;
    struct qn_llm_message messages[PARTS_OF_QUESTION];
};

static int question_make(struct question *question, const struct describe_part *part,
                         struct qn_err *reterr)
{
    int rc;

    qn_buf_init(&question->system, DESCRIBE_PROMPT_MAX);
    qn_buf_init(&question->user, DESCRIBE_PROMPT_MAX);
    describe_system(part, &question->system);
    describe_user(part, &question->user);
    question->messages[0] =
        (struct qn_llm_message){"system", {question->system.data, question->system.len}};
    question->messages[1] =
        (struct qn_llm_message){"user", {question->user.data, question->user.len}};
    rc = qn_buf_status(&question->system);
    rc = rc == QN_OK ? qn_buf_status(&question->user) : rc;
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "a question about a table: %s", qn_err_text(rc));
}

static void question_release(struct question *question)
{
    qn_buf_release(&question->system);
    qn_buf_release(&question->user);
}

static bool is_whole(void *arg, struct qn_span text)
{
    (void)arg;
    return describe_answer_is_whole(text);
}

static struct qn_llm_request request_of(const struct run *run, const struct question *question,
                                        const struct describe_part *part)
{
    return (struct qn_llm_request){
        .purpose = QN_LLM_DESCRIBE,
        .messages = question->messages,
        .n_messages = PARTS_OF_QUESTION,
        .max_tokens = answer_tokens(part) * 2,
        .json = true,
        .job = run->wish->job,
        .cached = !run->wish->full,
        .prompt_version = DESCRIBE_VERSION,
        .valid = is_whole,
    };
}

static void count(struct describe_told *told, const struct qn_llm_usage *usage)
{
    told->requests += usage->attempts;
    told->prompt += usage->prompt;
    told->completion += usage->completion;
    told->cost_micro += usage->cost_micro;
}

/* What a later run may mend is a failure; else the rest goes without. */
static int judge(struct run *run, int rc, const struct qn_llm_reply *reply, struct qn_err *err,
                 struct qn_err *reterr)
{
    char text[QN_ERR_TEXT_MAX + 64];

    if (rc == QN_OK) {
        return QN_OK;
    }
    if (rc == QN_ENOMEM || rc == QN_ETIMEOUT || qn_err_is_transient(rc)) {
        run->told->delay_ms = reply->delay_ms;
        return qn_fail(reterr, rc, "%s", err->msg);
    }
    run->over = true;
    snprintf(text, sizeof(text), "no more descriptions: %s", err->msg);
    note(run, text);
    return QN_OK;
}

static int ask(struct run *run, const struct describe_part *part, struct describe_table *table,
               struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_llm_reply reply = {.delay_ms = 0};
    struct qn_llm_request request;
    struct question question;
    int rc = question_make(&question, part, reterr);

    if (rc == QN_OK) {
        request = request_of(run, &question, part);
        rc = qn_llm_ask(run->wish->llm, &request, &reply, &err);
        count(run->told, &reply.usage);
        if (rc == QN_OK &&
            describe_answer_take(table, (struct qn_span){reply.text.data, reply.text.len}, &err) !=
                QN_OK) {
            note(run, err.msg);
        } else {
            rc = judge(run, rc, &reply, &err, reterr);
        }
        qn_llm_reply_release(&reply);
    }
    question_release(&question);
    return rc;
}

/* What the answer left out is asked for once more. */
static int ask_part(struct run *run, struct describe_part *part, struct describe_table *table,
                    struct qn_err *reterr)
{
    int rc = ask(run, part, table, reterr);

    describe_missing(table, part);
    if (rc == QN_OK && part->n_columns > 0 && !run->over) {
        rc = ask(run, part, table, reterr);
        describe_missing(table, part);
    }
    run->told->missing_names += (int64_t)part->n_columns;
    return rc;
}

/* ---- one table ---- */

static struct describe_row row_of(const struct run *run, size_t place)
{
    const struct qn_model_table *table = &run->wish->model->tables[place];
    size_t of = qn_catalog_find(run->wish->catalog, table->schema, table->name);

    return (struct describe_row){
        .datasource = run->wish->datasource,
        .schema = table->schema,
        .name = table->name,
        .hash = of != QN_CATALOG_NONE ? run->wish->catalog->tables[of].hash : "",
        .language = run->wish->language,
        .version = DESCRIBE_VERSION,
        .model = run->told->model,
    };
}

static int merge(struct run *run, const struct qn_buf *layer, struct qn_err *reterr)
{
    return qn_model_merge(run->wish->model, (struct qn_span){layer->data, layer->len}, QN_MODEL_LLM,
                          reterr);
}

static int keep(struct run *run, size_t place, const struct describe_table *table,
                struct qn_err *reterr)
{
    const struct describe_row row = row_of(run, place);
    struct qn_buf layer;
    int rc;

    qn_buf_init(&layer, LAYER_MAX);
    describe_layer(table, run->wish->language, &layer);
    rc = qn_buf_status(&layer);
    if (rc != QN_OK) {
        rc = qn_fail(reterr, rc, "descriptions: %s", qn_err_text(rc));
    } else if (run->wish->pg != NULL) {
        rc = describe_save(run->wish->pg, &row, (struct qn_span){layer.data, layer.len}, reterr);
    }
    rc = rc == QN_OK ? merge(run, &layer, reterr) : rc;
    qn_buf_release(&layer);
    return rc;
}

static int describe_table(struct run *run, size_t place, struct qn_err *reterr)
{
    struct describe_part part = {
        .model = run->wish->model, .table = place, .language = run->wish->language};
    struct describe_table table;
    size_t at = 0;
    int rc = describe_table_init(&table, &run->wish->model->tables[place], reterr);

    while (rc == QN_OK && !run->over && next_part(&part, &at)) {
        rc = ask_part(run, &part, &table, reterr);
    }
    if (rc == QN_OK && !run->over) {
        rc = keep(run, place, &table, reterr);
        run->told->tables++;
    }
    run->told->unknown_names += (int64_t)table.unknown;
    describe_table_release(&table);
    return rc;
}

/* ---- what is kept ---- */

/* The layer of before, when it is of this definition. ret_again: somebody is to be asked all the
 * same. */
static int take_kept(struct run *run, size_t place, bool *ret_again, struct qn_err *reterr)
{
    const struct describe_row row = row_of(run, place);
    bool same = false;
    struct qn_buf layer;
    int rc;

    *ret_again = true;
    if (run->wish->pg == NULL) {
        return QN_OK;
    }
    qn_buf_init(&layer, LAYER_MAX);
    rc = describe_load(run->wish->pg, &row, &layer, &same, reterr);
    *ret_again = rc == QN_ENOTFOUND || !same || run->wish->full;
    if (rc == QN_OK && (!*ret_again || run->wish->llm == NULL)) {
        rc = merge(run, &layer, reterr);
        run->told->kept++;
    }
    qn_buf_release(&layer);
    return rc == QN_ENOTFOUND ? QN_OK : rc;
}

static int find_work(struct run *run, bool *again, struct qn_err *reterr)
{
    const struct qn_model *model = run->wish->model;
    int rc = QN_OK;

    for (size_t i = 0; i < model->n_tables && rc == QN_OK; i++) {
        if (is_asked(&model->tables[i])) {
            rc = take_kept(run, i, &again[i], reterr);
        }
    }
    return rc;
}

/* ---- what it may cost ---- */

static int estimate(const struct run *run, const bool *again, int64_t *ret_prompt,
                    int64_t *ret_completion, struct qn_err *reterr)
{
    const struct qn_model *model = run->wish->model;
    int rc = QN_OK;

    for (size_t i = 0; i < model->n_tables && rc == QN_OK; i++) {
        struct describe_part part = {.model = model, .table = i, .language = run->wish->language};
        size_t at = 0;

        while (rc == QN_OK && again[i] && next_part(&part, &at)) {
            struct question question;

            rc = question_make(&question, &part, reterr);
            *ret_prompt += qn_llm_estimate(question.messages[0].text) +
                           qn_llm_estimate(question.messages[1].text);
            *ret_completion += answer_tokens(&part);
            question_release(&question);
        }
    }
    return rc;
}

static int tell_cost(struct run *run, const bool *again, struct qn_err *reterr)
{
    char text[200];
    int64_t prompt = 0;
    int64_t completion = 0;
    int64_t micro;
    int rc = estimate(run, again, &prompt, &completion, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    micro = qn_llm_cost_of(run->wish->llm, QN_LLM_DESCRIBE, prompt, completion);
    snprintf(text, sizeof(text), "descriptions: about %lld + %lld tokens of %s%s",
             (long long)prompt, (long long)completion, run->told->model,
             micro < 0 ? ", whose price is not known" : "");
    if (micro > 0) {
        snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %.4f %s", (double)micro / 1e6,
                 run->told->currency);
    }
    note(run, text);
    if (run->wish->max_cost_micro > 0 && (micro < 0 || micro > run->wish->max_cost_micro)) {
        run->over = true;
        note(run, "no descriptions: that may be more than max_cost; nobody was asked");
    }
    return QN_OK;
}

/* ---- all ---- */

static bool is_late(const struct run *run)
{
    return run->wish->until_ms > 0 && qn_mono_ms(&qn_clock_system) >= run->wish->until_ms;
}

static int describe_all(struct run *run, const bool *again, struct qn_err *reterr)
{
    const struct describe_wish *wish = run->wish;
    int64_t total = 0;
    int64_t done = 0;
    int rc = QN_OK;

    for (size_t i = 0; i < wish->model->n_tables; i++) {
        total += again[i] ? 1 : 0;
    }
    for (size_t i = 0; i < wish->model->n_tables && rc == QN_OK && !run->over; i++) {
        if (!again[i]) {
            continue;
        }
        if (is_late(run)) {
            run->over = true;
            note(run, "no more descriptions: the job's time is nearly over; the next one goes on");
        } else {
            rc = describe_table(run, i, reterr);
            done++;
        }
        if (wish->progress != NULL) {
            wish->progress(wish->arg, done, total, wish->model->tables[i].name);
        }
    }
    run->told->left = total - run->told->tables;
    return rc;
}

int metadata_describe(const struct describe_wish *wish, struct describe_told *ret,
                      struct qn_err *reterr)
{
    struct run run = {.wish = wish, .told = ret};
    bool *again = qn_zalloc(wish->model->n_tables + 1, sizeof(*again));
    int rc;

    *ret = (struct describe_told){.currency = "", .model = ""};
    if (again == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for descriptions");
    }
    if (wish->llm != NULL) {
        ret->model = qn_llm_model(wish->llm, QN_LLM_DESCRIBE);
        ret->currency = qn_llm_profile(wish->llm)->currency;
    }
    rc = find_work(&run, again, reterr);
    if (rc == QN_OK && wish->llm != NULL) {
        rc = tell_cost(&run, again, reterr);
        rc = rc == QN_OK ? describe_all(&run, again, reterr) : rc;
    }
    qn_free(again);
    return rc;
}
