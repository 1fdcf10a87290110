#include "fsck.h"

#include "common/id.h"
#include "common/mem.h"
#include "common/str.h"
#include "hashes.h"
#include <string.h>

#define GRACE_MS     500     /* the broker object tells of its own timeouts better than we do */
#define SEARCHED_MAX 1000000 /* elements that one audit may look through */
#define FOUND_MAX    ((size_t)16 * 1024 * 1024)
#define NAMES_MAX    (16 * 1024 * 1024)
#define TOKEN_LOOKS  6
#define TOKEN_PAUSE  250 /* ms between two of them */

/* Names that are to be judged, each with its NUL. */
struct suspects {
    struct qn_buf names;
    size_t n;
};

struct walk {
    const struct qn_fsck_options *options;
    struct qn_fsck_totals totals;
    struct qn_hash_key key;
    struct qn_hashes lines;  /* who stands in line */
    struct qn_hashes twice;  /* who does so more than once */
    struct qn_hash_set told; /* whose findings were told */
    /* hashes of a page of a line, and behind them, from cap_page on, of the one before */
    uint64_t *page;
    size_t cap_page, n_before;
    int line; /* that it was of */
    bool sorted;
    struct suspects in_line, others;
    /* the question under way */
    bool done;
    int rc;
    struct qn_err err;
    int64_t next;
    /* about the token */
    bool judging, missing;
    char detail[64];
};

/* ---- questions ---- */

static bool answered(struct walk *walk, const struct qn_reply *reply)
{
    walk->done = true;
    walk->rc = reply->rc;
    if (reply->rc != QN_OK)
        walk->err = *reply->err;
    return reply->rc == QN_OK;
}

static void fail(struct walk *walk, int rc)
{
    if (walk->rc == QN_OK && rc == QN_ELIMIT)
        walk->rc =
            qn_fail(&walk->err, rc, "fsck: more than %zu jobs stand in line", QN_FSCK_LINES_MAX);
    else if (walk->rc == QN_OK && rc != QN_OK)
        walk->rc = qn_fail(&walk->err, rc, "fsck: out of memory");
}

static int finish(struct walk *walk, struct qn_err *reterr)
{
    int rc = qn_broker_pump(walk->options->loop, &walk->done, walk->options->timeout_ms + GRACE_MS,
                            reterr);

    walk->done = false;
    if (rc == QN_OK && walk->rc != QN_OK) {
        rc = walk->rc;
        if (reterr)
            *reterr = walk->err;
    }
    return rc;
}

/* ---- audits ---- */

static void tell(struct walk *walk, const struct qn_finding *finding)
{
    walk->totals.found++;
    walk->totals.repaired += finding->repaired;
    walk->options->on_finding(walk->options->arg, finding);
}

static void on_audited(void *arg, const struct qn_reply *reply)
{
    struct walk *walk = arg;

    if (!answered(walk, reply))
        return;
    for (size_t i = 0; i < reply->audited->n; i++) {
        const struct qn_finding *finding = &reply->audited->findings[i];
        fail(walk, qn_hash_set_add(&walk->told, qn_hash(&walk->key, finding->name)));
        tell(walk, finding);
    }
    if (walk->told.n > FOUND_MAX)
        fail(walk, QN_ENOMEM);
}

/* So many that looking through the lines for each does not keep the broker busy for long. */
static size_t batch_size(const struct walk *walk)
{
    size_t n = SEARCHED_MAX / (walk->lines.n + 1);

    return n < 1 ? 1 : n > QN_PEEK_BATCH_MAX ? QN_PEEK_BATCH_MAX : n;
}

static int audit(struct walk *walk, const char *const *names, size_t n, unsigned how,
                 struct qn_err *reterr)
{
    const struct qn_fsck_options *options = walk->options;

    if (n == 0)
        return QN_OK;
    walk->totals.audited += (int64_t)n;
    options->broker->ops->audit(options->broker, options->queue, names, n,
                                how | (options->repair ? QN_AUDIT_REPAIR : 0), on_audited, walk);
    return finish(walk, reterr);
}

/* One is met in many places: those that have been told of, or are in the batch, are done with. */
static bool is_new(const struct walk *walk, const char *const *batch, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(batch[i], name) == 0)
            return false;
    }
    return !qn_hash_set_has(&walk->told, qn_hash(&walk->key, name));
}

