/* quern-beat: see docs/schedules.md. Exit codes: 0 stopped by TERM or INT, 1 could
 * not start, 2 usage, 69 the broker gave no answer for as long as give-up. */
#include "beat.h"
#include "broker-client/service.h"
#include "broker-client/settings.h"
#include "check.h"
#include "common/json_member.h"
#include "common/log.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_OK, EXIT_START, EXIT_USAGE, EXIT_UNAVAILABLE = 69 };

#define STOP_MS  2000 /* to give the lead back */
#define SLACK_MS 1000
#define ZONE_MS  30000 /* between looks at a zone's file */

struct program {
    struct qn_config config;
    struct qn_loop *loop;
    struct qn_broker *broker;
    struct qn_signal *term, *interrupt;
    struct qn_timer *give_up;
    struct qn_zone_cache *zones;
    bool has_file;
    struct beat_file file;
    struct beat *beat;
    struct qn_service *service;
    int code;
};

static const char help[] =
    "quern-beat [options]: turns schedules into jobs; one beat leads, others stand by\n"
    "  --schedule FILE      schedules (docs/schedules.md); \"\" none, the live ones only\n"
    "  --broker-url URL     redis://[:password@]host[:port][/db] or unix:///path\n"
    "  --check              reads settings and schedules, prints the next times, ends\n"
    "  --check --json       the same as JSON\n"
    "All options: docs/configuration.md. TERM and INT stop it and give the lead back.\n";

static void on_signal(void *arg, int signo)
{
    struct program *p = arg;

    (void)signo;
    qn_loop_stop(p->loop);
}

static void on_give_up(void *arg)
{
    struct program *p = arg;
    int64_t left_ms = qn_config_number(&p->config, "give-up") - beat_unheard_ms(p->beat);

    if (left_ms > 0) {
        qn_timer_set(p->give_up, left_ms);
        return;
    }
    qn_log(QN_LOG_ERROR, "the broker is away for too long, giving up");
    p->code = EXIT_UNAVAILABLE;
    qn_loop_stop(p->loop);
}

/* Ready is who leads, and who would if the leader were gone. */
static void ask_service(void *arg, struct qn_service_state *ret)
{
    const struct program *p = arg;
    int64_t most_ms = qn_config_number(&p->config, "beat-lease") / 3 +
                      2 * qn_config_number(&p->config, "broker-timeout") + SLACK_MS;

    ret->turns = beat_silent_ms(p->beat) <= most_ms;
    ret->ready = p->broker->link == QN_LINK_UP && beat_unheard_ms(p->beat) <= most_ms;
    const char *why = !ret->ready           ? "the broker does not answer"
                      : beat_leads(p->beat) ? "leads"
                                            : "stands by";
    snprintf(ret->why, sizeof(ret->why), "%s", why);
}

static void on_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    struct program *p = arg;

    if (link == QN_LINK_UP) {
        qn_log(QN_LOG_INFO, "connected");
        return;
    }
    qn_log(QN_LOG_WARN, "the broker is away, retrying", QN_STR("reason", why ? why->msg : ""));
    if (link == QN_LINK_REFUSED) {
        p->code = EXIT_START;
        qn_loop_stop(p->loop);
    }
}

static int open_broker(struct program *p, struct qn_err *err)
{
    struct qn_broker_options options = {
        .loop = p->loop,
        .clock = &qn_clock_system,
        .url = qn_config_text(&p->config, "broker-url"),
        .namespace_ = qn_config_text(&p->config, "namespace"),
        .program = "quern-beat",
        .timeout_ms = qn_config_number(&p->config, "broker-timeout"),
    };
    int rc = qn_broker_open(&p->broker, &options, err);

    if (rc == QN_OK) {
        p->broker->on_link = on_link;
        p->broker->on_link_arg = p;
    }
    return rc;
}

static int open_beat(struct program *p, struct qn_err *err)
{
    struct beat_options options = {
        .broker = p->broker,
        .loop = p->loop,
        .clock = &qn_clock_system,
        .file = p->has_file ? &p->file : NULL,
        .zones = p->zones,
        .lease_ms = qn_config_number(&p->config, "beat-lease"),
        .accept_unknown = qn_config_flag(&p->config, "accept-unknown"),
    };

    return beat_create(&p->beat, &options, err);
}

static int open_service(struct program *p, struct qn_err *err)
{
    const struct qn_service_options options = {
        .loop = p->loop, .clock = &qn_clock_system, .file = "", .ask = ask_service, .arg = p};

    if (qn_config_number(&p->config, "give-up") > 0)
        qn_timer_set(p->give_up, qn_config_number(&p->config, "give-up"));
    return qn_service_create(&p->service, &options, err);
}

