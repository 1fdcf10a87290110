#include "doctor.h"

#include "common/json.h"
#include "jsontext.h"
#include "run.h"
#include "wrap.h"
#include <string.h>

#define VERDICTS_MAX (4 * 1024 * 1024)
#define WIDTH        80
#define NAME_COLUMN  9
#define TEXT_COLUMN  24
#define TEXT_SIZE    4096

struct counts {
    int64_t all, warnings, wrong;
};

void cli_doctor_ok(struct cli_doctor *doctor, const char *name, const char *fmt, ...)
{
    const struct qn_verdict verdict = {.check = name, .state = QN_VERDICT_OK};
    struct qn_buf what;
    va_list args;

    qn_buf_init(&what, TEXT_SIZE);
    va_start(args, fmt);
    qn_buf_vprintf(&what, fmt, args);
    va_end(args);
    qn_verdict_add(&doctor->verdicts, &verdict, "%s", what.data);
    qn_buf_release(&what);
}

/* ---- the checks ---- */

static void run_all(struct cli_doctor *doctor)
{
    static const struct {
        const struct cli_doctor_check *checks;
        bool of_broker;
    } groups[] = {
        {cli_doctor_broker, true},
        {cli_doctor_queues, true},
        {cli_doctor_place, false},
        {cli_doctor_worker, false},
    };

    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
        for (const struct cli_doctor_check *check = groups[g].checks; check->name; check++) {
            if (doctor->linked || !groups[g].of_broker || check == cli_doctor_broker)
                check->run(doctor, check->name);
        }
    }
}

/* ---- what they found ---- */

static enum qn_verdict_state state_of(struct qn_span verdict)
{
    char name[16];

    cli_json_text(verdict, "state", name, sizeof(name));
    return strcmp(name, qn_verdict_names[QN_VERDICT_OK]) == 0        ? QN_VERDICT_OK
           : strcmp(name, qn_verdict_names[QN_VERDICT_WARNING]) == 0 ? QN_VERDICT_WARNING
                                                                     : QN_VERDICT_WRONG;
}

static void print_one(const struct cli_term *term, struct qn_span verdict)
{
    static const struct {
        const char *word;
        enum cli_colour colour, text;
    } looks[] = {
        [QN_VERDICT_OK] = {"ok", CLI_GREEN, CLI_DIM},
        [QN_VERDICT_WARNING] = {"warning", CLI_YELLOW, CLI_PLAIN},
        [QN_VERDICT_WRONG] = {"WRONG", CLI_RED, CLI_BOLD},
    };
    static const struct {
        const char *member;
        enum cli_colour colour;
    } more[] = {{"why", CLI_PLAIN}, {"do", CLI_CYAN}};
    enum qn_verdict_state state = state_of(verdict);
    char text[TEXT_SIZE];

    cli_say(term, looks[state].colour, looks[state].word);
    fprintf(term->out, "%*s", NAME_COLUMN - (int)strlen(looks[state].word), "");
    cli_json_text(verdict, "check", text, TEXT_COLUMN - NAME_COLUMN);
    cli_say(term, looks[state].text, text);
    fprintf(term->out, "%*s", TEXT_COLUMN - NAME_COLUMN - cli_text_width(text), "");
    cli_json_text(verdict, "what", text, sizeof(text));
    cli_wrap(term, looks[state].text, TEXT_COLUMN, WIDTH, text);
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        cli_json_text(verdict, more[i].member, text, sizeof(text));
        if (text[0] == '\0')
            continue;
        fprintf(term->out, "%*s%-5s", TEXT_COLUMN - 5, "", more[i].member);
        cli_wrap(term, more[i].colour, TEXT_COLUMN, WIDTH, text);
    }
}

static void walk(struct qn_span findings, const struct cli_term *term, struct counts *counts)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (qn_json_walk_init(&walk, findings.data, findings.len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item)) {
        enum qn_verdict_state state = state_of(item.value);
        counts->all++;
        counts->warnings += state == QN_VERDICT_WARNING;
        counts->wrong += state == QN_VERDICT_WRONG;
        if (term)
            print_one(term, item.value);
    }
}

static void print_summary(const struct cli_term *term, const struct counts *counts)
{
    char text[128];

    snprintf(text, sizeof(text), "%lld wrong, %lld warning%s, %lld ok", (long long)counts->wrong,
             (long long)counts->warnings, counts->warnings == 1 ? "" : "s",
             (long long)(counts->all - counts->wrong - counts->warnings));
    fputc('\n', term->out);
    cli_say(term, counts->wrong ? CLI_RED : counts->warnings ? CLI_YELLOW : CLI_GREEN, text);
    fputc('\n', term->out);
}

static int report(const struct cli_doctor *doctor, struct counts *counts, struct qn_err *reterr)
{
    const struct cli *cli = doctor->cli;
    struct qn_buf list;
    int rc = qn_buf_status(&doctor->verdicts);

    qn_buf_init(&list, VERDICTS_MAX + 2);
    qn_buf_add_byte(&list, '[');
    qn_buf_add(&list, doctor->verdicts.data, doctor->verdicts.len);
    qn_buf_add_byte(&list, ']');
    if (rc == QN_OK)
        rc = qn_buf_status(&list);
    if (rc == QN_OK) {
        walk((struct qn_span){list.data, list.len}, cli->json ? NULL : &cli->term, counts);
        if (cli->json)
            fprintf(cli->term.out, "{\"findings\":%s,\n \"wrong\":%lld,\"warnings\":%lld}\n",
                    list.data, (long long)counts->wrong, (long long)counts->warnings);
        else
            print_summary(&cli->term, counts);
    } else {
        qn_fail(reterr, rc, "the findings do not fit: %s", qn_err_text(rc));
    }
    qn_buf_release(&list);
    return rc;
}

int cli_run_doctor(struct cli *cli)
{
    struct cli_doctor doctor = {.cli = cli};
    struct counts counts = {0};
    struct qn_err err = {0};

    qn_buf_init(&doctor.verdicts, VERDICTS_MAX);
    qn_buf_init(&doctor.server_text, VERDICTS_MAX);
    run_all(&doctor);
    int rc = report(&doctor, &counts, &err);
    cli_link_close(&doctor.link);
    qn_buf_release(&doctor.server_text);
    qn_buf_release(&doctor.verdicts);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    return counts.wrong > 0 ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}