static int audit_all(struct walk *walk, struct suspects *suspects, unsigned how,
                     struct qn_err *reterr)
{
    const char *batch[QN_PEEK_BATCH_MAX];
    const char *name = suspects->names.data;
    size_t most = batch_size(walk), n = 0;
    int rc = qn_buf_status(&suspects->names);

    if (rc != QN_OK)
        return qn_fail(reterr, rc, "fsck: out of memory");
    for (size_t i = 0; i < suspects->n && rc == QN_OK; i++, name += strlen(name) + 1) {
        if (is_new(walk, batch, n, name))
            batch[n++] = name;
        if (n == most || i + 1 == suspects->n) {
            rc = audit(walk, batch, n, how, reterr);
            n = 0;
        }
    }
    qn_buf_reset(&suspects->names);
    suspects->n = 0;
    return rc;
}

static void suspect(struct suspects *suspects, const char *name)
{
    qn_buf_add(&suspects->names, name, strlen(name) + 1);
    suspects->n++;
}

/* ---- the walk ---- */

static void keep_page(struct walk *walk, const struct qn_surveyed *page)
{
    if (page->n > walk->cap_page) {
        uint64_t *all = qn_realloc_array(walk->page, 2 * page->n, sizeof(*all));
        if (!all) {
            fail(walk, QN_ENOMEM);
            return;
        }
        memmove(all + page->n, all + walk->cap_page, walk->n_before * sizeof(*all));
        walk->page = all;
        walk->cap_page = page->n;
    }
    if (page->line != walk->line)
        walk->n_before = 0;
    for (size_t i = 0; i < page->n; i++)
        walk->page[i] = qn_hash(&walk->key, page->names[i]);
}

/* Jobs that came since the last page have moved its end into this one: how many are there
 * again? Else each would look as if it stood in line twice. */
static size_t seen_before(const struct walk *walk, size_t n_page)
{
    const uint64_t *before = walk->page + walk->cap_page;

    for (size_t i = 0; i < walk->n_before; i++) {
        size_t n = walk->n_before - i;
        if (n <= n_page && memcmp(before + i, walk->page, n * sizeof(*before)) == 0)
            return n;
    }
    return 0;
}

static void read_line(struct walk *walk, const struct qn_surveyed *page)
{
    keep_page(walk, page);
    if (walk->rc != QN_OK)
        return;
    for (size_t i = 0; i < page->n; i++) {
        if (page->sight[i] == QN_SIGHT_ODD_LINE || qn_hashes_has(&walk->twice, walk->page[i]))
            suspect(&walk->in_line, page->names[i]);
    }
    for (size_t i = seen_before(walk, page->n); i < page->n && !walk->sorted; i++)
        fail(walk, qn_hashes_add(&walk->lines, walk->page[i]));
    walk->n_before = page->n;
    if (page->n > 0)
        memcpy(walk->page + walk->cap_page, walk->page, page->n * sizeof(*walk->page));
}

static void sort_lines(struct walk *walk)
{
    qn_hashes_sort(&walk->lines);
    walk->sorted = true;
    walk->totals.in_line = (int64_t)walk->lines.n;
    fail(walk, qn_hashes_doubles(&walk->lines, &walk->twice));
}

static void read_others(struct walk *walk, const struct qn_surveyed *page)
{
    if (!walk->sorted)
        sort_lines(walk);
    for (size_t i = 0; i < page->n; i++) {
        uint64_t hash = qn_hash(&walk->key, page->names[i]);
        if (page->sight[i] == QN_SIGHT_ALONE && qn_hashes_has(&walk->lines, hash))
            continue;
        suspect(qn_hashes_has(&walk->twice, hash) ? &walk->in_line : &walk->others, page->names[i]);
    }
}

static void on_surveyed(void *arg, const struct qn_reply *reply)
{
    struct walk *walk = arg;

    if (!answered(walk, reply))
        return;
    const struct qn_surveyed *page = reply->surveyed;
    walk->totals.looked += page->looked;
    if (page->line > 0)
        read_line(walk, page);
    else
        read_others(walk, page);
    walk->next = page->next;
    walk->line = page->line;
}

