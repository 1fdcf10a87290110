/* fsck.c - quern fsck: what does not fit together on the broker, in words, and mended. */
#include "broker-client/fsck.h"

#include "broker-client/fault.h"
#include "common/json.h"
#include "common/mem.h"
#include "link.h"
#include "run.h"
#include <string.h>

#define KEPT_MAX  10000 /* findings that are told one by one */
#define SHOWN_MAX 20    /* of each kind, to people */
#define TEXT_MAX  (16 * 1024 * 1024)
#define WIDTH     80

struct kept {
    enum qn_fault fault;
    bool repaired;
    size_t at; /* of its sentence in texts */
};

struct report {
    const struct cli *cli;
    struct cli_link link;
    struct cli_term bar;
    const char *queue;   /* that is walked through, NULL: the namespace */
    struct qn_buf texts; /* sentences, each with its NUL */
    struct qn_buf json, queues;
    struct kept *kept;
    size_t n_kept, n_queues;
    int64_t found[QN_FAULTS], repaired[QN_FAULTS];
    struct qn_fsck_totals totals;
};

/* ---- findings ---- */

static void add_text_or_null(struct qn_buf *out, const char *text)
{
    if (text)
        qn_json_add_str(out, text);
    else
        qn_buf_add_str(out, "null");
}

static void add_json(struct report *report, const struct qn_finding *finding, const char *text)
{
    struct qn_buf *out = &report->json;
    bool has_job = report->queue && *finding->name && strncmp(finding->name, "inbox:", 6) != 0;
    const struct {
        const char *key, *text;
    } members[] = {
        {"fault", qn_fault_row(finding->fault)->name},
        {"where", finding->where},
        {"detail", finding->detail},
        {"text", text},
        {"why", qn_fault_row(finding->fault)->why},
    };
    struct qn_buf id;

    qn_buf_init(&id, 4096);
    if (has_job)
        qn_buf_printf(&id, "%s.%s", report->queue, finding->name);
    qn_buf_add_str(out, report->n_kept > 0 ? ",\n {" : "\n {");
    qn_json_add_key(out, "queue");
    add_text_or_null(out, report->queue);
    qn_json_add_key(out, "id");
    add_text_or_null(out, has_job ? id.data : NULL);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        qn_json_add_key(out, members[i].key);
        qn_json_add_str(out, members[i].text);
    }
    qn_json_add_key(out, "repaired");
    qn_buf_add_str(out, finding->repaired ? "true}" : "false}");
    qn_buf_release(&id);
}

static void on_finding(void *arg, const struct qn_finding *finding)
{
    struct report *report = arg;
    size_t at = report->texts.len;

    report->found[finding->fault]++;
    report->repaired[finding->fault] += finding->repaired;
    if (report->n_kept == KEPT_MAX)
        return;
    qn_finding_text(report->queue, finding, &report->texts);
    qn_buf_add_byte(&report->texts, '\0');
    if (qn_buf_status(&report->texts) != QN_OK)
        return;
    if (report->cli->json)
        add_json(report, finding, report->texts.data + at);
    report->kept[report->n_kept++] = (struct kept){finding->fault, finding->repaired, at};
}

static void on_progress(void *arg, const struct qn_fsck_totals *so_far)
{
    struct report *report = arg;
    char text[160];

    snprintf(text, sizeof(text), "%s: %lld entries looked at, %lld findings",
             report->queue ? report->queue : "names", (long long)so_far->looked,
             (long long)so_far->found);
    if (!report->cli->json)
        cli_bar_show(&report->bar, -1, text);
}

/* ---- for people ---- */

/* Words in lines of at most WIDTH columns, the first goes on in a column, the others
 * begin behind indent blanks. What is longer than a line stands on one of its own. */
