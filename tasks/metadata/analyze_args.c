#include "analyze_args.h"

#include "common/json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTHS   "catalogue|statistics|sample|exact"
#define COST_MAX 1000000

const struct qn_param analyze_params[] = {
    {.name = "database",
     .type = QN_STRING,
     .required = true,
     .doc = "a datasource's name; with quern-worker run also a PostgreSQL URL"},
    {.name = "depth",
     .type = QN_STRING,
     .choices = DEPTHS,
     .preset = "sample",
     .doc = "how much of the rows is read: none, what ANALYZE left, a sample, all"},
    {.name = "include",
     .type = QN_ARRAY,
     .doc = "globs of the tables to look at: \"sales.*\", \"order*\""},
    {.name = "exclude", .type = QN_ARRAY, .doc = "globs of tables to leave out"},
    {.name = "relations",
     .type = QN_STRING,
     .choices = "inferred|declared",
     .preset = "inferred",
     .doc = "look for undeclared relations, or take the foreign keys alone"},
    {.name = "language",
     .type = QN_STRING,
     .choices = "en|zh",
     .preset = "en",
     .doc = "of descriptions"},
    {.name = "full",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "profile all tables anew, also those that did not change"},
    {.name = "describe",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "a language model proposes descriptions and synonyms, for people to review"},
    {.name = "max_cost",
     .type = QN_NUMBER,
     .doc = "with describe: nobody is asked when the estimate is above, in the model's currency"},
    {.name = "hints",
     .type = QN_STRING,
     .doc = "a file of hints (nlq-hints/1), with quern-worker run only: a datasource has its own"},
    {.name = NULL},
};

/* By the places of DEPTHS. */
static const enum qn_profile_tier tiers[] = {QN_PROFILE_NONE, QN_PROFILE_STATISTICS,
                                             QN_PROFILE_SAMPLED, QN_PROFILE_EXACT};

static int read_text(struct analyze_args *args, const struct qn_json_item *item, const char *name,
                     const char **ret, struct qn_err *reterr)
{
    struct qn_buf text;
    int rc;

    if (item->type != QN_JSON_STRING) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be a string", name);
    }
    qn_buf_init(&text, ANALYZE_ARGS_BYTES);
    rc = qn_json_unescape(item->value, &text);
    if (rc == QN_OK) {
        *ret = qn_arena_text(&args->arena, text.data, text.len);
        rc = qn_arena_status(&args->arena, "the arguments", reterr);
    } else {
        rc = qn_fail(reterr, QN_EINVAL, "%s: %s", name, qn_err_text(rc));
    }
    qn_buf_release(&text);
    return rc;
}

/* The place of the word among "a|b|c". */
static int read_choice(struct analyze_args *args, const struct qn_json_item *item,
                       const struct qn_param *param, size_t *ret, struct qn_err *reterr)
{
    const char *word = "";
    const char *at = param->choices;
    int rc = read_text(args, item, param->name, &word, reterr);

    for (*ret = 0; rc == QN_OK && at != NULL; (*ret)++) {
        size_t len = strcspn(at, "|");

        if (strlen(word) == len && memcmp(at, word, len) == 0) {
            return QN_OK;
        }
        at = at[len] == '|' ? at + len + 1 : NULL;
    }
    return rc != QN_OK
               ? rc
               : qn_fail(reterr, QN_EINVAL, "%s: must be one of %s", param->name, param->choices);
}

/* The value ends in a byte that is no part of a number: the check passed. */
static int read_cost(const struct qn_json_item *item, int64_t *ret_micro, struct qn_err *reterr)
{
    double cost = item->type == QN_JSON_NUMBER ? strtod(item->value.data, NULL) : 0;

    if (!(cost >= 1e-6 && cost <= COST_MAX)) {
        return qn_fail(reterr, QN_EINVAL, "max_cost: must be an amount from 0.000001 to %d",
                       COST_MAX);
    }
    *ret_micro = llround(cost * 1e6);
    return QN_OK;
}

