/* deadletter_end.c - quern dead-letter replay, delete.
 *
 * First all that are meant are collected, with the time of their end; then they are acted
 * upon in batches: one that has changed meanwhile is left alone, and a batch that is sent
 * again changes nothing twice.
 */
#include "common/mem.h"
#include "confirm.h"
#include "deadletter.h"
#include "jobview.h"
#include "link_operate.h"
#include "run.h"
#include <string.h>

#define LETTERS_MAX 1000000

struct letter {
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    int64_t ended_ms;
};

struct letters {
    const struct cli *cli;
    enum cli_ending what;
    struct cli_link link;
    struct cli_term bar; /* on stderr, for a terminal */
    struct letter *all;
    size_t n, room;
    bool full;
    int64_t done, gone, changed, live;
};

/* ---- collecting ---- */

static bool make_room(struct letters *letters)
{
    size_t room = letters->room > 0 ? letters->room * 2 : 128;
    struct letter *all = qn_realloc_array(letters->all, room, sizeof(*all));

    if (!all)
        return false;
    letters->all = all;
    letters->room = room;
    return true;
}

static bool keep(void *arg, const struct qn_job_info *info)
{
    struct letters *letters = arg;
    struct letter *letter;

    letters->full =
        letters->n == LETTERS_MAX || (letters->n == letters->room && !make_room(letters));
    if (letters->full)
        return false;
    letter = &letters->all[letters->n];
    if (qn_id_split(info->id, letter->queue, letter->name, NULL) == QN_OK) {
        letter->ended_ms = info->ended_ms;
        letters->n++;
    }
    return true;
}

/* All of them must be dead letters, or nothing is done. */
static int collect_named(struct letters *letters, struct qn_err *reterr)
{
    const struct cli *cli = letters->cli;
    struct qn_client *client = NULL;
    int rc = cli_client_open(&client, cli, reterr);

    for (int i = 0; i < cli->n_words && rc == QN_OK; i++) {
        struct qn_job_info *info = NULL;
        rc = qn_client_get(client, cli->words[i], &info, reterr);
        if (rc == QN_OK && info->state != QN_FAILED)
            rc = qn_fail(reterr, QN_ESTATE, "%s is no dead letter: it is %s", info->id,
                         qn_state_name(info->state));
        if (rc == QN_OK && !keep(letters, info))
            rc = qn_fail(reterr, QN_ENOMEM, "out of memory");
        qn_job_info_free(info);
    }
    qn_client_close(client);
    return rc;
}

static int collect(struct letters *letters, struct qn_err *reterr)
{
    struct cli_dead_filter filter;
    bool named = letters->cli->n_words > 0, all = cli_flag(letters->cli, "all");
    int rc = cli_dead_filter_read(&filter, letters->cli, reterr);

    filter.bar = letters->bar.tty ? &letters->bar : NULL;
    if (rc == QN_OK && named + all + filter.any != 1)
        return qn_fail(reterr, QN_EINVAL, "%s: name jobs, or give filters, or --all",
                       letters->cli->command->name);
    if (rc == QN_OK)
        rc = cli_link_open(&letters->link, letters->cli, reterr);
    if (rc == QN_OK)
        rc = named ? collect_named(letters, reterr)
                   : cli_dead_walk(&letters->link, &filter, keep, letters, reterr);
    if (rc == QN_OK && letters->full)
        rc = qn_fail(reterr, QN_ELIMIT, "over %d dead letters: narrow the filter", LETTERS_MAX);
    return rc;
}

/* ---- acting ---- */

static const char *verb(const struct letters *letters)
{
    return letters->what == CLI_REPLAY ? "replay" : "delete";
}

static int ask(const struct letters *letters, struct qn_err *reterr)
{
    char count[CLI_COUNT_SIZE], question[96];

    if (letters->cli->n_words > 0)
        return QN_OK; /* they were named one by one */
    cli_count_print((int64_t)letters->n, count);
    snprintf(question, sizeof(question), "%s %s dead letter%s?", verb(letters), count,
             letters->n == 1 ? "" : "s");
    return cli_confirm(letters->cli, question, NULL, reterr);
}

