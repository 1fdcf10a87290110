#include "demo_schedule.h"
#include "common/clock.h"
#include "demo_http.h"
#include "jsontext.h"
#include <stdio.h>
#include <string.h>

#define PATH    "/v1/schedules/demo"
#define LOOK_MS 200
#define MOST_MS (60 * 1000)
#define LIFE_MS (2 * MOST_MS) /* should nobody be there to take it away */

/* Two lines, as they are shown. */
static void make_definition(char *out, size_t size)
{
    char end[QN_TIME_TEXT_SIZE];

    qn_time_to_str(qn_wall_ms(&qn_clock_system) + LIFE_MS, end);
    snprintf(out, size,
             "{\"every\":\"2s\",\"ends_at\":\"%s\",\n   \"job\":{\"task\":\"report.sales\","
             "\"args\":{\"from\":\"2025-06-01\",\"to\":\"2025-06-30\"}}}",
             end);
}

static int put(const struct cli_demo *demo, struct qn_err *reterr)
{
    char definition[512];
    long status = 0;

    make_definition(definition, sizeof(definition));
    fprintf(demo->term->out, "\nPUT " PATH "\n  %s\n", definition);
    int rc = cli_http_change(demo->api_url, "PUT", PATH, definition, &status, reterr);
    if (rc == QN_OK && status >= 400)
        return qn_fail(reterr, QN_EPROTO, "quern-api, PUT " PATH ": status %ld", status);
    return rc;
}

/* Of one that an earlier demo left, when it was killed, nothing is shown. */
static int take_away(const struct cli_demo *demo, struct qn_err *reterr)
{
    long status = 0;

    return cli_http_change(demo->api_url, "DELETE", PATH, NULL, &status, reterr);
}

static bool show_fire(const struct cli_demo *demo, struct qn_span json)
{
    char what[32], time[QN_TIME_TEXT_SIZE], job[QN_ID_SIZE];
    struct qn_json_item list, fire;
    struct qn_json_walk walk;

    if (!cli_json_at(json, "fires", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &fire)) {
        cli_json_text(fire.value, "what", what, sizeof(what));
        if (strcmp(what, "made") != 0)
            continue;
        cli_json_text(fire.value, "planned_at", time, sizeof(time));
        cli_json_text(fire.value, "job", job, sizeof(job));
        fprintf(demo->term->out, "\nGET " PATH "/fires\n  planned at %s, ", time);
        cli_say(demo->term, CLI_GREEN, what);
        fprintf(demo->term->out, " job %s\n", job);
        return true;
    }
    return false;
}

static int await_fire(const struct cli_demo *demo, struct qn_buf *body, struct qn_err *reterr)
{
    int64_t deadline = qn_mono_ms(&qn_clock_system) + MOST_MS;

    for (;;) {
        int rc = cli_demo_call(demo, PATH "/fires", NULL, body, reterr);
        if (rc != QN_OK)
            return rc;
        cli_bar_clear(demo->term);
        if (show_fire(demo, (struct qn_span){body->data, body->len}))
            return QN_OK;
        if (qn_mono_ms(&qn_clock_system) > deadline)
            return qn_fail(reterr, QN_ETIMEOUT, "the schedule did not fire: does quern-beat lead?");
        cli_bar_show(demo->term, -1, "waiting for its time");
        rc = cli_stack_rest(demo->stack, LOOK_MS, reterr);
        if (rc != QN_OK)
            return rc;
    }
}

int cli_demo_schedule(const struct cli_demo *demo, struct qn_err *reterr)
{
    struct qn_buf body;
    int rc = take_away(demo, reterr);

    qn_buf_init(&body, CLI_ANSWER_MAX);
    if (rc == QN_OK)
        rc = put(demo, reterr);
    if (rc == QN_OK)
        rc = await_fire(demo, &body, reterr);
    if (rc == QN_OK) {
        fprintf(demo->term->out, "\nDELETE " PATH "\n");
        rc = take_away(demo, reterr);
    }
    qn_buf_release(&body);
    return rc;
}
