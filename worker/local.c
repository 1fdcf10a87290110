#include "local.h"

#include "broker-client/taskdef.h"
#include "common/json.h"
#include "exits.h"
#include "local_run.h"
#include "local_show.h"
#include <errno.h>
#include <quern/client.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIGNALLED 128

static const char usage[] =
    "usage: quern-worker run TASK [key=value ...| --args JSON | --args-file F | --batch F.ndjson]\n"
    "                        [--artifacts DIR] [--verbose]\n"
    "F may be - for stdin. Settings stand before the word run.\n";

struct words {
    const char *task;
    char **pairs; /* key=value */
    int n_pairs;
    const char *args;
    const char *args_file;
    const char *batch;
    const char *artifacts;
    bool verbose;
};

struct local {
    const struct qn_task *task;
    struct qn_taskdef *def;
    struct worker_options options;
    struct worker_local *runner;
    struct worker_show show;
    bool failed; /* an input */
};

/* ---- the command line ---- */

/* The place of an option's value, or NULL. */
static const char **option_of(struct words *words, const char *name, size_t len)
{
    const struct {
        const char *name;
        const char **value;
    } options[] = {
        {"--args", &words->args},
        {"--args-file", &words->args_file},
        {"--batch", &words->batch},
        {"--artifacts", &words->artifacts},
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (qn_span_is((struct qn_span){.data = name, .len = len}, options[i].name))
            return options[i].value;
    }
    return NULL;
}

static int take_option(struct words *words, char **argv, int *i, struct qn_err *reterr)
{
    const char *word = argv[*i];
    size_t len = strcspn(word, "=");
    const char **value = option_of(words, word, len);

    if (strcmp(word, "--verbose") == 0) {
        words->verbose = true;
        return QN_OK;
    }
    if (!value)
        return qn_fail(reterr, QN_EINVAL, "run: there is no option %.60s", word);
    if (*value)
        return qn_fail(reterr, QN_EINVAL, "run: %.*s is there twice", (int)len, word);
    *value = word[len] == '=' ? word + len + 1 : argv[++*i];
    if (!*value)
        return qn_fail(reterr, QN_EINVAL, "run: %.*s needs a value", (int)len, word);
    return QN_OK;
}

/* key=value words are gathered at the front of argv. */
static int read_words(struct words *ret, int argc, char **argv, struct qn_err *reterr)
{
    struct words words = {.pairs = argv};
    int rc = QN_OK;

    for (int i = 1; rc == QN_OK && i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0)
            rc = take_option(&words, argv, &i, reterr);
        else if (!words.task)
            words.task = argv[i];
        else
            words.pairs[words.n_pairs++] = argv[i];
    }
    int sources = (words.n_pairs > 0) + (words.args != NULL) + (words.args_file != NULL) +
                  (words.batch != NULL);
    if (rc == QN_OK && !words.task)
        rc = qn_fail(reterr, QN_EINVAL, "run: which task?");
    if (rc == QN_OK && sources > 1)
        rc = qn_fail(reterr, QN_EINVAL,
                     "run: key=value, --args, --args-file and --batch exclude each other");
    *ret = words;
    return rc;
}

/* ---- one input ---- */

static int do_input(struct local *local, struct qn_span args, struct qn_err *reterr)
{
    struct worker_local_end end;
    char field[QN_ARG_FIELD_SIZE];
    struct qn_err why;
    bool printed;

    if (qn_taskdef_check(local->def, args.data, args.len, field, &why) != QN_OK) {
        local->failed = true;
        printed = worker_show_rejected(&local->show, field, why.msg);
    } else {
        int rc = worker_local_run(local->runner, local->task, args, &end, reterr);
        if (rc != QN_OK)
            return rc;
        local->failed = local->failed || end.outcome != QN_DONE;
        printed = worker_show_end(&local->show, &end);
    }
    return printed ? QN_OK : qn_fail_sys(reterr, "run: stdout");
}

static int do_pairs(struct local *local, const struct words *words, struct qn_err *reterr)
{
    struct qn_buf args;
    struct qn_err why;

    qn_buf_init(&args, QN_ARGS_MAX);
    int rc = qn_taskdef_words(local->def, words->n_pairs, (const char *const *)words->pairs, &args,
                              &why);
    if (rc == QN_OK) {
        rc = do_input(local, (struct qn_span){.data = args.data, .len = args.len}, reterr);
    } else {
        local->failed = true;
        rc = worker_show_rejected(&local->show, "", why.msg) ? QN_OK
                                                             : qn_fail_sys(reterr, "run: stdout");
    }
    qn_buf_release(&args);
    return rc;
}

/* ---- files ---- */

static int open_file(FILE **ret, const char *path, struct qn_err *reterr)
{
    *ret = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    return *ret ? QN_OK : qn_fail_sys(reterr, "%s", path);
}

static void close_file(FILE *stream)
{
    if (stream != stdin)
        fclose(stream);
}

/* Up to stop (a byte or EOF), which is not appended. What is over the maximum is passed
 * over; the buffer's status tells. False when there was nothing left. */