static void count(struct letters *letters, const enum qn_ended_code *codes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        letters->done += codes[i] == QN_ENDED_DONE;
        letters->gone += codes[i] == QN_ENDED_NONE;
        letters->live += codes[i] == QN_ENDED_LIVE;
        letters->changed +=
            codes[i] != QN_ENDED_DONE && codes[i] != QN_ENDED_NONE && codes[i] != QN_ENDED_LIVE;
    }
}

/* The next ones of one queue; their number is added to *at. */
static int act_on_some(struct letters *letters, size_t *at, struct qn_err *reterr)
{
    struct qn_ended_job jobs[QN_PEEK_BATCH_MAX];
    enum qn_ended_code codes[QN_PEEK_BATCH_MAX];
    const struct letter *first = &letters->all[*at];
    size_t n = 0;

    while (n < QN_PEEK_BATCH_MAX && *at + n < letters->n &&
           strcmp(first[n].queue, first->queue) == 0) {
        jobs[n] = (struct qn_ended_job){.name = first[n].name, .ended_ms = first[n].ended_ms};
        n++;
    }
    int rc = cli_link_end(&letters->link, first->queue, letters->what, jobs, n, codes, reterr);
    if (rc == QN_OK)
        count(letters, codes, n);
    *at += n;
    return rc;
}

static int act(struct letters *letters, struct qn_err *reterr)
{
    int rc = ask(letters, reterr);

    for (size_t at = 0; at < letters->n && rc == QN_OK;) {
        rc = act_on_some(letters, &at, reterr);
        cli_bar_show(&letters->bar, (int)(at * 100 / letters->n), verb(letters));
    }
    cli_bar_clear(&letters->bar);
    return rc;
}

/* ---- telling ---- */

static void tell_dry(const struct letters *letters)
{
    const struct cli *cli = letters->cli;

    if (cli->json)
        fprintf(cli->term.out, "{\"dry_run\":true,\"total\":%zu,\"jobs\":[", letters->n);
    for (size_t i = 0; i < letters->n; i++)
        fprintf(cli->term.out, cli->json ? "%s\"%s.%s\"" : "%s%s.%s\n",
                cli->json && i > 0 ? "," : "", letters->all[i].queue, letters->all[i].name);
    if (cli->json)
        fputs("]}\n", cli->term.out);
    else
        fprintf(cli->term.out, "would %s %zu dead letter%s\n", verb(letters), letters->n,
                letters->n == 1 ? "" : "s");
}

static void tell(const struct letters *letters)
{
    const struct {
        const char *key, *words;
        int64_t n;
    } rows[] = {
        {letters->what == CLI_REPLAY ? "replayed" : "deleted",
         letters->what == CLI_REPLAY ? "in line again" : "deleted", letters->done},
        {"gone", "gone meanwhile", letters->gone},
        {"live", "live again already", letters->live},
        {"changed", "changed meanwhile: left as they are", letters->changed},
    };
    FILE *out = letters->cli->term.out;

    if (letters->cli->json)
        fputs("{\"dry_run\":false", out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (letters->cli->json)
            fprintf(out, ",\"%s\":%lld", rows[i].key, (long long)rows[i].n);
        else if (i == 0 || rows[i].n > 0)
            fprintf(out, "%lld %s\n", (long long)rows[i].n, rows[i].words);
    }
    if (letters->cli->json)
        fputs("}\n", out);
}

static int end_letters(struct cli *cli, enum cli_ending what)
{
    struct letters letters = {.cli = cli, .what = what};
    struct qn_err err = {0};
    bool dry = cli_flag(cli, "dry-run");
    int rc;

    cli_term_init(&letters.bar, stderr);
    letters.bar.tty = letters.bar.tty && !cli->json;
    rc = collect(&letters, &err);
    if (rc == QN_OK && !dry && letters.n > 0)
        rc = act(&letters, &err);
    if (rc == QN_OK && dry)
        tell_dry(&letters);
    else if (rc == QN_OK || letters.done > 0)
        tell(&letters); /* also what was done before something went wrong */
    cli_link_close(&letters.link);
    qn_free(letters.all);
    if (rc == QN_OK && !dry && cli->n_words > 0 && letters.done < (int64_t)letters.n)
        return CLI_EXIT_CONFLICT;
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

int cli_run_dead_letter_replay(struct cli *cli)
{
    return end_letters(cli, CLI_REPLAY);
}

int cli_run_dead_letter_delete(struct cli *cli)
{
    return end_letters(cli, CLI_FORGET);
}
