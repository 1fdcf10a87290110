#include "log.h"

#include "clock.h"
#include "str.h"
#include "utf8.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define TAIL_BYTES     24 /* what closes a line that was cut */

struct line {
    char data[LINE_MAX_BYTES];
    size_t len;
    bool full; /* something did not fit; nothing more is added */
};

static struct {
    char program[32];
    enum qn_log_level level;
    enum qn_log_format format;
} setup = {.level = QN_LOG_INFO, .format = QN_LOG_TEXT};

static const char *const level_names[] = {
    [QN_LOG_DEBUG] = "debug",
    [QN_LOG_INFO] = "info",
    [QN_LOG_WARN] = "warn",
    [QN_LOG_ERROR] = "error",
};

void qn_log_setup(const char *program, enum qn_log_level level, enum qn_log_format format)
{
    qn_str_copy(setup.program, sizeof(setup.program), program);
    setup.level = level;
    setup.format = format;
}

int qn_log_level_parse(const char *text, enum qn_log_level *ret)
{
    for (int i = QN_LOG_DEBUG; i <= QN_LOG_ERROR; i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *ret = (enum qn_log_level)i;
            return QN_OK;
        }
    }
    return QN_EINVAL;
}

bool qn_log_wants(enum qn_log_level level)
{
    return level >= setup.level;
}

static bool fits(const struct line *line, size_t len)
{
    return !line->full && line->len + len <= sizeof(line->data) - TAIL_BYTES;
}

/* All of the bytes or none. */
static bool add(struct line *line, const char *bytes, size_t len)
{
    if (!fits(line, len)) {
        line->full = true;
        return false;
    }
    memcpy(line->data + line->len, bytes, len);
    line->len += len;
    return true;
}

static bool add_str(struct line *line, const char *text)
{
    return add(line, text, strlen(text));
}

/* The C1 controls, U+0080 to U+009F, steer terminals as those below 0x20 do. */
static bool is_control(const char *at, size_t len)
{
    unsigned char first = (unsigned char)at[0];

    return first < 0x20 || first == 0x7f ||
           (len == 2 && first == 0xc2 && (unsigned char)at[1] < 0xa0);
}

static bool add_escaped(struct line *line, const char *at, size_t len)
{
    char text[8];

    switch (*at) {
    case '"':
        return add_str(line, "\\\"");
    case '\\':
        return add_str(line, "\\\\");
    case '\n':
        return add_str(line, "\\n");
    case '\t':
        return add_str(line, "\\t");
    default:
        break;
    }
    if (!is_control(at, len)) {
        return add(line, at, len);
    }
    snprintf(text, sizeof(text), "\\u%04x", (unsigned char)at[len - 1]);
    return add_str(line, text);
}

/* Characters at the front that stand for themselves. */
static size_t plain_len(const char *text)
{
    size_t n = 0;

    while (text[n] >= ' ' && text[n] < 0x7f && text[n] != '"' && text[n] != '\\') {
        n++;
    }
    return n;
}

/* Whole characters as far as they fit; a byte that is no UTF-8 becomes U+FFFD. */
static void add_text(struct line *line, const char *text)
{
    size_t plain = plain_len(text);
    size_t len;

    if (text[plain] == '\0' && fits(line, plain)) {
        add(line, text, plain);
        return;
    }
    len = strlen(text);
    while (len > 0) {
        size_t n = qn_utf8_char(text, len);

        if (n == 0 ? !add_str(line, "\xef\xbf\xbd") : !add_escaped(line, text, n)) {
            return;
        }
        text += n > 0 ? n : 1;
        len -= n > 0 ? n : 1;
    }
}

/* The closing quote has its place in the tail when the text was cut. */
static void add_quoted(struct line *line, const char *text)
{
    if (!add(line, "\"", 1)) {
        return;
    }
    add_text(line, text);
    line->data[line->len] = '"';
    line->len++;
}

static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at >= 0x7f || strchr("\"\\=", *at) != NULL) {
            return false;
        }
    }
    return *text != '\0';
}

static void add_key(struct line *line, const char *key)
{
    size_t start = line->len;

    if (setup.format == QN_LOG_JSON) {
        add_str(line, start > 1 ? ",\"" : "\"");
        add_text(line, key);
        add_str(line, "\":");
    } else {
        add_str(line, start > 0 ? " " : "");
        add_text(line, key);
        add_str(line, "=");
    }
    if (line->full) {
        line->len = start;
    }
}

static void add_field(struct line *line, struct qn_log_field field)
{
    size_t start = line->len;
    size_t value;
    char digits[QN_I64_TEXT_SIZE];

    add_key(line, field.key);
    value = line->len;
    if (field.text == NULL) {
        add(line, digits, qn_i64_to_str(field.number, digits));
    } else if (setup.format == QN_LOG_TEXT && is_plain(field.text)) {
        add_text(line, field.text);
    } else {
        add_quoted(line, field.text);
    }
    if (line->len == value) { /* a key without a value is not said */
        line->len = start;
    }
}

static void finish(struct line *line)
{
    const char *tail = "\n";

    if (setup.format == QN_LOG_JSON) {
        tail = line->full ? ",\"cut\":true}\n" : "}\n";
    } else if (line->full) {
        tail = " cut=true\n";
    }
    memcpy(line->data + line->len, tail, strlen(tail));
    line->len += strlen(tail);
}

void qn_log_write(enum qn_log_level level, const char *msg, const struct qn_log_field *fields,
                  int n_fields)
{
    struct line line = {.len = 0};
    char time[QN_TIME_TEXT_SIZE];
    int saved = errno;

    if (!qn_log_wants(level)) {
        return;
    }
    qn_time_to_str(qn_wall_ms(&qn_clock_system), time);
    if (setup.format == QN_LOG_JSON) {
        add_str(&line, "{");
    }
    add_field(&line, QN_STR("time", time));
    add_field(&line, QN_STR("level", level_names[level]));
    if (setup.program[0] != '\0') {
        add_field(&line, QN_STR("program", setup.program));
    }
    add_field(&line, QN_STR("msg", msg));
    for (int i = 0; i < n_fields && fields[i].key != NULL && !line.full; i++) {
        add_field(&line, fields[i]);
    }
    finish(&line);
    /* Nobody is left to be told when this fails. */
    while (write(STDERR_FILENO, line.data, line.len) < 0 && errno == EINTR) {
    }
    errno = saved;
}