static bool read_until(FILE *stream, int stop, struct qn_buf *out)
{
    int c = getc_unlocked(stream);

    if (c == EOF)
        return false;
    qn_buf_reset(out);
    for (; c != EOF && c != stop; c = getc_unlocked(stream))
        qn_buf_add_byte(out, c);
    return true;
}

static int do_text(struct local *local, const struct qn_buf *text, struct qn_err *reterr)
{
    char message[QN_ERR_TEXT_MAX];

    if (qn_buf_status(text) == QN_OK)
        return do_input(local, (struct qn_span){.data = text->data, .len = text->len}, reterr);
    snprintf(message, sizeof(message), "arguments: over %d bytes", QN_ARGS_MAX);
    local->failed = true;
    return worker_show_rejected(&local->show, "", message) ? QN_OK
                                                           : qn_fail_sys(reterr, "run: stdout");
}

static bool is_blank(const struct qn_buf *line)
{
    return qn_buf_status(line) == QN_OK && line->data[strspn(line->data, " \t\r")] == '\0' &&
           strlen(line->data) == line->len;
}

/* stop '\n': each line that is not blank; EOF: the whole. */
static int do_file(struct local *local, const char *path, int stop, struct qn_err *reterr)
{
    struct qn_buf text;
    FILE *stream;
    int rc = open_file(&stream, path, reterr);

    if (rc != QN_OK)
        return rc;
    qn_buf_init(&text, QN_ARGS_MAX);
    while (rc == QN_OK && !worker_local_interrupted(local->runner) &&
           read_until(stream, stop, &text)) {
        if (stop == EOF || !is_blank(&text))
            rc = do_text(local, &text, reterr);
    }
    if (rc == QN_OK && ferror(stream))
        rc = qn_fail_sys(reterr, "%s", path);
    qn_buf_release(&text);
    close_file(stream);
    return rc;
}

static int do_all(struct local *local, const struct words *words, struct qn_err *reterr)
{
    if (words->batch)
        return do_file(local, words->batch, '\n', reterr);
    if (words->args_file)
        return do_file(local, words->args_file, EOF, reterr);
    if (words->args)
        return do_input(local, (struct qn_span){.data = words->args, .len = strlen(words->args)},
                        reterr);
    return do_pairs(local, words, reterr);
}

/* ---- life ---- */

static int make_def(struct local *local, struct qn_err *reterr)
{
    struct qn_buf json;

    qn_buf_init(&json, QN_TASKDEF_MAX);
    int rc = qn_taskdef_encode(local->task, &json);
    if (rc == QN_OK)
        rc = qn_taskdef_decode(&local->def, (struct qn_span){.data = json.data, .len = json.len},
                               reterr);
    else
        qn_fail(reterr, rc, "task %s: %s", local->task->name, qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

static int set_up(struct local *local, const struct words *words,
                  const struct worker_registry *registry, const struct qn_config *config,
                  struct qn_err *reterr)
{
    bool terminal = isatty(STDERR_FILENO) == 1;
    int rc = worker_options_read(&local->options, config, reterr);

    if (rc == QN_OK && words->artifacts && setenv("QUERN_ARTIFACT_DIR", words->artifacts, 1) != 0)
        rc = qn_fail_sys(reterr, "--artifacts");
    if (rc == QN_OK)
        rc = make_def(local, reterr);
    if (rc != QN_OK)
        return rc;
    local->show = (struct worker_show){
        .out = stdout,
        .people = stderr,
        .notes = terminal || words->verbose,
        .files = terminal || words->verbose || words->artifacts,
        .terminal = terminal,
        .artifact_dir = getenv("QUERN_ARTIFACT_DIR"),
    };
    const struct worker_local_notes notes = worker_show_notes(&local->show);
    return worker_local_create(&local->runner, registry, &local->options, &notes, reterr);
}

/* The exit code. */
static int run_task(struct local *local, const struct words *words,
                    const struct worker_registry *registry, const struct qn_config *config)
{
    struct qn_err why;
    int signo = 0, rc = set_up(local, words, registry, config, &why);

    if (rc == QN_OK) {
        rc = do_all(local, words, &why);
        signo = worker_local_interrupted(local->runner);
    }
    worker_local_free(local->runner);
    qn_taskdef_free(local->def);
    if (rc != QN_OK)
        fprintf(stderr, "quern-worker: %s\n", why.msg);
    if (signo != 0)
        return SIGNALLED + signo;
    return rc == QN_OK && !local->failed ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}

int worker_local_main(int argc, char **argv, const struct worker_registry *registry,
                      const struct qn_config *config)
{
    struct local local = {.failed = false};
    struct words words;
    struct qn_err why;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0 ? WORKER_EXIT_FAILED : WORKER_EXIT_OK;
    if (read_words(&words, argc, argv, &why) != QN_OK) {
        fprintf(stderr, "quern-worker: %s\n%s", why.msg, usage);
        return WORKER_EXIT_USAGE;
    }
    local.task = worker_registry_find(registry, words.task);
    if (local.task)
        return run_task(&local, &words, registry, config);
    local.show.out = stdout;
    qn_fail(&why, QN_ENOTFOUND, "no task \"%.64s\": quern-worker tasks lists them", words.task);
    worker_show_rejected(&local.show, "", why.msg);
    return WORKER_EXIT_FAILED;
}