static int start(struct program *p, struct qn_err *err)
{
    int rc = qn_loop_create(&p->loop, err);

    if (rc == QN_OK)
        rc = qn_signal_create(&p->term, p->loop, SIGTERM, on_signal, p, err);
    if (rc == QN_OK)
        rc = qn_signal_create(&p->interrupt, p->loop, SIGINT, on_signal, p, err);
    if (rc == QN_OK)
        rc = qn_timer_create(&p->give_up, p->loop, on_give_up, p, err);
    if (rc == QN_OK)
        rc = open_broker(p, err);
    if (rc == QN_OK)
        rc = open_beat(p, err);
    if (rc == QN_OK)
        rc = open_service(p, err);
    return rc;
}

static void stop(struct program *p)
{
    bool done = false;
    struct qn_err err;

    qn_service_stopping(p->service);
    beat_stop(p->beat, &done);
    if (qn_broker_pump(p->loop, &done, STOP_MS, &err) < 0)
        qn_log(QN_LOG_WARN, "the lead was not given back, it ends by itself",
               QN_STR("reason", err.msg));
}

static void release(struct program *p)
{
    qn_service_free(p->service);
    qn_broker_close(p->broker);
    beat_free(p->beat);
    qn_timer_free(p->give_up);
    qn_signal_free(p->interrupt);
    qn_signal_free(p->term);
    qn_loop_free(p->loop);
    beat_file_release(&p->file);
    qn_zone_cache_free(p->zones);
    qn_config_release(&p->config);
}

static int run(struct program *p)
{
    struct qn_err err = {0};

    if (start(p, &err) < 0) {
        qn_log(QN_LOG_ERROR, "cannot start", QN_STR("reason", err.msg));
        return EXIT_START;
    }
    qn_log(QN_LOG_INFO, "started", QN_NUM("schedules", p->file.n));
    if (qn_loop_run(p->loop, &err) < 0) {
        qn_log(QN_LOG_ERROR, "event loop", QN_STR("reason", err.msg));
        return EXIT_START;
    }
    if (p->code == EXIT_OK)
        stop(p);
    qn_log(QN_LOG_INFO, "stopped", QN_NUM("code", p->code));
    return p->code;
}

static int read_schedules(struct program *p, struct qn_err *reterr)
{
    const char *path = qn_config_text(&p->config, "schedule");

    p->zones = qn_zone_cache_create(NULL, &qn_clock_system, ZONE_MS);
    if (!p->zones)
        return qn_fail(reterr, QN_ENOMEM, "zones: out of memory");
    const struct qn_schedule_rules rules = {.zone = qn_config_text(&p->config, "timezone"),
                                            .zones = p->zones};
    p->has_file = path[0] != '\0';
    return p->has_file ? beat_file_load(&p->file, path, &rules, reterr) : QN_OK;
}

/* --check, --json behind it; they are no settings. */
static int take_flags(int argc, char **argv, bool *ret_check, bool *ret_json)
{
    *ret_json = argc > 2 && strcmp(argv[argc - 1], "--json") == 0;
    argc -= *ret_json;
    *ret_check = argc > 1 && strcmp(argv[argc - 1], "--check") == 0;
    return argc - *ret_check + (*ret_json && !*ret_check);
}

static int usage(const char *why)
{
    fprintf(stderr, "quern-beat: %s\nTry quern-beat --help.\n", why);
    return EXIT_USAGE;
}

static int refuse(bool json, const char *why)
{
    struct qn_buf out;

    if (!json)
        return usage(why);
    qn_buf_init(&out, 4096);
    qn_buf_add_byte(&out, '{');
    qn_json_member_text(&out, "error", why);
    qn_json_member_text(&out, "code", "invalid");
    qn_json_member_number(&out, "exit", EXIT_USAGE);
    fprintf(stderr, "%s}\n", out.data);
    qn_buf_release(&out);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct program p = {0};
    struct qn_err err = {0};
    int used = 0;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("quern-beat " QUERN_VERSION) < 0;
    bool check, json;
    argc = take_flags(argc, argv, &check, &json);
    if (qn_settings_load(&p.config, QN_PROG_BEAT, argc, argv, &used, &err) < 0)
        return refuse(json, err.msg);
    int code = EXIT_USAGE;
    if (used != argc - 1)
        refuse(json, "it takes options only");
    else if (qn_settings_log(&p.config, "quern-beat", &err) < 0 ||
             qn_settings_zone(&p.config, &err) < 0 || read_schedules(&p, &err) < 0)
        refuse(json, err.msg);
    else
        code = check ? beat_check_print(&p.file, p.zones, json) : run(&p);
    release(&p);
    return code;
}
