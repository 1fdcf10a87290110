#include "config.h"

#include "buf.h"
#include "config_line.h"
#include "config_set.h"
#include "str.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

#define FILE_MAX_BYTES (1024 * 1024)
#define READ_BYTES     4096
#define NOT_ITS_NAME   INT_MIN

struct file {
    const char *path;
    int line;
    struct qn_buf content;
    struct qn_buf value; /* of the line, as a text */
};

static bool find_option(const struct qn_config *config, struct qn_span name, size_t *ret)
{
    for (size_t row = 0; row < config->n; row++) {
        if (qn_span_is(name, config->table[row].name)) {
            *ret = row;
            return true;
        }
    }
    return false;
}

/* 0 for the variable itself, -1, -2, ... for its aliases. */
static int rank_of(const struct qn_setting *row, struct qn_span name)
{
    if (qn_span_is(name, row->env)) {
        return 0;
    }
    for (int i = 0; i < QN_SETTING_ALIASES && row->aliases[i] != NULL; i++) {
        if (qn_span_is(name, row->aliases[i])) {
            return -1 - i;
        }
    }
    return NOT_ITS_NAME;
}

/* To each row that knows the variable: an alias may belong to several. */
static int set_variable(struct qn_config *config, struct qn_span name, struct qn_given *given,
                        bool *ret_known, struct qn_err *reterr)
{
    int rc = QN_OK;

    *ret_known = false;
    for (size_t row = 0; row < config->n && rc == QN_OK; row++) {
        given->rank = rank_of(&config->table[row], name);
        if (given->rank != NOT_ITS_NAME) {
            *ret_known = true;
            rc = qn_config_set(config, row, given, reterr);
        }
    }
    return rc;
}

/* In capitals, and not with the beginning that the table's variables share. */
static bool is_of_others(const struct qn_config *config, struct qn_span name)
{
    const char *env = config->n > 0 ? config->table[0].env : "";
    size_t prefix = strcspn(env, "_") + 1;

    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] >= 'a' && name.data[i] <= 'z') {
            return false;
        }
    }
    return name.len < prefix || strncmp(name.data, env, prefix) != 0;
}

static int set_from_file(struct qn_config *config, const struct file *file, struct qn_span name,
                         struct qn_err *reterr)
{
    char source[128];
    struct qn_given given = {.text = file->value.data, .origin = QN_FROM_FILE, .source = source};
    bool known;
    size_t row;
    int rc;

    snprintf(source, sizeof(source), "%.100s:%d", file->path, file->line);
    if (find_option(config, name, &row)) {
        return qn_config_set(config, row, &given, reterr);
    }
    rc = set_variable(config, name, &given, &known, reterr);
    if (!known && !is_of_others(config, name)) {
        return qn_fail(reterr, QN_EINVAL, "%s: unknown setting \"%.*s\"", source,
                       (int)(name.len < 60 ? name.len : 60), name.data);
    }
    return rc;
}

static int read_line(struct qn_config *config, struct file *file, struct qn_span line,
                     struct qn_err *reterr)
{
    struct qn_span name;
    const char *wrong;

    if (line.len > 0 && line.data[line.len - 1] == '\r') {
        line.len--;
    }
    wrong = qn_config_line(line, &name, &file->value);
    if (wrong != NULL) {
        return qn_fail(reterr, QN_EINVAL, "%.100s:%d: %s", file->path, file->line, wrong);
    }
    if (qn_buf_status(&file->value) != QN_OK) {
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    }
    return name.len > 0 ? set_from_file(config, file, name, reterr) : QN_OK;
}

