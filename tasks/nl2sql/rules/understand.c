#include "understand.h"

#include "common/json.h"
#include "common/str.h"
#include "reader.h"
#include <string.h>

#define ARENA_MAX ((size_t)16 * 1024 * 1024)

static void read_init(struct reader *r, const struct lexicon *lexicon,
                      const struct rules_question *question, const struct frame *before,
                      struct understood *ret)
{
    *r = (struct reader){.lexicon = lexicon,
                         .model = lexicon->model,
                         .question = question,
                         .arena = &ret->arena,
                         .frame = &ret->frame,
                         .before = before,
                         .head = NONE,
                         .counted = NONE,
                         .measure = NONE,
                         .by = NONE,
                         .subject = NONE,
                         .value = NONE,
                         .metric = NONE,
                         .place = reader_no_place(),
                         .share_at = NONE,
                         .time = reader_no_place(),
                         .doubts = 1};
}

/* Chinese when it has as many Chinese characters as words. */
static bool is_chinese(const struct reader *r)
{
    size_t han = 0, words = 0;

    if (strcmp(r->question->language, "zh") == 0 || strcmp(r->question->language, "en") == 0) {
        return r->question->language[0] == 'z';
    }
    for (size_t i = 0; i < r->spans.atoms.n; i++) {
        han += r->spans.atoms.items[i].kind == ATOM_HAN ? 1 : 0;
        words += r->spans.atoms.items[i].kind == ATOM_WORD ? 1 : 0;
    }
    return han > 0 && han >= words;
}

static void anchor_before(struct reader *r)
{
    const struct frame *before = r->before;

    if (before == NULL || r->n_anchors > 0) {
        return;
    }
    if (before->n_measures > 0) {
        reader_anchor(r, before->measures[0].metric != NONE
                             ? reader_metric_table(r, before->measures[0].metric)
                             : before->measures[0].of.table);
    } else {
        reader_anchor(r, before->table);
    }
}

static void read_all(struct reader *r)
{
    understand_refusals(r);
    if (r->refusal != RULES_ANSWERED) {
        return;
    }
    understand_names(r);
    understand_periods(r);
    understand_wishes(r);
    understand_negations(r);
    understand_numbers(r);
    understand_groups(r);
    understand_counts(r);
    understand_orders(r);
    understand_head(r);
    understand_base(r);
    understand_follow(r);
    anchor_before(r);
    understand_compares(r);
    understand_dimensions(r);
    understand_filters(r);
    if (r->follow) {
        understand_merge(r);
    } else {
        understand_shape(r);
        understand_times(r);
    }
    understand_trust(r);
}

/* What a phrase was taken for, in names of the model; periods as days. */
static void add_means(struct reader *r, size_t at, struct qn_buf *out)
{
    const char *text = "";
    size_t metric = reader_metric(r, at), table = reader_table(r, at);
    struct frame_place place = reader_column(r, at, COLUMN_ANY, NONE);
    const struct meaning *value = reader_value(r, at, NONE);

    for (size_t i = 0; i < r->n_periods; i++) {
        if (r->periods[i].from == at) {
            char from[FRAME_DAY_SIZE], to[FRAME_DAY_SIZE];

            calendar_print(r->periods[i].days.from, from);
            calendar_print(r->periods[i].days.to, to);
            text = qn_arena_printf(r->arena, "[%s, %s)", from, to);
        }
    }
    if (text[0] == '\0' && table != NONE) {
        text = r->model->tables[table].name;
    } else if (text[0] == '\0' && metric != NONE) {
        text = r->model->metrics[metric].name;
    } else if (text[0] == '\0' && value != NULL) {
        const struct qn_model_column *column = &r->model->tables[value->a].columns[value->b];

        text = qn_arena_printf(r->arena, "%s.%s = %s", r->model->tables[value->a].name,
                               column->name, column->values[value->c].text);
    } else if (text[0] == '\0' && place.table != NONE) {
        text = qn_arena_printf(r->arena, "%s.%s", r->model->tables[place.table].name,
                               r->model->tables[place.table].columns[place.column].name);
    }
    if (text[0] != '\0') {
        qn_json_add_key(out, "means");
        qn_json_add_str(out, text);
    }
}

