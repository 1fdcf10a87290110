#include "sales_cache.h"

#include "common/json.h"
#include "sales_sql.h"
#include "tasks/lib/file.h"
#include <string.h>

#define FORMAT     1 /* of what is kept */
#define SHA256_LEN (QN_DIGEST_SIZE - 1)

/* ---- what it is kept under ---- */

static int describe_args(struct sales_key *key, const struct sales_args *args, const char *tz,
                         struct qn_err *reterr)
{
    int n = snprintf(key->args, sizeof(key->args), "%s %s|%s|%s|%s|%s|%s|%s|%d|%x|%x|%d|%d|%d|%s",
                     SALES_SCHEMA, QUERN_VERSION, args->from, args->to, args->preset, tz,
                     args->group, args->compare, args->top_n, args->statuses, args->formats,
                     args->csv_delimiter, args->csv_bom, args->csv_safe, args->currency);

    if (n < 0 || (size_t)n >= sizeof(key->args)) {
        return qn_fail(reterr, QN_ELIMIT, "the arguments are too long for the cache");
    }
    key->parts[0] = (struct qn_span){key->args, (size_t)n};
    return QN_OK;
}

static struct qn_span optional(const char *text)
{
    return qn_pg_text(text[0] != '\0' ? text : NULL);
}

int sales_key_find(struct sales_key *ret, struct qn_pg *pg, const struct sales_args *args,
                   const char *tz, struct qn_err *reterr)
{
    const char *zone = args->tz[0] != '\0' ? args->tz : tz;
    const struct qn_span params[] = {qn_pg_text(zone), optional(args->preset), optional(args->to)};
    bool closed;
    int rc = describe_args(ret, args, zone, reterr);

    ret->row = NULL;
    if (rc == QN_OK) {
        rc = qn_pg_query(pg, sales_sql_version, params, 3, &ret->row, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    closed = strcmp(qn_pg_str(ret->row, 0, 0), "t") == 0;
    ret->kind = &qn_kv_kinds[closed ? QN_KV_REPORT_CLOSED : QN_KV_REPORT];
    ret->parts[1] = qn_pg_value(ret->row, 0, 1);
    return QN_OK;
}

void sales_key_release(struct sales_key *key)
{
    qn_pg_rows_free(key->row);
    key->row = NULL;
}

/* ---- what is kept ---- */

static bool has_file(const struct sales_kept *kept, size_t i)
{
    return (kept->formats & (unsigned)sales_files[i].format) != 0;
}

int sales_kept_encode(const struct sales_kept *kept, struct qn_buf *out)
{
    qn_buf_add_byte(out, FORMAT);
    qn_buf_add_varint(out, kept->formats);
    for (size_t i = 0; i < SALES_FILES; i++) {
        if (has_file(kept, i)) {
            qn_buf_add(out, kept->sha256[i], SHA256_LEN);
        }
    }
    return qn_buf_add(out, kept->result.data, kept->result.len);
}

bool sales_kept_decode(struct qn_span bytes, struct sales_kept *ret)
{
    struct qn_span sha256;
    uint64_t formats;
    uint8_t format;

    if (!qn_span_u8(&bytes, &format) || format != FORMAT || !qn_span_varint(&bytes, &formats) ||
        formats > (SALES_JSON | SALES_CSV | SALES_HTML)) {
        return false;
    }
    *ret = (struct sales_kept){.formats = (unsigned)formats};
    for (size_t i = 0; i < SALES_FILES; i++) {
        if (!has_file(ret, i)) {
            continue;
        }
        if (!qn_span_bytes(&bytes, SHA256_LEN, &sha256)) {
            return false;
        }
        memcpy(ret->sha256[i], sha256.data, SHA256_LEN);
        if (strspn(ret->sha256[i], "0123456789abcdef") != SHA256_LEN) { /* a name of a file */
            return false;
        }
    }
    ret->result = bytes;
    return bytes.len <= QN_RESULT_MAX && qn_json_check(bytes.data, bytes.len, NULL, NULL) == QN_OK;
}

/* ---- giving it again ---- */

static bool read_file(const char *dir, const char *sha256, struct qn_buf *out)
{
    char path[4096], there[QN_DIGEST_SIZE];
    int n = snprintf(path, sizeof(path), "%s/%.2s/%s", dir, sha256, sha256);

    return n > 0 && (size_t)n < sizeof(path) && qn_file_read(path, out, NULL) == QN_OK &&
           qn_digest_text((struct qn_span){out->data, out->len}, there, NULL) == QN_OK &&
           strcmp(there, sha256) == 0;
}

static int store_all(const struct sales_kept *kept, const struct qn_buf files[SALES_FILES],
                     struct qn_job *job, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (size_t i = 0; i < SALES_FILES && rc == QN_OK; i++) {
        if (has_file(kept, i)) {
            rc = sales_file_store(job, &sales_files[i], &files[i], reterr);
        }
    }
    return rc == QN_OK ? qn_job_result(job, kept->result.data, kept->result.len, reterr) : rc;
}

int sales_kept_give(const struct sales_kept *kept, const char *artifact_dir, struct qn_job *job,
                    struct qn_err *reterr)
{
    struct qn_buf files[SALES_FILES];
    int rc = QN_OK;

    for (size_t i = 0; i < SALES_FILES; i++) {
        qn_buf_init(&files[i], SALES_OUTPUT_MAX);
        if (rc == QN_OK && has_file(kept, i) &&
            !read_file(artifact_dir, kept->sha256[i], &files[i])) {
            rc = qn_fail(reterr, QN_ENOTFOUND, "%s is not there any more", sales_files[i].name);
        }
    }
    if (rc == QN_OK) {
        rc = store_all(kept, files, job, reterr);
    }
    for (size_t i = 0; i < SALES_FILES; i++) {
        qn_buf_release(&files[i]);
    }
    return rc;
}
