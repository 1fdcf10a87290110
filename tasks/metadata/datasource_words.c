#include "datasource_words.h"

#include "common/mem.h"
#include "common/str.h"
#include "tasks/lib/datasource.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX ((size_t)16 * 1024)
#define URL_ENV "QUERN_DATASOURCE_URL"
#define MS_MOST ((int64_t)24 * 3600 * 1000)

#define ON(verb) (1U << DATASOURCE_##verb)
#define ANY      (ON(ADD) | ON(LIST) | ON(SHOW) | ON(CHECK) | ON(SET) | ON(REMOVE))

static const char *const verbs[DATASOURCE_VERBS] = {
    [DATASOURCE_ADD] = "add",     [DATASOURCE_LIST] = "list", [DATASOURCE_SHOW] = "show",
    [DATASOURCE_CHECK] = "check", [DATASOURCE_SET] = "set",   [DATASOURCE_REMOVE] = "remove",
};

/* ---- texts from elsewhere ---- */

static int read_stream(FILE *file, const char *what, size_t max, char **ret, struct qn_err *reterr)
{
    struct qn_buf text;
    char bytes[4096];
    size_t n;
    int rc = QN_OK;

    qn_buf_init(&text, max);
    while (rc == QN_OK && (n = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        rc = qn_buf_add(&text, bytes, n);
    }
    if (rc == QN_OK && ferror(file)) {
        rc = qn_fail_sys(reterr, "%s", what);
    } else if (rc == QN_OK && memchr(text.data, '\0', text.len) != NULL) {
        rc = qn_fail(reterr, QN_EINVAL, "%s: holds a NUL byte", what);
    } else if (rc != QN_OK) {
        rc = qn_fail(reterr, rc, "%s: %s", what, qn_err_text(rc));
    }
    explicit_bzero(bytes, sizeof(bytes));
    if (rc == QN_OK && (*ret = qn_buf_steal(&text, NULL)) == NULL) {
        rc = qn_fail(reterr, QN_ENOMEM, "%s: no memory", what);
    }
    qn_buf_release(&text);
    return rc;
}

static int read_named(const char *path, size_t max, char **ret, struct qn_err *reterr)
{
    FILE *file;
    int rc;

    qn_free(*ret);
    *ret = NULL;
    if (strcmp(path, "-") == 0) {
        return read_stream(stdin, "stdin", max, ret, reterr);
    }
    file = fopen(path, "re");
    if (file == NULL) {
        return qn_fail_sys(reterr, "%s", path);
    }
    rc = read_stream(file, path, max, ret, reterr);
    (void)fclose(file);
    return rc;
}

static int take_url(struct datasource_words *words, char *text, struct qn_err *reterr)
{
    qn_free(words->url);
    words->url = qn_strdup(text);
    explicit_bzero(text, strlen(text));
    return words->url != NULL ? QN_OK : qn_fail(reterr, QN_ENOMEM, "--url: no memory");
}

static int read_url_file(struct datasource_words *words, const char *path, struct qn_err *reterr)
{
    int rc = read_named(path, URL_MAX, &words->url, reterr);

    if (rc == QN_OK) {
        words->url[strcspn(words->url, "\r\n")] = '\0';
    }
    return rc;
}

static int read_environment(struct datasource_words *words, struct qn_err *reterr)
{
    char *text = getenv(URL_ENV);
    int rc = QN_OK;

    if (text == NULL) {
        return QN_OK;
    }
    if (words->url == NULL && text[0] != '\0') {
        rc = take_url(words, text, reterr);
    } else {
        explicit_bzero(text, strlen(text));
    }
    (void)unsetenv(URL_ENV);
    return rc;
}

/* ---- options ---- */

static int take_number(const char *name, const char *text, int64_t most, int64_t *ret,
                       struct qn_err *reterr)
{
    if (qn_str_to_i64(text, ret) != QN_OK || *ret < 1 || *ret > most) {
        return qn_fail(reterr, QN_EINVAL, "--%s: a number from 1 to %lld, not \"%.40s\"", name,
                       (long long)most, text);
    }
    return QN_OK;
}

static int take_ms(const char *name, const char *text, int64_t *ret, struct qn_err *reterr)
{
    if (qn_str_to_ms(text, ret) != QN_OK || *ret < 1 || *ret > MS_MOST) {
        return qn_fail(reterr, QN_EINVAL,
                       "--%s: a time such as 10s, of a day at most, not "
                       "\"%.40s\"",
                       name, text);
    }
    return QN_OK;
}

enum kind { FLAG, TEXT, LIST, MS, CONNECTIONS, ROWS, URL, URL_FILE, HINTS };

struct option {
    const char *name;
    enum kind kind;
    unsigned verbs;
    void *place;
};

static int take_value(struct datasource_words *words, const struct option *option, char *value,
                      struct qn_err *reterr)
{
    switch (option->kind) {
    case FLAG:
        *(bool *)option->place = true;
        return QN_OK;
    case TEXT:
        *(const char **)option->place = value;
        return QN_OK;
    case LIST:
        return datasource_list_add(option->place, value, reterr);
    case MS:
        return take_ms(option->name, value, option->place, reterr);
    case CONNECTIONS:
        return take_number(option->name, value, 10000, option->place, reterr);
    case ROWS:
        return take_number(option->name, value, 1000000, option->place, reterr);
    case URL:
        return take_url(words, value, reterr);
    case URL_FILE:
        return read_url_file(words, value, reterr);
    case HINTS:
        return read_named(value, DATASOURCE_HINTS_MAX, &words->hints, reterr);
    default:
        return QN_EINVAL;
    }
}

/* ret_value: what stands behind "=", else NULL. */
static bool is_option(const char *name, char *word, char **ret_value)
{
    size_t len = strlen(name);

    if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, name, len) != 0) {
        return false;
    }
    *ret_value = word[2 + len] == '=' ? word + 3 + len : NULL;
    return word[2 + len] == '\0' || word[2 + len] == '=';
}