static int read_lines(struct qn_config *config, struct file *file, struct qn_err *reterr)
{
    struct qn_span rest = {.data = file->content.data, .len = file->content.len};
    int rc = QN_OK;

    if (memchr(rest.data, '\0', rest.len) != NULL || !qn_utf8_valid(rest.data, rest.len)) {
        return qn_fail(reterr, QN_EINVAL, "%.100s: not a text file in UTF-8", file->path);
    }
    if (qn_str_starts(rest.data, "\xef\xbb\xbf")) { /* editors' byte order mark */
        rest.data += 3;
        rest.len -= 3;
    }
    while (rest.len > 0 && rc == QN_OK) {
        const char *end = memchr(rest.data, '\n', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
        size_t whole = end != NULL ? len + 1 : len;

        file->line++;
        rc = read_line(config, file, (struct qn_span){.data = rest.data, .len = len}, reterr);
        rest.data += whole;
        rest.len -= whole;
    }
    return rc;
}

static int read_content(struct file *file, FILE *stream, struct qn_err *reterr)
{
    char bytes[READ_BYTES];
    size_t n;

    while ((n = fread(bytes, 1, sizeof(bytes), stream)) > 0) {
        int rc = qn_buf_add(&file->content, bytes, n);

        if (rc != QN_OK) {
            return qn_fail(reterr, rc, "%.100s: %s", file->path,
                           rc == QN_ELIMIT ? "more than 1 MiB" : qn_err_text(rc));
        }
    }
    return ferror(stream) ? qn_fail_sys(reterr, "reading %.100s", file->path) : QN_OK;
}

int qn_config_read_file(struct qn_config *config, const char *path, bool must_exist,
                        struct qn_err *reterr)
{
    struct file file = {.path = path};
    FILE *stream = fopen(path, "re");
    int rc;

    if (stream == NULL) {
        return errno == ENOENT && !must_exist ? QN_OK : qn_fail_sys(reterr, "opening %.100s", path);
    }
    qn_buf_init(&file.content, FILE_MAX_BYTES);
    qn_buf_init(&file.value, FILE_MAX_BYTES);
    rc = read_content(&file, stream, reterr);
    fclose(stream);
    if (rc == QN_OK) {
        rc = read_lines(config, &file, reterr);
    }
    qn_buf_release(&file.content);
    qn_buf_release(&file.value);
    return rc;
}

int qn_config_read_env(struct qn_config *config, char *const *environ_, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (; *environ_ != NULL && rc == QN_OK; environ_++) {
        const char *equals = strchr(*environ_, '=');
        struct qn_given given = {.origin = QN_FROM_ENV};
        char source[128];
        struct qn_span name;
        bool known;

        if (equals == NULL || equals[1] == '\0') {
            continue;
        }
        name = (struct qn_span){.data = *environ_, .len = (size_t)(equals - *environ_)};
        snprintf(source, sizeof(source), "%.*s", (int)(name.len < 100 ? name.len : 100), name.data);
        given.text = equals + 1;
        given.source = source;
        rc = set_variable(config, name, &given, &known, reterr);
    }
    return rc;
}

/* One option of the left words. *ret_words is 1, or 2 when the value is a word of
 * its own. */
static int read_option(struct qn_config *config, unsigned programs, int left, char *const *argv,
                       int *ret_words, struct qn_err *reterr)
{
    size_t len = qn_str_starts(argv[0], "--") ? strcspn(argv[0] + 2, "=") : 0;
    struct qn_span name = {.data = argv[0] + 2, .len = len};
    char source[128];
    struct qn_given given = {.origin = QN_FROM_ARGS, .source = source};
    size_t row;

    snprintf(source, sizeof(source), "%.*s", (int)(len > 0 && len < 100 ? len + 2 : 100), argv[0]);
    *ret_words = 1;
    if (!find_option(config, name, &row) || (config->table[row].programs & programs) == 0) {
        return qn_fail(reterr, QN_ENOTFOUND, "unknown option %s", source);
    }
    if (argv[0][len + 2] == '=') {
        given.text = argv[0] + len + 3;
    } else if (config->table[row].type == QN_SET_BOOLEAN) {
        given.text = "true";
    } else if (left > 1) {
        given.text = argv[1];
        *ret_words = 2;
    } else {
        return qn_fail(reterr, QN_EINVAL, "%s needs a value", source);
    }
    return qn_config_set(config, row, &given, reterr);
}

int qn_config_read_args(struct qn_config *config, unsigned programs, int argc, char *const *argv,
                        int *ret_used, struct qn_err *reterr)
{
    int at = 0, words, rc = QN_OK;

    while (rc == QN_OK && at < argc && argv[at][0] == '-' && argv[at][1] != '\0') {
        if (strcmp(argv[at], "--") == 0) {
            at++;
            break;
        }
        rc = read_option(config, programs, argc - at, argv + at, &words, reterr);
        at += rc == QN_OK ? words : 0;
    }
    *ret_used = at;
    return rc;
}