static int read_globs(struct analyze_args *args, const struct qn_json_item *item, const char *name,
                      const char *const **ret, size_t *ret_n, struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item glob;
    int rc = QN_OK;

    if (item->type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, item->value.data, item->value.len) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be an array of globs", name);
    }
    while (rc == QN_OK && qn_json_walk_next(&walk, &glob)) {
        const char **globs = qn_arena_grow(&args->arena, *ret, *ret_n, sizeof(*globs));

        if (globs == NULL) {
            return qn_arena_status(&args->arena, "the arguments", reterr);
        }
        rc = read_text(args, &glob, name, &globs[*ret_n], reterr);
        *ret = globs;
        (*ret_n)++;
        if (rc == QN_OK &&
            (*ret_n > QN_CATALOG_GLOBS_MAX || strlen(globs[*ret_n - 1]) - 1 >= ANALYZE_GLOB_MAX)) {
            rc = qn_fail(reterr, QN_EINVAL, "%s: at most %d globs of 1 to %d bytes", name,
                         QN_CATALOG_GLOBS_MAX, ANALYZE_GLOB_MAX);
        }
    }
    return rc;
}

static int read_member(struct analyze_args *args, const struct qn_json_item *item,
                       const struct qn_param *param, struct qn_err *reterr)
{
    const char *name = param->name;
    size_t place = 0;
    int rc;

    if (strcmp(name, "depth") == 0) {
        rc = read_choice(args, item, param, &place, reterr);
        args->tier = rc == QN_OK ? tiers[place] : args->tier;
    } else if (strcmp(name, "relations") == 0) {
        rc = read_choice(args, item, param, &place, reterr);
        args->declared_only = place == 1;
    } else if (strcmp(name, "language") == 0) {
        rc = read_choice(args, item, param, &place, reterr);
        args->language = place == 1 ? "zh" : "en";
    } else if (strcmp(name, "include") == 0) {
        rc = read_globs(args, item, name, &args->choice.include, &args->choice.n_include, reterr);
    } else if (strcmp(name, "exclude") == 0) {
        rc = read_globs(args, item, name, &args->choice.exclude, &args->choice.n_exclude, reterr);
    } else if (strcmp(name, "full") == 0 || strcmp(name, "describe") == 0) {
        *(name[0] == 'f' ? &args->full : &args->describe) = qn_span_is(item->value, "true");
        rc = item->type == QN_JSON_BOOLEAN
                 ? QN_OK
                 : qn_fail(reterr, QN_EINVAL, "%s: must be true or false", name);
    } else if (strcmp(name, "max_cost") == 0) {
        rc = read_cost(item, &args->max_cost_micro, reterr);
    } else {
        rc = read_text(args, item, name, name[0] == 'd' ? &args->database : &args->hints, reterr);
    }
    return rc;
}

int analyze_args_parse(struct analyze_args *ret, const char *json, size_t len,
                       struct qn_err *reterr)
{
    struct qn_json_item item;
    int rc = QN_OK;

    *ret = (struct analyze_args){
        .database = "", .hints = "", .language = "en", .tier = QN_PROFILE_SAMPLED};
    qn_arena_init(&ret->arena, ANALYZE_ARGS_BYTES * 4);
    for (const struct qn_param *param = analyze_params; param->name != NULL && rc == QN_OK;
         param++) {
        if (qn_json_find(json, len, param->name, &item) && item.type != QN_JSON_NULL) {
            rc = read_member(ret, &item, param, reterr);
        }
    }
    if (rc == QN_OK && ret->database[0] == '\0') {
        rc = qn_fail(reterr, QN_EINVAL, "database: a datasource's name is required");
    }
    return rc;
}

void analyze_args_release(struct analyze_args *args)
{
    qn_arena_release(&args->arena);
}

int analyze_args_keep_within(struct analyze_args *args, const char *json, struct qn_err *reterr)
{
    struct qn_catalog_choice *choice = &args->within;
    const struct {
        const char *name;
        const char *const **list;
        size_t *n;
    } lists[] = {
        {"include", &choice->include, &choice->n_include},
        {"exclude", &choice->exclude, &choice->n_exclude},
        {"schemas", &choice->schemas, &choice->n_schemas},
    };
    struct qn_json_item item;
    int rc = QN_OK;

    args->choice.within = choice;
    for (size_t i = 0; i < 3 && json[0] != '\0' && rc == QN_OK; i++) {
        if (qn_json_find(json, strlen(json), lists[i].name, &item) && item.type == QN_JSON_ARRAY) {
            rc = read_globs(args, &item, lists[i].name, lists[i].list, lists[i].n, reterr);
        }
    }
    return rc;
}