static int take_option(struct datasource_words *words, const struct option *option, char **argv,
                       char *value, int *ret_used, struct qn_err *reterr)
{
    *ret_used = 1;
    if ((option->verbs & 1U << words->verb) == 0) {
        return qn_fail(reterr, QN_EINVAL, "datasource %s takes no --%s", verbs[words->verb],
                       option->name);
    }
    if (option->kind == FLAG && value != NULL) {
        return qn_fail(reterr, QN_EINVAL, "--%s takes no value", option->name);
    }
    if (option->kind != FLAG && value == NULL) {
        value = argv[1];
        *ret_used = 2;
        if (value == NULL) {
            return qn_fail(reterr, QN_EINVAL, "--%s needs a value", option->name);
        }
    }
    return take_value(words, option, value, reterr);
}

/* At argv[0]. */
static int read_option(struct datasource_words *words, char **argv, int *ret_used,
                       struct qn_err *reterr)
{
    const struct option options[] = {
        {"url", URL, ON(ADD) | ON(SET) | ON(REMOVE), NULL},
        {"url-file", URL_FILE, ON(ADD) | ON(SET) | ON(REMOVE), NULL},
        {"role", TEXT, ON(ADD), &words->role},
        {"use-role-of-url", FLAG, ON(ADD), &words->role_of_url},
        {"replace", FLAG, ON(ADD), &words->replace},
        {"schema", LIST, ON(ADD), &words->schemas},
        {"include", LIST, ON(ADD), &words->include},
        {"exclude", LIST, ON(ADD), &words->exclude},
        {"hide", LIST, ON(ADD), &words->hide},
        {"show", LIST, ON(ADD), &words->show},
        {"zone", TEXT, ON(ADD) | ON(SET), &words->time_zone},
        {"hints", HINTS, ON(ADD) | ON(SET), NULL},
        {"query-timeout", MS, ON(ADD) | ON(SET), &words->query_ms},
        {"profile-timeout", MS, ON(ADD) | ON(SET), &words->profile_ms},
        {"connections", CONNECTIONS, ON(ADD) | ON(SET), &words->connections},
        {"max-rows", ROWS, ON(ADD) | ON(SET), &words->max_rows},
        {"keep-role", FLAG, ON(REMOVE), &words->keep_role},
        {"json", FLAG, ANY, &words->json},
    };
    char *value = NULL;

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (is_option(options[i].name, argv[0], &value)) {
            return take_option(words, &options[i], argv, value, ret_used, reterr);
        }
    }
    return qn_fail(reterr, QN_EINVAL, "there is no option %.40s", argv[0]);
}