static void print_wrapped(const struct cli_term *term, int column, int indent, const char *text)
{
    struct qn_buf word;
    bool first = true;

    qn_buf_init(&word, TEXT_MAX);
    while (*text) {
        size_t len = strcspn(text, " ");
        qn_buf_reset(&word);
        cli_text_add(&word, text, len, 0);
        int width = cli_text_width(word.data);
        if (!first && column + 1 + width > WIDTH) {
            column = fprintf(term->out, "\n%*s", indent, "") - 1;
            first = true;
        }
        column += width + !first;
        fprintf(term->out, "%s%s", first ? "" : " ", word.data);
        first = false;
        text += len;
        text += *text == ' ';
    }
    fputc('\n', term->out);
    qn_buf_release(&word);
}

static void print_finding(const struct report *report, const struct kept *kept)
{
    const struct cli_term *term = &report->cli->term;
    const char *text = report->texts.data + kept->at;

    if (!cli_flag(report->cli, "repair")) {
        print_wrapped(term, fprintf(term->out, "  - "), 4, text);
        return;
    }
    fputs("  ", term->out);
    cli_say(term, kept->repaired ? CLI_GREEN : CLI_YELLOW, kept->repaired ? "mended" : "left  ");
    print_wrapped(term, 8 + fprintf(term->out, "  "), 10, text);
}

static void print_fault(const struct report *report, enum qn_fault fault)
{
    const struct qn_fault_row *row = qn_fault_row(fault);
    const struct cli_term *term = &report->cli->term;
    int64_t shown = 0;

    cli_say(term, CLI_BOLD, row->title);
    fprintf(term->out, ": %lld\n", (long long)report->found[fault]);
    print_wrapped(term, fprintf(term->out, "  "), 2, row->why);
    print_wrapped(term, fprintf(term->out, "  Repair: "), 2,
                  row->mend ? row->mend : "none, it is left as it is.");
    for (size_t i = 0; i < report->n_kept && shown < SHOWN_MAX; i++) {
        if (report->kept[i].fault == fault) {
            print_finding(report, &report->kept[i]);
            shown++;
        }
    }
    if (shown < report->found[fault])
        fprintf(term->out, "  and %lld more; --json lists %d\n",
                (long long)(report->found[fault] - shown), KEPT_MAX);
    fputc('\n', term->out);
}

static void print_text(const struct report *report)
{
    const struct cli_term *term = &report->cli->term;
    const struct qn_fsck_totals *totals = &report->totals;
    int64_t left = totals->found - totals->repaired;

    for (int fault = QN_FAULT_LOST; fault < QN_FAULTS; fault++) {
        if (report->found[fault] > 0)
            print_fault(report, (enum qn_fault)fault);
    }
    fprintf(term->out, "%zu queue%s, %lld entries looked at: ", report->n_queues,
            report->n_queues == 1 ? "" : "s", (long long)totals->looked);
    if (totals->found == 0)
        cli_say(term, CLI_GREEN, "all fits together");
    else if (left == 0)
        fprintf(term->out, "%lld findings, all mended", (long long)totals->found);
    else
        fprintf(term->out, "%lld findings, %lld left", (long long)totals->found, (long long)left);
    fputc('\n', term->out);
    if (left > 0 && !cli_flag(report->cli, "repair"))
        fputs("quern fsck --repair mends what can be mended; programs may run meanwhile\n",
              term->out);
}

static void print_json(const struct report *report)
{
    const struct qn_fsck_totals *totals = &report->totals;

    fprintf(report->cli->term.out,
            "{\"findings\":[%s],\n \"checked\":{\"queues\":[%s],\"entries\":%lld,\"in_line\":%lld,"
            "\"audited\":%lld,\"found\":%lld,\"repaired\":%lld}}\n",
            report->json.data, report->queues.data, (long long)totals->looked,
            (long long)totals->in_line, (long long)totals->audited, (long long)totals->found,
            (long long)totals->repaired);
}

/* ---- the queues ---- */

