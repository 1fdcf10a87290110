#include "watch.h"

#include "common/clock.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include "jobview.h"
#include "link.h"
#include "look.h"
#include "screen.h"
#include "statsview.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define FRAME_MAX (1024 * 1024)
#define JSON_MAX  (16 * 1024 * 1024)
#define AGAIN_MS  1000 /* at most, when the broker is away */

static const int signos[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
#define SIGNALS (sizeof(signos) / sizeof(signos[0]))

struct watch {
    struct cli *cli;
    struct cli_link link;
    int64_t every_ms;
    struct cli_screen screen;
    struct qn_timer *timer;
    struct qn_watch *keys;
    struct qn_signal *signals[SIGNALS];
    struct cli_looking looking;
    struct cli_look looks[3]; /* the one before, the last, the one that is being filled */
    size_t seen;              /* how many looks there were */
    bool is_looking;
    char trouble[QN_ERR_TEXT_MAX];
    int64_t trouble_since; /* mono */
    char where[128];
    int signo; /* that ended it */
    int rc;
    struct qn_err err;
};

static void stop(struct watch *watch)
{
    qn_loop_stop(watch->link.loop);
}

static void fail(struct watch *watch, int rc)
{
    watch->rc = rc;
    stop(watch);
}

/* ---- showing ---- */

static const struct cli_look *nth_last(struct watch *watch, size_t n)
{
    return watch->seen > n ? &watch->looks[(watch->seen - 1 - n) % 3] : NULL;
}

static void print_title(const struct watch *watch, char *out, size_t size)
{
    char every[QN_MS_TEXT_SIZE], now[CLI_TIME_SIZE];

    qn_ms_to_str(watch->every_ms, every);
    cli_time_print(qn_wall_ms(&qn_clock_system), now);
    snprintf(out, size, "%s  every %s  q ends  %s", now, every, watch->where);
}

static void print_trouble(const struct watch *watch, char *out, size_t size)
{
    char age[CLI_TIME_SIZE];

    out[0] = '\0';
    if (watch->trouble[0] == '\0')
        return;
    cli_age_print(qn_mono_ms(&qn_clock_system) - watch->trouble_since, age);
    snprintf(out, size, "for %s, trying again: %s", age, watch->trouble);
}

static int print_frame(struct watch *watch, FILE *out, struct qn_err *reterr)
{
    struct cli_term term = watch->cli->term;
    char title[256], trouble[QN_ERR_TEXT_MAX + 64];
    const struct cli_statsview view = {
        .look = nth_last(watch, 0),
        .before = nth_last(watch, 1),
        .live = true,
        .title = title,
        .trouble = trouble,
        .height = watch->screen.height,
    };

    term.out = out;
    term.width = watch->screen.width;
    print_title(watch, title, sizeof(title));
    print_trouble(watch, trouble, sizeof(trouble));
    return cli_statsview_print(&view, &term, reterr);
}

static int draw(struct watch *watch, struct qn_err *reterr)
{
    char *frame = qn_alloc(FRAME_MAX);
    FILE *out = frame ? fmemopen(frame, FRAME_MAX, "w") : NULL;
    int rc = out ? print_frame(watch, out, reterr) : qn_fail(reterr, QN_ENOMEM, "out of memory");
    long len = out ? ftell(out) : 0;

    if (out)
        fclose(out);
    if (rc == QN_OK)
        rc = cli_screen_draw(&watch->screen, frame, len > 0 ? (size_t)len : 0, reterr);
    qn_free(frame);
    return rc;
}

/* A reader that went away is noticed here. */
static int print_line(struct watch *watch, struct qn_err *reterr)
{
    FILE *out = watch->cli->term.out;
    struct qn_buf line;
    int rc = QN_OK;

    qn_buf_init(&line, JSON_MAX);
    if (watch->trouble[0] != '\0') {
        qn_buf_add_byte(&line, '{');
        qn_json_member_text(&line, "error", watch->trouble);
        qn_buf_add_byte(&line, '}');
    } else {
        rc = cli_look_json(&line, nth_last(watch, 0), nth_last(watch, 1));
    }
    if (rc != QN_OK)
        qn_fail(reterr, rc, "the line: %s", qn_err_text(rc));
    else if (fprintf(out, "%s\n", line.data) < 0 || fflush(out) != 0)
        rc = qn_fail_sys(reterr, "writing");
    qn_buf_release(&line);
    return rc;
}

static void show(struct watch *watch)
{
    int rc = watch->cli->json ? print_line(watch, &watch->err) : draw(watch, &watch->err);

    if (rc != QN_OK)
        fail(watch, rc);
}

/* ---- looking ---- */

static void look(void *arg)
{
    struct watch *watch = arg;

    if (watch->is_looking)
        return;
    watch->is_looking = true;
    cli_look_begin(&watch->looking, &watch->looks[watch->seen % 3]);
}

static void on_trouble(struct watch *watch, const struct qn_err *err)
{
    if (watch->trouble[0] == '\0')
        watch->trouble_since = qn_mono_ms(&qn_clock_system);
    qn_str_copy(watch->trouble, sizeof(watch->trouble), err->msg);
}

static void on_looked(void *arg, int rc, const struct qn_err *err)
{
    struct watch *watch = arg;
    int64_t pause = watch->every_ms;

    watch->is_looking = false;
    if (rc == QN_OK) {
        watch->seen++;
        watch->trouble[0] = '\0';
    } else if (watch->seen == 0 && !qn_err_is_transient(rc)) {
        watch->err = *err;
        fail(watch, rc);
        return;
    } else {
        on_trouble(watch, err);
        pause = pause < AGAIN_MS ? pause : AGAIN_MS;
    }
    qn_timer_set(watch->timer, pause);
    show(watch);
}

/* There again: seen at once. */
static void on_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    struct watch *watch = arg;

    (void)why;
    if (link == QN_LINK_UP)
        qn_timer_set(watch->timer, 0);
}

