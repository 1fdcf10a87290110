#include "exec_line.h"

#include "common/json.h"
#include "job.h"
#include <string.h>

#define HEAD_MAX 80 /* bytes of a line that an error shows */

enum shape { TEXT, NUMBER, OBJECT, ANY, GROUP };

/* A member: what it is called, what it holds, and where that goes. */
struct member {
    const char *name;
    enum shape shape;
    bool required;
    size_t at;                  /* in struct worker_exec_line */
    const struct member *group; /* of a GROUP; ends with a NULL name */
};

#define AT(field) offsetof(struct worker_exec_line, field)

static const struct member progress[] = {
    {"done", NUMBER, true, AT(done), NULL},
    {"total", NUMBER, false, AT(total), NULL},
    {"text", TEXT, false, AT(text), NULL},
    {NULL, TEXT, false, 0, NULL},
};

static const struct member artifact[] = {
    {"name", TEXT, true, AT(name), NULL},
    {"type", TEXT, true, AT(type), NULL},
    {"path", TEXT, true, AT(path), NULL},
    {NULL, TEXT, false, 0, NULL},
};

static const struct member follow_up[] = {
    {"task", TEXT, true, AT(task), NULL},
    {"queue", TEXT, false, AT(queue), NULL},
    {"args", OBJECT, false, AT(json), NULL},
    {NULL, TEXT, false, 0, NULL},
};

static const struct member words[] = {
    [WORKER_EXEC_PROGRESS] = {"progress", GROUP, true, 0, progress},
    [WORKER_EXEC_LOG] = {"log", TEXT, true, AT(text), NULL},
    [WORKER_EXEC_RESULT] = {"result", ANY, true, AT(json), NULL},
    [WORKER_EXEC_ERROR] = {"error", TEXT, true, AT(text), NULL},
    [WORKER_EXEC_REJECTED] = {"rejected", TEXT, true, AT(text), NULL},
    [WORKER_EXEC_SNOOZE] = {"snooze_ms", NUMBER, true, AT(ms), NULL},
    [WORKER_EXEC_RETRY] = {"retry_ms", NUMBER, true, AT(ms), NULL},
    [WORKER_EXEC_ARTIFACT] = {"artifact", GROUP, true, 0, artifact},
    [WORKER_EXEC_FOLLOW_UP] = {"follow_up", GROUP, true, 0, follow_up},
    {NULL, TEXT, false, 0, NULL},
};

struct reading {
    struct worker_exec_line line;
    struct qn_buf *texts;
    const char *word; /* the member of the line, for errors */
    struct qn_err *reterr;
};

static const char *shape_name(enum shape shape)
{
    static const char *const names[] = {
        [TEXT] = "a string",    [NUMBER] = "a whole number, 0 or more",
        [OBJECT] = "an object", [ANY] = "a value",
        [GROUP] = "an object",
    };

    return names[shape];
}

static const struct member *find(const struct member *members, struct qn_span key)
{
    while (members->name && !qn_span_is(key, members->name))
        members++;
    return members->name ? members : NULL;
}

static int refuse(const struct reading *reading, const struct member *member)
{
    bool inner = reading->word != member->name;

    return qn_fail(reading->reterr, QN_EINVAL, "it wrote to descriptor 3: \"%s\"%s%s%s is not %s",
                   reading->word, inner ? ": \"" : "", inner ? member->name : "", inner ? "\"" : "",
                   shape_name(member->shape));
}

static int refuse_key(const struct reading *reading, struct qn_span key, const char *what)
{
    char shown[HEAD_MAX + 8];
    struct qn_buf text;

    qn_buf_init(&text, sizeof(shown));
    worker_text_add(&text, key.data, key.len, "", HEAD_MAX);
    snprintf(shown, sizeof(shown), "%s", text.data);
    qn_buf_release(&text);
    return qn_fail(reading->reterr, QN_EINVAL, "it wrote to descriptor 3: %s%s%s%s\"%s\"",
                   reading->word ? "\"" : "", reading->word ? reading->word : "",
                   reading->word ? "\": " : "", what, shown);
}

/* Nothing moves: room for all texts of the line was made before. */
static int read_text(struct reading *reading, struct qn_span value, const char **ret)
{
    struct qn_buf *texts = reading->texts;
    const char *text = texts->data + texts->len;
    int rc = qn_json_unescape(value, texts);

    if (rc == QN_OK)
        rc = qn_buf_add_byte(texts, '\0');
    *ret = text;
    return rc == QN_OK ? QN_OK : qn_fail(reading->reterr, rc, "a line: %s", qn_err_text(rc));
}

