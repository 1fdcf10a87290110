#include "taskfile.h"

#include "broker-client/limits.h"
#include "broker-client/record.h"
#include "broker-client/retry.h"
#include "broker-client/taskdef.h"
#include "common/mem.h"
#include "common/str.h"
#include "definition.h"
#include "exec.h"
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define BOM         "\xef\xbb\xbf"
#define NUMBER_SIZE 32
#define SHOWN_MAX   60 /* bytes of the text that an error shows */
#define BLANKS      " \t"

struct parser {
    const char *folder;
    const struct worker_taskfile_sink *sink;
    struct qn_err *reterr;
    int line;

    struct worker_definition *definition; /* of the task under way; NULL before the first */
    struct worker_exec *exec;
    int task_line, command_line;
    struct qn_param *param; /* under way, or NULL */
    unsigned seen;          /* keys of the section, by their place in the table */
};

struct key {
    const char *name;
    int (*set)(struct parser *parser, const struct key *key, struct qn_span value);
    size_t at; /* where in struct qn_task it goes, for those that ask */
};

/* ---- errors ---- */

static int fault(const struct parser *parser, const char *key, const char *why)
{
    return qn_fail(parser->reterr, QN_EINVAL, "%d: %s: %s", parser->line, key, why);
}

static int fault_at(const struct parser *parser, struct qn_span text, const char *why)
{
    return qn_fail(parser->reterr, QN_EINVAL, "%d: \"%.*s\" %s", parser->line,
                   (int)qn_utf8_cut(text.data, text.len, SHOWN_MAX), text.data, why);
}

static int no_memory(const struct parser *parser)
{
    return qn_fail(parser->reterr, QN_ENOMEM, "%d: out of memory", parser->line);
}

/* ---- pieces ---- */

