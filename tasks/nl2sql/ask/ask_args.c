#include "ask_args.h"

#include "common/clock.h"
#include "tasks/nl2sql/chart/chart.h"
#include "thread.h"
#include <string.h>

const struct qn_param ask_params[] = {
    {.name = "question",
     .type = QN_STRING,
     .required = true,
     .doc = "in English or Chinese, up to 2,000 characters"},
    {.name = "database",
     .type = QN_STRING,
     .required = true,
     .doc = "a datasource's name; with quern-worker run also a PostgreSQL URL"},
    {.name = "language",
     .type = QN_STRING,
     .choices = "en|zh",
     .doc = "of the answer's texts; without it that of the question"},
    {.name = "translator",
     .type = QN_STRING,
     .choices = "auto|rules|llm",
     .preset = "auto",
     .doc = "who writes the SQL: rules when they are sure, else a language model"},
    {.name = "thread",
     .type = QN_STRING,
     .doc = "a name: earlier questions under it are known, ten at most"},
    {.name = "tables", .type = QN_ARRAY, .doc = "names of tables to look at first"},
    {.name = "chart", .type = QN_STRING, .doc = "a type of chart, or none; without it by the rows"},
    {.name = "max_rows",
     .type = QN_INTEGER,
     .preset = "the datasource's",
     .doc = "of the answer, 1 to 10,000"},
    {.name = "dry_run",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "the SQL, checked and planned, and no rows"},
    {.name = "export", .type = QN_ARRAY, .doc = "files of the answer: csv, json, html"},
    {.name = "today",
     .type = QN_DATE,
     .preset = "the day in the datasource's time zone",
     .doc = "the day that \"last month\" is seen from"},
    {.name = "key", .type = QN_STRING, .doc = "whose budget a language model uses"},
    {.name = "hints",
     .type = QN_STRING,
     .doc =
         "nlq-hints/1, a file or its text, with quern-worker run only: a datasource has its own"},
    {.name = NULL},
};

/* The last type of chart is none at all. */
static int read_chart(const struct qn_json_node *root, struct ask_args *args, struct qn_err *reterr)
{
    const char *names[CHART_TYPES + 1];
    size_t place = CHART_TYPES + 1;
    int rc;

    memcpy(names, chart_type_names, CHART_TYPES * sizeof(names[0]));
    names[CHART_TYPES] = "none";
    rc = qn_args_choice(root, "chart", (struct qn_args_names){names, CHART_TYPES + 1}, &place,
                        reterr);
    args->no_chart = place == CHART_TYPES;
    args->chart = place < CHART_TYPES ? chart_type_names[place] : "";
    return rc;
}

static int read_texts(const struct qn_json_node *root, struct ask_args *args, struct qn_err *reterr)
{
    const struct qn_args_wanted texts[] = {
        {"question", RULES_QUESTION_MAX, &args->question, false},
        {"database", QN_ARGS_BYTES_MAX, &args->database, false},
        {"hints", QN_ARGS_BYTES_MAX, &args->hints, false},
        {"key", QN_ARGS_KEY_MAX, &args->key, false},
        {"today", QN_ARGS_NAME_MAX, &args->today, false},
        {"thread", QN_ARGS_NAME_MAX, &args->thread, false},
    };

    return qn_args_texts(root, texts, sizeof(texts) / sizeof(texts[0]), &args->arena, reterr);
}

static int read_choices(const struct qn_json_node *root, struct ask_args *args,
                        struct qn_err *reterr)
{
    static const char *const languages[] = {"en", "zh", ""};
    static const char *const exports[ASK_EXPORTS] = {"csv", "json", "html"};
    size_t translator = ROUTE_AUTO, language = 2;
    int rc = qn_args_choice(root, "translator", (struct qn_args_names){route_translator_names, 3},
                            &translator, reterr);

    if (rc == QN_OK) {
        rc = qn_args_choice(root, "language", (struct qn_args_names){languages, 2}, &language,
                            reterr);
    }
    if (rc == QN_OK) {
        rc = qn_args_choices(root, "export", (struct qn_args_names){exports, ASK_EXPORTS},
                             args->exports, reterr);
    }
    args->translator = (enum route_translator)translator;
    args->language = languages[language];
    return rc == QN_OK ? read_chart(root, args, reterr) : rc;
}

static int check(const struct ask_args *args, struct qn_err *reterr)
{
    if (args->question[0] == '\0' || args->database[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "%s: is missing",
                       args->question[0] == '\0' ? "question" : "database");
    }
    if (args->today[0] != '\0' && qn_date_check(args->today) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "today: must be a day, YYYY-MM-DD");
    }
    if (args->thread[0] != '\0' && !thread_is_name(args->thread)) {
        return qn_fail(reterr, QN_EINVAL, "thread: must be 1 to %d of [A-Za-z0-9_-]",
                       THREAD_NAME_MAX);
    }
    return QN_OK;
}

int ask_args_parse(struct ask_args *ret, struct qn_span json, struct qn_err *reterr)
{
    struct qn_json_node *root = NULL;
    int rc;

    *ret = (struct ask_args){.question = "",
                             .database = "",
                             .hints = "",
                             .language = "",
                             .thread = "",
                             .today = "",
                             .key = "",
                             .chart = ""};
    rc = qn_args_read(&root, json, QN_ARGS_BYTES_MAX, &ret->arena, reterr);
    rc = rc == QN_OK ? read_texts(root, ret, reterr) : rc;
    rc = rc == QN_OK ? read_choices(root, ret, reterr) : rc;
    rc = rc == QN_OK ? qn_args_flag(root, "dry_run", &ret->dry_run, reterr) : rc;
    rc = rc == QN_OK ? qn_args_integer(root, "max_rows", 1, QUERY_ROWS_MAX, &ret->max_rows, reterr)
                     : rc;
    rc = rc == QN_OK
             ? qn_args_list(root, "tables", ASK_TABLES_MAX, &ret->arena, &ret->tables, reterr)
             : rc;
    return rc == QN_OK ? check(ret, reterr) : rc;
}

void ask_args_release(struct ask_args *args)
{
    qn_arena_release(&args->arena);
}