static int read_value(struct reading *reading, const struct member *member,
                      const struct qn_json_item *item);

static int read_group(struct reading *reading, const struct member *group, struct qn_span object)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    unsigned seen = 0;
    int rc = qn_json_walk_init(&walk, object.data, object.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        const struct member *member = find(group, item.key);
        if (!member)
            return refuse_key(reading, item.key, "there is no ");
        seen |= 1u << (member - group);
        if (item.type != QN_JSON_NULL || member->required)
            rc = read_value(reading, member, &item);
    }
    for (unsigned i = 0; rc == QN_OK && group[i].name; i++) {
        if (group[i].required && !(seen & (1u << i)))
            rc = qn_fail(reading->reterr, QN_EINVAL,
                         "it wrote to descriptor 3: \"%s\" without \"%s\"", reading->word,
                         group[i].name);
    }
    return rc;
}

static int read_value(struct reading *reading, const struct member *member,
                      const struct qn_json_item *item)
{
    char *into = (char *)&reading->line + member->at;
    int64_t number;

    switch (member->shape) {
    case TEXT:
        if (item->type != QN_JSON_STRING)
            break;
        return read_text(reading, item->value, (const char **)(void *)into);
    case NUMBER:
        if (item->type != QN_JSON_NUMBER || !qn_json_is_integer(item->value, &number) || number < 0)
            break;
        memcpy(into, &number, sizeof(number));
        return QN_OK;
    case OBJECT:
        if (item->type != QN_JSON_OBJECT)
            break;
        memcpy(into, &item->value, sizeof(item->value));
        return QN_OK;
    case ANY:
        memcpy(into, &item->value, sizeof(item->value));
        return QN_OK;
    case GROUP:
    default:
        if (item->type != QN_JSON_OBJECT)
            break;
        return read_group(reading, member->group, item->value);
    }
    return refuse(reading, member);
}

static int check(struct qn_span line, struct qn_err *reterr)
{
    enum qn_json_type type = QN_JSON_NULL;
    struct qn_err why = {.msg = ""};
    struct qn_buf head;
    int rc = qn_json_check(line.data, line.len, &type, &why);

    if (rc == QN_ENOMEM)
        return qn_fail(reterr, rc, "a line of descriptor 3: out of memory");
    if (rc == QN_OK && type == QN_JSON_OBJECT)
        return QN_OK;
    qn_buf_init(&head, HEAD_MAX + 1);
    worker_text_add(&head, line.data, line.len, "", HEAD_MAX);
    qn_fail(reterr, QN_EINVAL, "it wrote a line to descriptor 3 that is no JSON object: %s%s%s%s",
            head.data, rc == QN_OK ? "" : " (", why.msg, rc == QN_OK ? "" : ")");
    qn_buf_release(&head);
    return QN_EINVAL;
}

int worker_exec_line_read(struct worker_exec_line *ret, struct qn_span line, struct qn_buf *texts,
                          struct qn_err *reterr)
{
    struct reading reading = {.texts = texts, .reterr = reterr};
    struct qn_json_walk walk;
    struct qn_json_item item, more;
    int rc = check(line, reterr);

    if (rc != QN_OK)
        return rc;
    qn_buf_reset(texts);
    if (qn_buf_reserve(texts, line.len + 1) != QN_OK)
        return qn_fail(reterr, QN_ENOMEM, "a line of descriptor 3: out of memory");
    rc = qn_json_walk_init(&walk, line.data, line.len);
    if (rc != QN_OK || !qn_json_walk_next(&walk, &item))
        return qn_fail(reterr, QN_EINVAL, "it wrote an empty object to descriptor 3");
    const struct member *word = find(words, item.key);
    if (!word)
        return refuse_key(&reading, item.key, "there is no message ");
    reading.word = word->name;
    if (qn_json_walk_next(&walk, &more))
        return refuse_key(&reading, more.key, "one message a line, not also ");
    reading.line.word = (enum worker_exec_word)(word - words);
    rc = read_value(&reading, word, &item);
    if (rc == QN_OK)
        *ret = reading.line;
    return rc;
}
