#include "config.h"

#include "config_set.h"
#include "mem.h"
#include "str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_number(enum qn_setting_type type, const char *text, int64_t *ret)
{
    bool flag = false;
    int rc;

    switch (type) {
    case QN_SET_INTEGER:
        return qn_str_to_i64(text, ret);
    case QN_SET_BOOLEAN:
        rc = qn_str_to_bool(text, &flag);
        *ret = flag;
        return rc;
    case QN_SET_DURATION:
        return qn_str_to_ms(text, ret);
    case QN_SET_BYTES:
        return qn_str_to_bytes(text, ret);
    case QN_SET_TEXT:
    default:
        *ret = 0;
        return QN_OK;
    }
}

static void print_number(enum qn_setting_type type, int64_t number, char out[QN_MS_TEXT_SIZE])
{
    if (type == QN_SET_DURATION) {
        qn_ms_to_str(number, out);
    } else if (type == QN_SET_BYTES) {
        qn_bytes_to_str(number, out);
    } else {
        snprintf(out, QN_MS_TEXT_SIZE, "%lld", (long long)number);
    }
}

/* Says what was given, unless that is nobody's business. */
static int refuse(const struct qn_setting *row, const struct qn_given *given, struct qn_err *reterr)
{
    static const char *const wanted[] = {
        [QN_SET_TEXT] = "text",
        [QN_SET_INTEGER] = "a whole number",
        [QN_SET_BOOLEAN] = "true or false",
        [QN_SET_DURATION] = "a duration such as 90s or 1h30m",
        [QN_SET_BYTES] = "a size such as 64KiB or 512MiB",
    };

    if (row->secret) {
        return qn_fail(reterr, QN_EINVAL, "%s: %s must be %s", given->source, row->name,
                       wanted[row->type]);
    }
    return qn_fail(reterr, QN_EINVAL, "%s: %s must be %s, not \"%.60s\"", given->source, row->name,
                   wanted[row->type], given->text);
}

static int check_bounds(const struct qn_setting *row, const char *source, int64_t number,
                        struct qn_err *reterr)
{
    char given[QN_MS_TEXT_SIZE], low[QN_MS_TEXT_SIZE], high[QN_MS_TEXT_SIZE];

    if (row->type == QN_SET_TEXT || row->type == QN_SET_BOOLEAN ||
        (row->min == 0 && row->max == 0) || (number >= row->min && number <= row->max)) {
        return QN_OK;
    }
    print_number(row->type, number, given);
    print_number(row->type, row->min, low);
    print_number(row->type, row->max, high);
    return qn_fail(reterr, QN_EINVAL, "%s: %s is %s, allowed are %s to %s", source, row->name,
                   given, low, high);
}

static bool is_weaker(const struct qn_given *given, const struct qn_value *than)
{
    return than->text != NULL && (given->origin < than->origin ||
                                  (given->origin == than->origin && given->rank < than->rank));
}

static int store(struct qn_value *value, const struct qn_given *given, int64_t number,
                 struct qn_err *reterr)
{
    char *copy = qn_strdup(given->text);

    if (copy == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    }
    qn_free(value->text);
    value->text = copy;
    value->number = number;
    value->origin = given->origin;
    value->rank = given->rank;
    qn_str_copy(value->source, sizeof(value->source), given->source);
    return QN_OK;
}

int qn_config_set(struct qn_config *config, size_t row, const struct qn_given *given,
                  struct qn_err *reterr)
{
    const struct qn_setting *setting = &config->table[row];
    int64_t number = 0;
    int rc;

    if (parse_number(setting->type, given->text, &number) != QN_OK) {
        return refuse(setting, given, reterr);
    }
    rc = check_bounds(setting, given->source, number, reterr);
    if (rc != QN_OK || is_weaker(given, &config->values[row])) {
        return rc;
    }
    return store(&config->values[row], given, number, reterr);
}

int qn_config_create(struct qn_config *ret, const struct qn_setting *table, size_t n,
                     struct qn_err *reterr)
{
    struct qn_given preset = {.origin = QN_FROM_PRESET, .source = "preset"};
    int rc = QN_OK;

    *ret = (struct qn_config){.table = table, .n = n};
    ret->values = qn_zalloc(n, sizeof(*ret->values));
    if (ret->values == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    }
    for (size_t row = 0; row < n && rc == QN_OK; row++) {
        preset.text = table[row].preset;
        if (preset.text != NULL) {
            rc = qn_config_set(ret, row, &preset, reterr);
        } else {
            preset.text = "";
            rc = store(&ret->values[row], &preset, 0, reterr);
        }
    }
    if (rc != QN_OK) {
        qn_config_release(ret);
    }
    return rc;
}

void qn_config_release(struct qn_config *config)
{
    for (size_t row = 0; config->values != NULL && row < config->n; row++) {
        qn_free(config->values[row].text);
    }
    qn_free(config->values);
    *config = (struct qn_config){.n = 0};
}

const struct qn_value *qn_config_value(const struct qn_config *config, const char *name)
{
    for (size_t row = 0; row < config->n; row++) {
        if (strcmp(config->table[row].name, name) == 0) {
            return &config->values[row];
        }
    }
    abort();
}

const char *qn_config_text(const struct qn_config *config, const char *name)
{
    return qn_config_value(config, name)->text;
}

int64_t qn_config_number(const struct qn_config *config, const char *name)
{
    return qn_config_value(config, name)->number;
}

bool qn_config_flag(const struct qn_config *config, const char *name)
{
    return qn_config_value(config, name)->number != 0;
}

int qn_config_export(const struct qn_config *config, struct qn_err *reterr)
{
    for (size_t row = 0; row < config->n; row++) {
        const char *text = config->values[row].text;

        if (*text != '\0' && setenv(config->table[row].env, text, 1) != 0) {
            return qn_fail_sys(reterr, "setting %s", config->table[row].env);
        }
    }
    return QN_OK;
}

/* The password of a URL is what stands between the first colon after the scheme
 * and the last @. A password may hold any character unencoded, so the @ decides,
 * and rather too much is masked than too little. */
static bool find_password(const char *text, size_t *ret_start, size_t *ret_end)
{
    const char *scheme = strstr(text, "://");
    const char *user = scheme != NULL ? scheme + 3 : text;
    const char *at = strrchr(user, '@');
    const char *colon = strchr(user, ':');
    const char *query = strcasestr(user, "password=");

    if (at != NULL && colon != NULL && colon < at) {
        *ret_start = (size_t)(colon + 1 - text);
        *ret_end = (size_t)(at - text);
        return query == NULL || query < at;
    }
    *ret_start = *ret_end = 0;
    return query == NULL;
}

void qn_config_show(const struct qn_config *config, size_t row, char *out, size_t size)
{
    const char *text = config->values[row].text;
    size_t start, end;

    if (!config->table[row].secret || *text == '\0') {
        qn_str_copy(out, size, text);
    } else if (strstr(text, "://") == NULL || !find_password(text, &start, &end)) {
        qn_str_copy(out, size, "***");
    } else if (start < end) {
        snprintf(out, size, "%.*s***%s", (int)start, text, text + end);
    } else {
        qn_str_copy(out, size, text);
    }
}