/* ---- keys and signals ---- */

static void on_key(void *arg, int fd, unsigned ready)
{
    struct watch *watch = arg;
    char keys[64];
    ssize_t n = read(fd, keys, sizeof(keys));

    (void)ready;
    if (n <= 0 || memchr(keys, 'q', (size_t)n) || memchr(keys, 'Q', (size_t)n))
        stop(watch);
}

/* Others get the terminal as it was, until somebody brings us back. */
static void suspend(struct watch *watch)
{
    cli_screen_close(&watch->screen);
    (void)raise(SIGSTOP);
    int rc = cli_screen_open(&watch->screen, STDIN_FILENO, STDOUT_FILENO, &watch->err);
    if (rc != QN_OK)
        fail(watch, rc);
    else
        show(watch);
}

static void on_signal(void *arg, int signo)
{
    struct watch *watch = arg;

    if (signo == SIGTSTP) {
        suspend(watch);
    } else if (signo == SIGWINCH) {
        cli_screen_measure(&watch->screen);
        show(watch);
    } else {
        watch->signo = signo;
        stop(watch);
    }
}

/* ---- life ---- */

static int open_screen(struct watch *watch, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (size_t i = 0; i < SIGNALS && rc == QN_OK; i++)
        rc = qn_signal_create(&watch->signals[i], watch->link.loop, signos[i], on_signal, watch,
                              reterr);
    if (rc == QN_OK)
        rc = qn_watch_create(&watch->keys, watch->link.loop, STDIN_FILENO, on_key, watch, reterr);
    if (rc != QN_OK)
        return rc;
    qn_watch_want(watch->keys, QN_IO_READ);
    return cli_screen_open(&watch->screen, STDIN_FILENO, STDOUT_FILENO, reterr);
}

static void print_where(struct watch *watch)
{
    const struct qn_config *config = &watch->cli->config;
    const struct qn_value *value = qn_config_value(config, "broker-url");
    char url[96];

    qn_config_show(config, (size_t)(value - config->values), url, sizeof(url));
    snprintf(watch->where, sizeof(watch->where), "%s at %s", qn_config_text(config, "namespace"),
             url);
}

static int run(struct watch *watch, const char *queue, struct qn_err *reterr)
{
    int rc = cli_link_open_to_inspect(&watch->link, watch->cli, reterr);

    if (rc == QN_OK)
        rc = qn_timer_create(&watch->timer, watch->link.loop, look, watch, reterr);
    if (rc == QN_OK && !watch->cli->json)
        rc = open_screen(watch, reterr);
    if (rc != QN_OK)
        return rc;
    watch->looking = (struct cli_looking){
        .broker = watch->link.broker, .queue = queue, .fn = on_looked, .arg = watch};
    watch->link.broker->on_link = on_link;
    watch->link.broker->on_link_arg = watch;
    qn_timer_set(watch->timer, 0);
    rc = qn_loop_run(watch->link.loop, reterr);
    if (rc == QN_OK && watch->rc != QN_OK)
        *reterr = watch->err;
    return rc == QN_OK ? watch->rc : rc;
}

static void ignore(void *arg, int rc, const struct qn_err *err)
{
    (void)arg;
    (void)rc;
    (void)err;
}

/* The broker goes before what waits for its answers; the terminal before anything is said. */
static void finish(struct watch *watch)
{
    cli_screen_close(&watch->screen);
    qn_watch_free(watch->keys);
    for (size_t i = 0; i < SIGNALS; i++)
        qn_signal_free(watch->signals[i]);
    watch->looking.fn = ignore;
    if (watch->link.broker)
        watch->link.broker->on_link = NULL;
    qn_broker_close(watch->link.broker);
    watch->link.broker = NULL;
    qn_timer_free(watch->timer);
    cli_link_close(&watch->link);
    for (size_t i = 0; i < 3; i++)
        cli_look_release(&watch->looks[i]);
}

int cli_watch(struct cli *cli, const char *queue, int64_t every_ms)
{
    struct watch watch = {.cli = cli, .every_ms = every_ms};
    struct qn_err err = {0};

    if (!cli->json && !cli_screen_fits(STDIN_FILENO, STDOUT_FILENO)) {
        qn_fail(&err, QN_EINVAL, "--watch needs a terminal to draw on");
        return cli_fail_as(cli, CLI_EXIT_USAGE, &err,
                           "with --json it writes a line of JSON for each look");
    }
    print_where(&watch);
    int rc = run(&watch, queue, &err);
    finish(&watch);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    if (watch.signo != 0 && watch.signo != SIGINT) {
        (void)signal(watch.signo, SIG_DFL);
        (void)raise(watch.signo);
    }
    return CLI_EXIT_OK;
}
