/* sales_cache.h - a report that was made before.
 *
 * Kept are the result and the hashes of the files; the files themselves stay where the job stored
 * them, in QUERN_ARTIFACT_DIR, and are stored with the next job again. A report counts as kept
 * only while all of them are there, byte for byte.
 *
 * What it is kept under: its arguments as they are understood, the program's version, and what
 * sql/version.sql says of the database and its data.
 *
 * Not here: the cache (tasks/lib/kv.h), making a report.
 */
#ifndef TASKS_REPORTS_SALES_CACHE_H
#define TASKS_REPORTS_SALES_CACHE_H

#include "sales_files.h"
#include "tasks/lib/digest.h"
#include "tasks/lib/kv.h"

struct sales_key {
    const struct qn_kv_kind *kind;
    char args[512];         /* as they are understood */
    struct qn_pg_rows *row; /* what parts[1] is of */
    struct qn_span parts[2];
};
/* tz: when args name none. pg is ready and in no transaction. */
QN_MUST_CHECK int sales_key_find(struct sales_key *ret, struct qn_pg *pg,
                                 const struct sales_args *args, const char *tz,
                                 struct qn_err *reterr);
void sales_key_release(struct sales_key *key); /* zeroed is fine */

struct sales_kept {
    unsigned formats; /* of enum sales_format: which files there are */
    char sha256[SALES_FILES][QN_DIGEST_SIZE];
    struct qn_span result; /* borrowed */
};
int sales_kept_encode(const struct sales_kept *kept, struct qn_buf *out);
bool sales_kept_decode(struct qn_span bytes, struct sales_kept *ret); /* false: it is none */

/* Gives the job the result and the files of before. QN_ENOTFOUND when a file is not there any
 * more, or another one; nothing is stored then. */
QN_MUST_CHECK int sales_kept_give(const struct sales_kept *kept, const char *artifact_dir,
                                  struct qn_job *job, struct qn_err *reterr);

#endif
