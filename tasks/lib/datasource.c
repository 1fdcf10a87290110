#include "datasource.h"

#include "common/mem.h"
#include "common/str.h"
#include <string.h>

#define QUERY_MS    10000
#define PROFILE_MS  30000
#define CONNECTIONS 8
#define MAX_ROWS    1000

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

static const char find_sql[] =
    "SELECT url, time_zone, hints, CASE WHEN include || exclude || schemas = '{}' THEN ''"
    " ELSE json_build_object('include', to_json(include), 'exclude', to_json(exclude),"
    " 'schemas', to_json(schemas))::text END,"
    " query_ms, profile_ms, connections, max_rows,"
    " CASE WHEN hide = '{}' THEN '' ELSE to_json(hide)::text END FROM"
    " quern.datasources WHERE name = $1";

bool qn_datasource_is_name(const char *text)
{
    return strchr(LETTERS, text[0]) != NULL && text[0] != '\0' &&
           strspn(text, LETTERS DIGITS "_-") == strlen(text) &&
           strlen(text) <= QN_DATASOURCE_NAME_MAX;
}

void qn_datasource_free(struct qn_datasource *source)
{
    if (source == NULL) {
        return;
    }
    if (source->url != NULL) {
        explicit_bzero(source->url, strlen(source->url));
    }
    qn_free(source->name);
    qn_free(source->url);
    qn_free(source->time_zone);
    qn_free(source->hints);
    qn_free(source->globs);
    qn_free(source->hide);
    qn_free(source);
}

struct texts {
    const char *url, *time_zone, *hints, *globs, *hide;
};

static struct qn_datasource *make(const char *name, const struct texts *texts)
{
    struct qn_datasource *source = qn_zalloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->name = qn_strdup(name);
    source->url = qn_strdup(texts->url);
    source->time_zone = qn_strdup(texts->time_zone);
    source->hints = qn_strdup(texts->hints);
    source->globs = qn_strdup(texts->globs);
    source->hide = qn_strdup(texts->hide);
    source->query_ms = QUERY_MS;
    source->profile_ms = PROFILE_MS;
    source->connections = CONNECTIONS;
    source->max_rows = MAX_ROWS;
    if (source->name == NULL || source->url == NULL || source->time_zone == NULL ||
        source->hints == NULL || source->globs == NULL || source->hide == NULL) {
        qn_datasource_free(source);
        return NULL;
    }
    return source;
}

static int give(struct qn_datasource **ret, struct qn_datasource *source, struct qn_err *reterr)
{
    if (source == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a datasource");
    }
    *ret = source;
    return QN_OK;
}

static int take_numbers(struct qn_datasource *source, const struct qn_pg_rows *rows,
                        struct qn_err *reterr)
{
    int64_t *const numbers[] = {&source->query_ms, &source->profile_ms, &source->connections,
                                &source->max_rows};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (qn_str_to_i64(qn_pg_str(rows, 0, 4 + i), numbers[i]) != QN_OK) {
            return qn_fail(reterr, QN_ECORRUPT, "datasource %.64s: a limit is no number",
                           source->name);
        }
    }
    return QN_OK;
}

static int take_row(struct qn_datasource **ret, const struct qn_pg_rows *rows, const char *name,
                    struct qn_err *reterr)
{
    struct qn_datasource *source = NULL;
    struct texts texts;
    int rc;

    if (qn_pg_rows_count(rows) == 0) {
        return qn_fail(reterr, QN_ENOTFOUND,
                       "no datasource %.64s; quern datasource list shows them", name);
    }
    texts = (struct texts){
        .url = qn_pg_str(rows, 0, 0),
        .time_zone = qn_pg_str(rows, 0, 1),
        .hints = qn_pg_str(rows, 0, 2),
        .globs = qn_pg_str(rows, 0, 3),
        .hide = qn_pg_str(rows, 0, 8),
    };
    rc = give(&source, make(name, &texts), reterr);
    if (rc == QN_OK) {
        rc = take_numbers(source, rows, reterr);
    }
    if (rc == QN_OK) {
        *ret = source;
    } else {
        qn_datasource_free(source);
    }
    return rc;
}

static int look_up(struct qn_datasource **ret, struct qn_pg *pg, const char *name,
                   struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(name);
    struct qn_pg_rows *rows = NULL;
    int rc;

    if (pg == NULL) {
        return qn_fail(reterr, QN_ENOTFOUND,
                       "no datasource %.64s: QUERN_DATABASE_URL, where they are kept, is not set",
                       name);
    }
    rc = qn_pg_query(pg, find_sql, &param, 1, &rows, reterr);
    if (rc == QN_OK) {
        rc = take_row(ret, rows, name, reterr);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static bool is_url(const char *word)
{
    return qn_str_starts(word, "postgresql://") || qn_str_starts(word, "postgres://") ||
           strchr(word, '=') != NULL;
}

int qn_datasource_find(struct qn_datasource **ret, struct qn_pg *quern_pg, const char *word,
                       bool local, struct qn_err *reterr)
{
    if (qn_datasource_is_name(word)) {
        return look_up(ret, quern_pg, word, reterr);
    }
    if (!is_url(word)) {
        return qn_fail(reterr, QN_EINVAL,
                       "database: not a datasource's name: a letter, then letters, digits, _ and "
                       "-, %d at most",
                       QN_DATASOURCE_NAME_MAX);
    }
    if (!local) {
        return qn_fail(reterr, QN_EINVAL,
                       "database: a URL is for quern-worker run; over a queue it is the name of "
                       "one that quern datasource add made");
    }
    return give(ret, make("", &(struct texts){word, "UTC", "", "", ""}), reterr);
}