/* NULL: the namespace. */
static int check_one(struct report *report, const char *queue, struct qn_err *reterr)
{
    const struct qn_fsck_options options = {
        .loop = report->link.loop,
        .broker = report->link.broker,
        .queue = queue,
        .repair = cli_flag(report->cli, "repair"),
        .timeout_ms = report->link.timeout_ms,
        .on_finding = on_finding,
        .on_progress = on_progress,
        .arg = report,
    };
    struct qn_fsck_totals totals;

    report->queue = queue;
    int rc = qn_fsck(&options, &totals, reterr);
    cli_bar_clear(&report->bar);
    report->totals.looked += totals.looked;
    report->totals.in_line += totals.in_line;
    report->totals.audited += totals.audited;
    report->totals.found += totals.found;
    report->totals.repaired += totals.repaired;
    return rc;
}

static int check_queue(struct report *report, const char *queue, struct qn_err *reterr)
{
    qn_buf_add_str(&report->queues, report->n_queues > 0 ? "," : "");
    qn_json_add_str(&report->queues, queue);
    report->n_queues++;
    return check_one(report, queue, reterr);
}

/* One that nobody has served may hold jobs; one that holds nothing either is a mistyped one. */
static int check_named(struct report *report, const char *queue, const struct cli_pairs *known,
                       struct qn_err *reterr)
{
    bool is_known = false;

    if (!qn_queue_ok(queue))
        return qn_fail(reterr, QN_EINVAL, "--queue: \"%.40s\" is not 1-32 of [a-z0-9_-]", queue);
    int rc = check_queue(report, queue, reterr);
    for (size_t i = 0; i < known->n; i++)
        is_known = is_known || strcmp(known->all[i].name, queue) == 0;
    if (rc == QN_OK && !is_known && report->totals.looked == 0 && report->totals.found == 0)
        return qn_fail(reterr, QN_ENOTFOUND,
                       "queue \"%.40s\": no worker has served it, and it is empty", queue);
    return rc;
}

static int check_all(struct report *report, struct qn_err *reterr)
{
    const char *one = cli_option(report->cli, "queue");
    struct cli_pairs queues = {0};
    int rc = one ? QN_OK : check_one(report, NULL, reterr); /* it says which queues there are */

    if (rc == QN_OK)
        rc = cli_link_queues(&report->link, &queues, reterr);
    if (rc == QN_OK && one)
        rc = check_named(report, one, &queues, reterr);
    for (size_t i = 0; i < queues.n && !one && rc == QN_OK; i++)
        rc = check_queue(report, queues.all[i].name, reterr);
    cli_pairs_release(&queues);
    if (rc != QN_OK)
        return rc;
    rc = qn_buf_status(&report->texts);
    if (rc == QN_OK)
        rc = qn_buf_status(&report->json);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "the findings do not fit: %s", qn_err_text(rc));
}

static int set_up(struct report *report, struct qn_err *reterr)
{
    qn_buf_init(&report->texts, TEXT_MAX);
    qn_buf_init(&report->json, TEXT_MAX);
    qn_buf_init(&report->queues, TEXT_MAX);
    cli_term_init(&report->bar, stderr);
    report->kept = qn_zalloc(KEPT_MAX, sizeof(*report->kept));
    if (!report->kept)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    return cli_link_open(&report->link, report->cli, reterr);
}

int cli_run_fsck(struct cli *cli)
{
    struct report report = {.cli = cli};
    struct qn_err err = {0};
    int rc = set_up(&report, &err);

    if (rc == QN_OK)
        rc = check_all(&report, &err);
    /* what was mended before a failure is told in any case */
    if (rc == QN_OK || report.totals.found > 0)
        (cli->json ? print_json : print_text)(&report);
    bool left = report.totals.found > report.totals.repaired;
    cli_link_close(&report.link);
    qn_buf_release(&report.texts);
    qn_buf_release(&report.json);
    qn_buf_release(&report.queues);
    qn_free(report.kept);
    return rc != QN_OK ? cli_fail(cli, &err) : left ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}