static struct qn_span trim(struct qn_span text)
{
    while (text.len > 0 && strchr(BLANKS, text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && strchr(BLANKS, text.data[text.len - 1]))
        text.len--;
    return text;
}

static size_t span_until(struct qn_span text, const char *stops)
{
    size_t n = 0;

    while (n < text.len && !strchr(stops, text.data[n]))
        n++;
    return n;
}

static struct qn_span skip(struct qn_span text, size_t len)
{
    return (struct qn_span){.data = text.data + len, .len = text.len - len};
}

static int keep(struct parser *parser, struct qn_span value, const char **ret)
{
    *ret = worker_definition_keep(parser->definition, value.data, value.len);
    return *ret ? QN_OK : no_memory(parser);
}

static bool copy(char out[NUMBER_SIZE], struct qn_span value)
{
    return value.len < NUMBER_SIZE &&
           snprintf(out, NUMBER_SIZE, "%.*s", (int)value.len, value.data) >= 0;
}

static struct qn_task *task_of(struct parser *parser)
{
    return worker_definition_task(parser->definition);
}

/* ---- words of a command ---- */

/* From behind the quote; *rest goes behind the one that ends it. */
static bool take_quoted(struct qn_span *rest, struct qn_buf *word)
{
    while (rest->len > 0 && rest->data[0] != '"') {
        bool escaped =
            rest->len > 1 && rest->data[0] == '\\' && strchr("\"\\", rest->data[1]) != NULL;
        qn_buf_add_byte(word, rest->data[escaped]);
        *rest = skip(*rest, escaped + 1u);
    }
    if (rest->len == 0)
        return false;
    *rest = skip(*rest, 1);
    return true;
}

/* NULL, or what is wrong. */
static const char *take_word(struct qn_span *rest, struct qn_buf *word)
{
    qn_buf_reset(word);
    while (rest->len > 0 && !strchr(BLANKS, rest->data[0])) {
        char c = rest->data[0];
        *rest = skip(*rest, 1);
        if (c == '\'')
            return "no shell sees it: \"...\" keeps blanks, not '...'";
        if (c != '"')
            qn_buf_add_byte(word, c);
        else if (!take_quoted(rest, word))
            return "a \" without its other one";
    }
    return NULL;
}

static int add_word(struct parser *parser, const struct key *key, const char *text)
{
    char **argv = parser->exec->argv;
    size_t n = 0;

    while (argv[n])
        n++;
    if (n == WORKER_EXEC_ARGS_MAX)
        return fault(parser, key->name, "more than 64 words");
    if (n == 0 && *text == '\0')
        return fault(parser, key->name, "the first word is empty");
    argv[n] = qn_strdup(text);
    return argv[n] ? QN_OK : no_memory(parser);
}

static int set_command(struct parser *parser, const struct key *key, struct qn_span value)
{
    struct qn_buf word;
    const char *why = NULL;
    int rc = QN_OK;

    parser->command_line = parser->line;
    qn_buf_init(&word, value.len);
    while (rc == QN_OK && value.len > 0) {
        why = take_word(&value, &word);
        if (why)
            rc = fault(parser, key->name, why);
        else
            rc = qn_buf_status(&word) == QN_OK ? add_word(parser, key, word.data)
                                               : no_memory(parser);
        value = trim(value);
    }
    qn_buf_release(&word);
    return rc;
}

/* ---- the other keys ---- */

static bool is_variable(struct qn_span name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

    for (size_t i = 0; i < name.len; i++) {
        bool digit = i > 0 && name.data[i] >= '0' && name.data[i] <= '9';
        if (!digit && !strchr(letters, name.data[i]))
            return false;
    }
    return name.len > 0;
}

static int set_env(struct parser *parser, const struct key *key, struct qn_span value)
{
    size_t n = 0;

    for (; value.len > 0; n++) {
        struct qn_span name = {.data = value.data, .len = span_until(value, BLANKS)};
        if (!is_variable(name))
            return fault_at(parser, name, "in env is no name of a variable");
        if (n == WORKER_EXEC_ENV_MAX)
            return fault(parser, key->name, "more than 64 names");
        parser->exec->pass[n] = qn_strndup(name.data, name.len);
        if (!parser->exec->pass[n])
            return no_memory(parser);
        value = trim(skip(value, name.len));
    }
    return QN_OK;
}

static int set_summary(struct parser *parser, const struct key *key, struct qn_span value)
{
    (void)key;
    return keep(parser, value, &task_of(parser)->summary);
}

static int set_queue(struct parser *parser, const struct key *key, struct qn_span value)
{
    int rc = keep(parser, value, &task_of(parser)->queue);

    if (rc == QN_OK && !qn_queue_ok(task_of(parser)->queue))
        rc = fault(parser, key->name, "a queue's name is 1-32 of [a-z0-9_-]");
    return rc;
}

/* The member of the task that a key is about. */
static void *place_of(struct parser *parser, const struct key *key)
{
    return (char *)task_of(parser) + key->at;
}

static int set_duration(struct parser *parser, const struct key *key, struct qn_span value)
{
    int64_t *ret = place_of(parser, key);
    char text[NUMBER_SIZE];

    if (!copy(text, value) || qn_str_to_ms(text, ret) != QN_OK || *ret <= 0)
        return fault(parser, key->name, "a time like 25s, 500ms or 1h30m, over 0");
    return QN_OK;
}

static int set_size(struct parser *parser, const struct key *key, struct qn_span value)
{
    int64_t *ret = place_of(parser, key);
    char text[NUMBER_SIZE];

    if (!copy(text, value) || qn_str_to_bytes(text, ret) != QN_OK || *ret <= 0)
        return fault(parser, key->name, "a size like 256MiB, over 0");
    return QN_OK;
}

static int set_files(struct parser *parser, const struct key *key, struct qn_span value)
{
    int64_t *ret = place_of(parser, key);

    if (qn_strn_to_i64(value.data, value.len, ret) != QN_OK || *ret < 64 || *ret > INT_MAX)
        return fault(parser, key->name, "a whole number from 64");
    return QN_OK;
}

static int set_count(struct parser *parser, const struct key *key, struct qn_span value)
{
    int64_t *ret = place_of(parser, key);

    if (qn_strn_to_i64(value.data, value.len, ret) != QN_OK || *ret < 1 ||
        *ret > QN_LIMIT_FIGURE_MAX)
        return fault(parser, key->name, "a whole number from 1 to 1000000");
    return QN_OK;
}

static int set_rate(struct parser *parser, const struct key *key, struct qn_span value)
{
    struct qn_task *task = task_of(parser);

    if (!qn_rate_read(value, &task->rate, &task->per_ms))
        return fault(parser, key->name, "starts in a time, like 10/1m or 100/1h");
    return QN_OK;
}

static int set_attempts(struct parser *parser, const struct key *key, struct qn_span value)
{
    int *ret = place_of(parser, key);
    int64_t number;

    if (qn_strn_to_i64(value.data, value.len, &number) != QN_OK || number < 1 || number > INT_MAX)
        return fault(parser, key->name, "a whole number from 1");
    *ret = (int)number;
    return QN_OK;
}

static int set_retry(struct parser *parser, const struct key *key, struct qn_span value)
{
    char text[QN_RETRY_TEXT_SIZE];

    if (value.len >= sizeof(text))
        return fault(parser, key->name, "it is too long");
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    return qn_retry_parse(text, place_of(parser, key), NULL) == QN_OK
               ? QN_OK
               : fault(parser, key->name, "a policy like exponential:2s:10m or list:1s:10s:1m");
}

static int set_type(struct parser *parser, const struct key *key, struct qn_span value)
{
    char name[NUMBER_SIZE];

    if (!copy(name, value) || !qn_type_of(name, &parser->param->type))
        return fault(parser, key->name,
                     "one of string, integer, number, boolean, date, array, object");
    return QN_OK;
}

static int set_required(struct parser *parser, const struct key *key, struct qn_span value)
{
    char text[NUMBER_SIZE];

    if (!copy(text, value) || qn_str_to_bool(text, &parser->param->required) != QN_OK)
        return fault(parser, key->name, "yes or no");
    return QN_OK;
}

static int set_doc(struct parser *parser, const struct key *key, struct qn_span value)
{
    (void)key;
    return keep(parser, value, &parser->param->doc);
}

static int set_choices(struct parser *parser, const struct key *key, struct qn_span value)
{
    (void)key;
    return keep(parser, value, &parser->param->choices);
}

static int set_preset(struct parser *parser, const struct key *key, struct qn_span value)
{
    (void)key;
    return keep(parser, value, &parser->param->preset);
}

#define AT(member) offsetof(struct qn_task, member)

static const struct key task_keys[] = {
    {"command", set_command, 0},
    {"summary", set_summary, 0},
    {"queue", set_queue, 0},
    {"env", set_env, 0},
    {"soft-limit", set_duration, AT(soft_limit_ms)},
    {"hard-limit", set_duration, AT(hard_limit_ms)},
    {"max-attempts", set_attempts, AT(max_attempts)},
    {"retry", set_retry, AT(retry)},
    {"timeout-retry", set_retry, AT(on_timeout.retry)},
    {"timeout-attempts", set_attempts, AT(on_timeout.max_attempts)},
    {"crash-retry", set_retry, AT(on_crash.retry)},
    {"crash-attempts", set_attempts, AT(on_crash.max_attempts)},
    {"memory-limit", set_size, AT(memory_limit_bytes)},
    {"cpu-limit", set_duration, AT(cpu_limit_ms)},
    {"open-files", set_files, AT(max_open_files)},
    {"concurrency", set_count, AT(concurrency)},
    {"rate", set_rate, 0},
    {"burst", set_count, AT(burst)},
    {NULL, NULL, 0},
};

static const struct key param_keys[] = {
    {"type", set_type, 0},       {"required", set_required, 0}, {"doc", set_doc, 0},
    {"choices", set_choices, 0}, {"preset", set_preset, 0},     {NULL, NULL, 0},
};

/* ---- sections ---- */

static void drop_task(struct parser *parser)
{
    worker_definition_free(parser->definition);
    worker_exec_free(parser->exec);
    parser->definition = NULL;
    parser->exec = NULL;
    parser->param = NULL;
}

/* The task above, if any, is whole. */
static int end_task(struct parser *parser)
{
    struct worker_definition *definition = parser->definition;
    struct worker_exec *exec = parser->exec;

    if (!definition)
        return QN_OK;
    if (!exec->argv[0])
        return qn_fail(parser->reterr, QN_EINVAL, "%d: task %s: there is no command",
                       parser->task_line, worker_definition_task(definition)->name);
    parser->definition = NULL;
    parser->exec = NULL;
    parser->param = NULL;
    return parser->sink->task(parser->sink->arg, parser->command_line, definition, exec,
                              parser->reterr);
}

static int begin_task(struct parser *parser, struct qn_span name)
{
    int rc = end_task(parser);

    if (rc != QN_OK)
        return rc;
    parser->definition = worker_definition_create();
    parser->exec = qn_zalloc(1, sizeof(*parser->exec));
    if (!parser->definition || !parser->exec)
        return no_memory(parser);
    parser->task_line = parser->line;
    parser->exec->folder = qn_strdup(parser->folder);
    rc = parser->exec->folder ? keep(parser, name, &task_of(parser)->name) : no_memory(parser);
    if (rc == QN_OK && !qn_task_name_ok(task_of(parser)->name))
        rc = fault_at(parser, name, "is no task's name, which is 1-64 of [a-z0-9_.-]");
    return rc;
}

static int begin_param(struct parser *parser, struct qn_span name)
{
    struct qn_err why;

    if (!parser->definition)
        return fault(parser, "[param]", "there is no [task] above it");
    int rc = worker_definition_param(parser->definition, &parser->param, &why);
    if (rc != QN_OK)
        return rc == QN_ENOMEM ? no_memory(parser) : fault(parser, "[param]", why.msg);
    return keep(parser, name, &parser->param->name);
}

static int read_section(struct parser *parser, struct qn_span line)
{
    struct qn_span inner = {.data = line.data + 1, .len = line.len - 1};

    if (inner.len == 0 || inner.data[inner.len - 1] != ']')
        return fault_at(parser, line, "has no ] at its end");
    inner.len--;
    inner = trim(inner);
    struct qn_span word = {.data = inner.data, .len = span_until(inner, BLANKS)};
    struct qn_span name = trim(skip(inner, word.len));
    bool is_param = qn_span_is(word, "param");
    if (!is_param && !qn_span_is(word, "task"))
        return fault_at(parser, line, "is neither [task NAME] nor [param NAME]");
    if (name.len == 0)
        return fault_at(parser, line, "has no name");
    parser->seen = 0;
    return is_param ? begin_param(parser, name) : begin_task(parser, name);
}

/* ---- lines ---- */

static int read_setting(struct parser *parser, struct qn_span line)
{
    size_t at = span_until(line, "=");
    struct qn_span name = trim((struct qn_span){.data = line.data, .len = at});
    const struct key *keys = parser->param ? param_keys : task_keys, *key = keys;

    if (at == line.len)
        return fault_at(parser, line, "is neither a [section] nor key = value");
    if (!parser->definition)
        return fault_at(parser, name, "stands above the first [task]");
    while (key->name && !qn_span_is(name, key->name))
        key++;
    if (!key->name)
        return fault_at(parser, name,
                        parser->param ? "is no key of a [param]" : "is no key of a [task]");
    if (parser->seen & (1u << (key - keys)))
        return fault(parser, key->name, "is there twice");
    parser->seen |= 1u << (key - keys);
    struct qn_span value = trim(skip(line, at + 1));
    return value.len > 0 ? key->set(parser, key, value) : fault(parser, key->name, "is empty");
}

static const char *text_fault(struct qn_span line)
{
    if (!qn_utf8_valid(line.data, line.len))
        return "the line is not UTF-8";
    for (size_t i = 0; i < line.len; i++) {
        if (((unsigned char)line.data[i] < ' ' && line.data[i] != '\t') || line.data[i] == 0x7f)
            return "the line holds a control character";
    }
    return NULL;
}

static int read_line(struct parser *parser, struct qn_span line)
{
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    const char *why = text_fault(line);
    if (why)
        return qn_fail(parser->reterr, QN_EINVAL, "%d: %s", parser->line, why);
    line = trim(line);
    if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
        return QN_OK;
    return line.data[0] == '[' ? read_section(parser, line) : read_setting(parser, line);
}

int worker_taskfile_parse(struct qn_span text, const char *folder,
                          const struct worker_taskfile_sink *sink, struct qn_err *reterr)
{
    struct parser parser = {.folder = folder, .sink = sink, .reterr = reterr};
    int rc = QN_OK;

    if (text.len >= sizeof(BOM) - 1 && memcmp(text.data, BOM, sizeof(BOM) - 1) == 0)
        return qn_fail(reterr, QN_EINVAL,
                       "1: begins with a byte order mark: save it as UTF-8 without one");
    while (rc == QN_OK && text.len > 0) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        parser.line++;
        rc = read_line(&parser, (struct qn_span){.data = text.data, .len = len});
        text = skip(text, len + (end != NULL));
    }
    if (rc == QN_OK && parser.task_line == 0)
        rc = qn_fail(reterr, QN_EINVAL, "%d: there is no [task NAME]",
                     parser.line > 0 ? parser.line : 1);
    if (rc == QN_OK)
        rc = end_task(&parser);
    drop_task(&parser);
    return rc;
}