/* ---- words ---- */

static int read_name(struct datasource_words *words, const char *word, struct qn_err *reterr)
{
    if (words->name != NULL || words->verb == DATASOURCE_LIST) {
        return qn_fail(reterr, QN_EINVAL, "one word too many: \"%.40s\"", word);
    }
    if (!qn_datasource_is_name(word)) {
        return qn_fail(reterr, QN_EINVAL,
                       "\"%.80s\" is no datasource's name: a lower-case letter, then letters, "
                       "digits, _ and -, %d at most",
                       word, QN_DATASOURCE_NAME_MAX);
    }
    words->name = word;
    return QN_OK;
}

static int read_verb(struct datasource_words *words, const char *word, struct qn_err *reterr)
{
    for (int i = 0; i < DATASOURCE_VERBS; i++) {
        if (word != NULL && strcmp(word, verbs[i]) == 0) {
            words->verb = (enum datasource_verb)i;
            return QN_OK;
        }
    }
    return qn_fail(reterr, QN_EINVAL, "datasource add, list, show, check, set or remove");
}

static int check_whole(const struct datasource_words *words, struct qn_err *reterr)
{
    if (words->name == NULL && words->verb != DATASOURCE_LIST && words->verb != DATASOURCE_CHECK) {
        return qn_fail(reterr, QN_EINVAL, "datasource %s: its NAME is missing", verbs[words->verb]);
    }
    if (words->role != NULL && words->role_of_url) {
        return qn_fail(reterr, QN_EINVAL, "--role makes a role, --use-role-of-url makes none");
    }
    if (words->role != NULL &&
        (words->role[0] == '\0' || strlen(words->role) > DATASOURCE_ROLE_MAX ||
         !qn_utf8_valid(words->role, strlen(words->role)))) {
        return qn_fail(reterr, QN_EINVAL, "--role: 1 to %d bytes of UTF-8", DATASOURCE_ROLE_MAX);
    }
    if (words->verb == DATASOURCE_ADD && words->url == NULL) {
        return qn_fail(reterr, QN_EINVAL, "where is it? --url URL, --url-file FILE or " URL_ENV);
    }
    return QN_OK;
}

int datasource_words_read(struct datasource_words *ret, int argc, char **argv,
                          struct qn_err *reterr)
{
    int rc, used = 1;

    *ret = (struct datasource_words){
        .query_ms = -1, .profile_ms = -1, .connections = -1, .max_rows = -1};
    rc = read_verb(ret, argc > 1 ? argv[1] : NULL, reterr);
    for (int i = 2; i < argc && rc == QN_OK; i += used) {
        used = 1;
        rc = argv[i][0] == '-' ? read_option(ret, argv + i, &used, reterr)
                               : read_name(ret, argv[i], reterr);
    }
    if (rc == QN_OK) {
        rc = read_environment(ret, reterr);
    }
    return rc == QN_OK ? check_whole(ret, reterr) : rc;
}

void datasource_words_release(struct datasource_words *words)
{
    if (words->url != NULL) {
        explicit_bzero(words->url, strlen(words->url));
    }
    qn_free(words->url);
    qn_free(words->hints);
}

static void apply_list(const struct datasource_list *said, struct datasource_list *list)
{
    if (said->n > 0) {
        *list = *said;
    }
}

static void apply_number(int64_t said, int64_t *number)
{
    if (said > 0) {
        *number = said;
    }
}

void datasource_words_apply(const struct datasource_words *words, struct datasource_record *record)
{
    apply_list(&words->schemas, &record->schemas);
    apply_list(&words->include, &record->include);
    apply_list(&words->exclude, &record->exclude);
    apply_list(&words->hide, &record->hide);
    apply_list(&words->show, &record->show);
    apply_number(words->query_ms, &record->query_ms);
    apply_number(words->profile_ms, &record->profile_ms);
    apply_number(words->connections, &record->connections);
    apply_number(words->max_rows, &record->max_rows);
    if (words->time_zone != NULL) {
        record->time_zone = words->time_zone;
    }
    if (words->hints != NULL) {
        record->hints = words->hints;
    }
}
