#include "model.h"

#include <string.h>

#define PART_MAX 256 /* bytes of a name */

/* The next part of a dotted word: plain, or quoted as in SQL. NULL when it is none. */
static const char *next_part(const char *at, char out[PART_MAX])
{
    size_t n = 0;

    if (*at != '"') {
        n = strcspn(at, ".\"");
        if (n == 0 || n >= PART_MAX) {
            return NULL;
        }
        memcpy(out, at, n);
        out[n] = '\0';
        return at + n;
    }
    for (at++; *at != '\0' && n + 1 < PART_MAX; at++) {
        if (*at == '"' && *++at != '"') {
            out[n] = '\0';
            return at;
        }
        out[n++] = *at;
    }
    return NULL;
}

/* Up to three parts; 0 when it is no such word. */
static size_t parts_of(const char *word, char parts[3][PART_MAX])
{
    size_t n = 0;

    while (n < 3) {
        word = next_part(word, parts[n]);
        if (word == NULL) {
            return 0;
        }
        n++;
        if (*word == '\0') {
            return n;
        }
        if (*word++ != '.') {
            return 0;
        }
    }
    return 0;
}

static size_t find_table(const struct qn_model *model, const char *schema, const char *name,
                         bool *ret_many)
{
    size_t n = 0, found = QN_MODEL_NONE;

    if (schema[0] != '\0') {
        return qn_model_table(model, schema, name);
    }
    for (size_t i = 0; i < model->n_tables && n < 2; i++) {
        if (strcmp(model->tables[i].name, name) == 0) {
            found = i;
            n++;
        }
    }
    *ret_many = *ret_many || n > 1;
    return n == 1 ? found : QN_MODEL_NONE;
}

size_t qn_model_find_table(const struct qn_model *model, const char *word, bool *ret_many)
{
    char parts[3][PART_MAX];
    bool many = false;
    size_t found = find_table(model, "", word, &many);
    size_t n = parts_of(word, parts);

    if (found == QN_MODEL_NONE && n == 2) {
        found = find_table(model, parts[0], parts[1], &many);
    }
    if (found == QN_MODEL_NONE && n == 1) {
        found = find_table(model, "", parts[0], &many);
    }
    if (ret_many != NULL) {
        *ret_many = many;
    }
    return found;
}

static bool find_column(const struct qn_model *model, size_t table, const char *column,
                        size_t *ret_table, size_t *ret_column)
{
    if (table == QN_MODEL_NONE) {
        return false;
    }
    *ret_table = table;
    *ret_column = qn_model_column(&model->tables[table], column);
    return *ret_column != QN_MODEL_NONE;
}

/* Names with dots in them, unquoted: every dot may be the one between. */
static bool find_split(const struct qn_model *model, const char *word, size_t *ret_table,
                       size_t *ret_column)
{
    char table[2 * PART_MAX];

    for (const char *dot = strchr(word, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        size_t len = (size_t)(dot - word);

        if (len == 0 || len >= sizeof(table)) {
            continue;
        }
        memcpy(table, word, len);
        table[len] = '\0';
        if (find_column(model, qn_model_find_table(model, table, NULL), dot + 1, ret_table,
                        ret_column)) {
            return true;
        }
    }
    return false;
}

bool qn_model_find_column(const struct qn_model *model, const char *word, size_t *ret_table,
                          size_t *ret_column)
{
    char parts[3][PART_MAX];
    bool many = false;
    size_t n = parts_of(word, parts);
    size_t table = QN_MODEL_NONE;

    if (n > 1) {
        table = find_table(model, n == 3 ? parts[0] : "", parts[n - 2], &many);
    }
    if (n > 1 && find_column(model, table, parts[n - 1], ret_table, ret_column)) {
        return true;
    }
    return find_split(model, word, ret_table, ret_column);
}