static void add_span_json(struct reader *r, size_t from, size_t to, struct qn_buf *out)
{
    const char *text = reader_text(r, from, to);

    qn_buf_add_str(out, out->len > 1 ? ",{" : "{");
    qn_json_add_key(out, "text");
    qn_json_add_str(out, text);
    qn_json_add_key(out, "as");
    qn_json_add_str(out, r->spans.items[from].role);
    add_means(r, from, out);
    qn_buf_add_str(out, "}");
}

static int add_spans(struct reader *r, struct understood *ret, struct qn_err *reterr)
{
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, 256 * 1024);
    qn_buf_add_str(&out, "[");
    for (size_t i = 0; i < r->spans.n;) {
        size_t to = i + 1;

        if (!r->spans.items[i].used || r->spans.items[i].role == NULL) {
            i++;
            continue;
        }
        while (to < r->spans.n && r->spans.items[to].used &&
               r->spans.items[to].role == r->spans.items[i].role) {
            to++;
        }
        add_span_json(r, i, to, &out);
        i = to;
    }
    qn_buf_add_str(&out, "]");
    rc = qn_buf_status(&out);
    ret->spans = qn_arena_text(&ret->arena, out.data, out.len);
    qn_buf_release(&out);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "what was understood is too long");
}

static void add_unknown(const struct reader *r, struct understood *ret)
{
    const char *text = "";

    for (size_t i = 0, n = 0; i < r->spans.n && n < 8; i++) {
        const struct span *span = &r->spans.items[i];

        if (span->used || span->sign || span->first != LEXICON_NONE || span->number != NULL) {
            continue;
        }
        text = qn_arena_printf(&ret->arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
                               reader_text(r, i, i + 1));
        n++;
    }
    ret->unknown = text;
}

static void judge(const struct reader *r, struct understood *ret)
{
    ret->refusal = r->refusal;
    ret->confidence = r->refusal == RULES_ANSWERED ? r->score : 0;
    if (ret->refusal == RULES_ANSWERED && ret->confidence < RULES_LEAST) {
        ret->refusal = RULES_UNCLEAR;
        ret->confidence = 0;
    }
    if (ret->refusal == RULES_UNCLEAR && r->unknown > 0) {
        ret->refusal = RULES_MISSING;
    }
}

int understand_question(const struct lexicon *lexicon, const struct rules_question *question,
                        const struct frame *before, struct understood *ret, struct qn_err *reterr)
{
    struct reader reader, *r = &reader;
    struct qn_span text = {question->text, strlen(question->text)};
    int rc;

    memset(ret, 0, sizeof(*ret));
    qn_arena_init(&ret->arena, ARENA_MAX);
    frame_init(&ret->frame);
    ret->spans = "[]";
    ret->unknown = "";
    ret->language = "en";
    read_init(r, lexicon, question, before, ret);
    if (!calendar_parse(question->today, &r->today)) {
        return qn_fail(reterr, QN_EINVAL, "today must be a day: \"2025-06-30\"");
    }
    rc = spans_cut(&r->spans, lexicon, text, &ret->arena, reterr);
    if (rc == QN_ELIMIT) {
        ret->refusal = RULES_UNCLEAR;
        return QN_OK;
    }
    if (rc != QN_OK) {
        return rc;
    }
    r->zh = is_chinese(r);
    ret->language = r->zh ? "zh" : "en";
    read_all(r);
    judge(r, ret);
    add_unknown(r, ret);
    rc = add_spans(r, ret, reterr);
    return rc == QN_OK ? qn_arena_status(&ret->arena, "a question", reterr) : rc;
}

void understood_release(struct understood *understood)
{
    qn_arena_release(&understood->arena);
}
