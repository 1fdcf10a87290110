#include "tasklist.h"

#include "broker-client/limits.h"
#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "exits.h"
#include <stdio.h>
#include <string.h>

#define LINE_WIDTH    80
#define FILE_JSON_MAX (64 * 1024)

static const char usage[] = "usage: quern-worker tasks [--json] [NAME]\n";

struct words {
    bool json;
    const char *name;
};

static bool read_words(struct words *ret, int argc, char **argv)
{
    struct words words = {.json = false};

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            words.json = true;
        else if (argv[i][0] == '-' || words.name)
            return false;
        else
            words.name = argv[i];
    }
    *ret = words;
    return true;
}

/* ---- JSON ---- */

static const char *const source_names[] = {
    [WORKER_COMPILED_IN] = "compiled-in",
    [WORKER_PLUGIN] = "plugin",
    [WORKER_EXEC] = "program",
};

/* The definition as it is published, and where it comes from. */
static void print_json(const struct worker_task *row)
{
    struct qn_buf json;

    qn_buf_init(&json, QN_TASKDEF_MAX + FILE_JSON_MAX);
    if (qn_taskdef_encode(row->task, &json) == QN_OK) {
        qn_buf_cut(&json, json.len - 1);
        qn_json_add_key(&json, "source");
        qn_json_add_str(&json, source_names[row->source]);
        qn_json_member_text(&json, "file", row->file);
        qn_buf_add_byte(&json, '}');
    }
    if (qn_buf_status(&json) == QN_OK)
        fwrite(json.data, 1, json.len, stdout);
    qn_buf_release(&json);
}

static void print_json_list(const struct worker_registry *registry)
{
    size_t n = worker_registry_count(registry);

    putchar('[');
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ",\n " : "", stdout);
        print_json(worker_registry_row(registry, i));
    }
    puts("]");
}

/* ---- for people ---- */

static const char *type_name(enum qn_type type)
{
    static const char *const names[] = {
        [QN_STRING] = "string",  [QN_INTEGER] = "integer", [QN_NUMBER] = "number",
        [QN_BOOLEAN] = "yes|no", [QN_DATE] = "YYYY-MM-DD", [QN_ARRAY] = "list",
        [QN_OBJECT] = "object",
    };
    return names[type];
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

static const char *values_of(const struct qn_param *param)
{
    return param->choices ? param->choices : type_name(param->type);
}

static void print_params(const struct qn_param *params)
{
    int name_width = 0, type_width = 0;

    for (const struct qn_param *p = params; p && p->name; p++) {
        name_width = max(name_width, (int)strlen(p->name));
        type_width = max(type_width, (int)strlen(values_of(p)));
    }
    for (const struct qn_param *p = params; p && p->name; p++) {
        printf("  %-*s  %-*s  %s", name_width, p->name, type_width, values_of(p), p->doc);
        if (p->required)
            fputs(" (required)", stdout);
        else if (p->preset)
            printf(" (else %s)", p->preset);
        putchar('\n');
    }
}

/* "in each queue at most 2 at once, 10/1m with a burst of 5" */
static void print_declared(const struct qn_task *task)
{
    char rate[QN_RATE_TEXT_SIZE];

    if (task->concurrency == 0 && task->rate == 0)
        return;
    fputs("in each queue", stdout);
    if (task->concurrency > 0)
        printf(" at most %lld at once%s", (long long)task->concurrency, task->rate > 0 ? "," : "");
    if (task->rate > 0) {
        qn_rate_print(task->rate, task->per_ms, rate);
        printf(" %s with a burst of %lld", rate,
               (long long)(task->burst > 0 ? task->burst : task->rate));
    }
    putchar('\n');
}

static void print_task(const struct worker_task *row)
{
    const struct qn_task *task = row->task;
    char soft[QN_MS_TEXT_SIZE] = "the worker's", hard[QN_MS_TEXT_SIZE] = "the worker's";

    if (task->soft_limit_ms > 0)
        qn_ms_to_str(task->soft_limit_ms, soft);
    if (task->hard_limit_ms > 0)
        qn_ms_to_str(task->hard_limit_ms, hard);
    printf("%s - %s\n\n", task->name, task->summary);
    print_params(task->params);
    printf("%squeue %s, soft limit %s, hard limit %s, ", task->params ? "\n" : "",
           task->queue ? task->queue : "default", soft, hard);
    if (task->max_attempts > 0)
        printf("%d attempts\n", task->max_attempts);
    else
        puts("attempts the worker's");
    print_declared(task);
    if (row->source != WORKER_COMPILED_IN)
        printf("%s %s\n", source_names[row->source], row->file);
}

/* The words of a call, indented, on lines that fit a terminal. */
static void print_words(const struct qn_param *params, int indent)
{
    int column = 0;

    for (const struct qn_param *p = params; p && p->name; p++) {
        int width = (int)strlen(p->name) + (p->required ? 2 : 4);
        if (column == 0 || column + width > LINE_WIDTH) {
            printf("%s%*s", column ? "\n" : "", indent, "");
            column = indent;
        }
        printf(p->required ? " %s=" : " [%s=]", p->name);
        column += width;
    }
    if (column > 0)
        putchar('\n');
}

static void print_table(const struct worker_registry *registry)
{
    size_t n = worker_registry_count(registry);
    int width = 0;

    for (size_t i = 0; i < n; i++)
        width = max(width, (int)strlen(worker_registry_at(registry, i)->name));
    for (size_t i = 0; i < n; i++) {
        const struct worker_task *row = worker_registry_row(registry, i);
        printf("%-*s  %s\n", width, row->task->name, row->task->summary);
        print_words(row->task->params, width + 1);
        if (row->source != WORKER_COMPILED_IN)
            printf("%*s  %s %s\n", width, "", source_names[row->source], row->file);
    }
}

static int print_one(const struct worker_registry *registry, const struct words *words)
{
    const struct qn_span name = {.data = words->name, .len = strlen(words->name)};
    int index = worker_registry_index(registry, name);

    if (index < 0) {
        fprintf(stderr, "quern-worker: no task \"%.64s\"\n", words->name);
        return WORKER_EXIT_FAILED;
    }
    const struct worker_task *row = worker_registry_row(registry, (size_t)index);
    if (words->json) {
        print_json(row);
        putchar('\n');
    } else {
        print_task(row);
    }
    return WORKER_EXIT_OK;
}

int worker_tasklist_main(int argc, char **argv, const struct worker_registry *registry,
                         const struct qn_config *config)
{
    struct words words;
    int code = WORKER_EXIT_OK;

    (void)config;
    if (!read_words(&words, argc, argv)) {
        fputs(usage, stderr);
        return WORKER_EXIT_USAGE;
    }
    if (words.name)
        code = print_one(registry, &words);
    else if (words.json)
        print_json_list(registry);
    else
        print_table(registry);
    return fflush(stdout) == 0 && !ferror(stdout) ? code : WORKER_EXIT_FAILED;
}
