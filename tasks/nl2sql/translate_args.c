#include "translate_args.h"

#include "common/clock.h"
#include "tasks/lib/args.h"
#include <string.h>

#define NAME_MAX_BYTES 4096
#define HINTS_MAX      ((size_t)256 * 1024)
#define ZONE_MAX       64

#define TRANSLATORS "auto|rules|llm"

const struct qn_param translate_params[] = {
    {.name = "question", .type = QN_STRING, .required = true, .doc = "in English or Chinese"},
    {.name = "database",
     .type = QN_STRING,
     .required = true,
     .doc = "a datasource's name; with quern-worker run also a PostgreSQL URL"},
    {.name = "translator",
     .type = QN_STRING,
     .choices = TRANSLATORS,
     .preset = "auto",
     .doc = "rules, a language model, or the first that is sure"},
    {.name = "history", .type = QN_ARRAY, .doc = "earlier questions of the thread, oldest first"},
    {.name = "today",
     .type = QN_DATE,
     .doc = "preset: the model's reference day, else the day in tz"},
    {.name = "tz", .type = QN_STRING, .doc = "a time zone; preset: the datasource's"},
    {.name = "language", .type = QN_STRING, .doc = "en or zh; preset: found out"},
    {.name = "lang", .type = QN_STRING, .doc = "the same"},
    {.name = "hints",
     .type = QN_STRING,
     .doc = "a file of hints (nlq-hints/1) or its text, with quern-worker run "
            "only: a datasource has its own"},
    {.name = "id", .type = QN_STRING, .doc = "given back in the result"},
    {.name = NULL},
};

static int read_history(struct translate_args *args, const struct qn_json_node *root,
                        struct qn_err *reterr)
{
    const struct qn_json_node *list = qn_json_member(root, "history");
    const struct qn_json_node *item = list != NULL ? list->first : NULL;

    if (list != NULL && list->type != QN_JSON_ARRAY && list->type != QN_JSON_NULL) {
        return qn_fail(reterr, QN_EINVAL, "history: must be an array of questions");
    }
    for (; item != NULL; item = item->next) {
        if (item->type != QN_JSON_STRING) {
            return qn_fail(reterr, QN_EINVAL, "history: must be an array of questions");
        }
        if (args->n_turns == RULES_HISTORY_MAX) {
            memmove(args->turns, args->turns + 1, sizeof(args->turns) - sizeof(args->turns[0]));
            args->n_turns--;
        }
        args->turns[args->n_turns++] = (struct prompt_turn){.question = item->text, .sql = ""};
    }
    return QN_OK;
}

/* Any other is to be found out. */
static const char *known_language(const char *word)
{
    return strcmp(word, "en") == 0 || strcmp(word, "zh") == 0 ? word : "";
}

static int read_texts(struct translate_args *args, const struct qn_json_node *root,
                      struct qn_err *reterr)
{
    const struct qn_args_wanted texts[] = {
        {"question", RULES_QUESTION_MAX, &args->question, true},
        {"database", NAME_MAX_BYTES, &args->database, true},
        {"hints", HINTS_MAX, &args->hints, true},
        {"lang", ZONE_MAX, &args->language, true},
        {"language", ZONE_MAX, &args->language, true},
        {"today", ZONE_MAX, &args->today, true},
        {"tz", ZONE_MAX, &args->zone, true},
        {"id", TRANSLATE_ID_MAX, &args->id, true},
    };
    int rc = qn_args_texts(root, texts, sizeof(texts) / sizeof(texts[0]), &args->arena, reterr);

    args->language = known_language(args->language);
    return rc;
}

int translate_args_read(struct translate_args *ret, struct qn_span json, struct qn_err *reterr)
{
    const struct qn_args_names translators = {route_translator_names, 3};
    size_t translator = ROUTE_AUTO;
    struct qn_json_node *root;
    int rc;

    *ret = (struct translate_args){.id = "",
                                   .question = "",
                                   .database = "",
                                   .hints = "",
                                   .language = "",
                                   .today = "",
                                   .zone = ""};
    rc = qn_args_read(&root, json, QN_ARGS_BYTES_MAX, &ret->arena, reterr);
    if (rc == QN_OK) {
        rc = read_texts(ret, root, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_args_choice(root, "translator", translators, &translator, reterr);
        ret->translator = (enum route_translator)translator;
    }
    if (rc == QN_OK) {
        rc = read_history(ret, root, reterr);
    }
    if (rc == QN_OK && ret->question[0] == '\0') {
        rc = qn_fail(reterr, QN_EINVAL, "question: is missing");
    }
    if (rc == QN_OK && ret->today[0] != '\0' && qn_date_check(ret->today) != QN_OK) {
        rc = qn_fail(reterr, QN_EINVAL, "today: must be a day, YYYY-MM-DD");
    }
    return rc == QN_OK ? qn_arena_status(&ret->arena, "the arguments", reterr) : rc;
}

void translate_args_release(struct translate_args *args)
{
    qn_arena_release(&args->arena);
}