/* A page, and the judgement of what it holds. */
static int turn_page(struct walk *walk, struct qn_err *reterr)
{
    const struct qn_fsck_options *options = walk->options;

    options->broker->ops->survey(options->broker, options->queue, walk->next, on_surveyed, walk);
    int rc = finish(walk, reterr);
    if (rc == QN_OK)
        rc = audit_all(walk, &walk->in_line, QN_AUDIT_LINES, reterr);
    if (rc == QN_OK)
        rc = audit_all(walk, &walk->others, 0, reterr);
    if (rc == QN_OK && options->on_progress)
        options->on_progress(options->arg, &walk->totals);
    return rc;
}

/* The second time only the lines, for the names of those that stand there twice. */
static int read_all(struct walk *walk, struct qn_err *reterr)
{
    int rc = QN_OK;

    while (rc == QN_OK && walk->next != QN_NO_TIME)
        rc = turn_page(walk, reterr);
    if (rc != QN_OK || walk->twice.n == 0)
        return rc;
    walk->next = 0;
    do {
        rc = turn_page(walk, reterr);
    } while (rc == QN_OK && walk->line > 0);
    return rc;
}

/* ---- the token ---- */

static void on_token(void *arg, const struct qn_reply *reply)
{
    struct walk *walk = arg;

    walk->missing = false;
    if (!answered(walk, reply))
        return;
    for (size_t i = 0; i < reply->audited->n; i++) {
        const struct qn_finding *finding = &reply->audited->findings[i];
        if (finding->fault != QN_FAULT_WAKE || !qn_str_starts(finding->detail, "no token"))
            continue;
        walk->missing = walk->detail[0] == '\0' || strcmp(walk->detail, finding->detail) == 0;
        if (walk->judging && walk->missing)
            tell(walk, finding);
        qn_str_copy(walk->detail, sizeof(walk->detail), finding->detail);
    }
}

static int look_at_token(struct walk *walk, struct qn_err *reterr)
{
    static const char *const queue = "";
    const struct qn_fsck_options *options = walk->options;
    bool mend = walk->judging && options->repair;

    options->broker->ops->audit(options->broker, options->queue, &queue, 1,
                                QN_AUDIT_WAKE | (mend ? QN_AUDIT_REPAIR : 0), on_token, walk);
    return finish(walk, reterr);
}

/* A worker that has just woken up has the token: it is missing only if that lasts, with no
 * take meanwhile. */
static int judge_token(struct walk *walk, struct qn_err *reterr)
{
    bool never = false;

    for (int i = 0; i < TOKEN_LOOKS; i++) {
        walk->judging = i + 1 == TOKEN_LOOKS;
        int rc = look_at_token(walk, reterr);
        if (rc != QN_OK || !walk->missing || walk->judging)
            return rc;
        (void)!qn_broker_pump(walk->options->loop, &never, TOKEN_PAUSE, NULL);
    }
    return QN_OK;
}

/* ---- all of it ---- */

static int check(struct walk *walk, struct qn_err *reterr)
{
    static const char *const queue = "";
    int rc = qn_random(&walk->key, sizeof(walk->key), reterr);

    if (rc == QN_OK)
        rc = audit(walk, &queue, 1, 0, reterr);
    if (rc == QN_OK)
        rc = read_all(walk, reterr);
    return rc == QN_OK ? judge_token(walk, reterr) : rc;
}

int qn_fsck(const struct qn_fsck_options *options, struct qn_fsck_totals *ret,
            struct qn_err *reterr)
{
    struct walk walk = {.options = options};

    qn_hashes_init(&walk.lines, QN_FSCK_LINES_MAX);
    qn_hashes_init(&walk.twice, QN_FSCK_LINES_MAX);
    qn_buf_init(&walk.in_line.names, NAMES_MAX);
    qn_buf_init(&walk.others.names, NAMES_MAX);
    int rc = check(&walk, reterr);
    *ret = walk.totals;
    qn_buf_release(&walk.in_line.names);
    qn_buf_release(&walk.others.names);
    qn_hashes_release(&walk.lines);
    qn_hashes_release(&walk.twice);
    qn_hash_set_release(&walk.told);
    qn_free(walk.page);
    return rc;
}
