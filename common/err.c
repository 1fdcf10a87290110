#include <quern/err.h>

#include "str.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct entry {
    const char *name;
    const char *text;
    bool transient;
};

static const struct entry entries[] = {[0] = {"OK", "no error", false},
#define ENTRY(name, num, text, transient) [num] = {#name, text, transient},
                                       QN_ERR_MAP(ENTRY)
#undef ENTRY
};

#define ENTRIES ((int)(sizeof(entries) / sizeof(entries[0])))

static const struct entry *find(int code)
{
    if (code > 0 || code <= -ENTRIES || entries[-code].name == NULL) {
        return NULL;
    }
    return &entries[-code];
}

/* Ends the text on a whole character where printing wanted more than size. */
static void cut(char *msg, size_t size, int wanted)
{
    if (wanted >= 0 && (size_t)wanted >= size) {
        msg[qn_utf8_cut(msg, (size_t)wanted, size - 1)] = '\0';
    }
}

int qn_fail(struct qn_err *err, int code, const char *fmt, ...)
{
    va_list args;
    /* The arguments may point into err->msg: a caller that adds to a text. */
    char text[QN_ERR_TEXT_MAX] = "";

    if (err == NULL) {
        return code;
    }
    va_start(args, fmt);
    cut(text, sizeof(text), vsnprintf(text, sizeof(text), fmt, args));
    va_end(args);
    err->code = code;
    err->sys = 0;
    memcpy(err->msg, text, sizeof(text));
    return code;
}

int qn_fail_sys(struct qn_err *err, const char *fmt, ...)
{
    int sys = errno;
    va_list args;
    char text[QN_ERR_TEXT_MAX] = "";
    char reason[128] = "";

    if (err == NULL) {
        return QN_ESYS;
    }
    va_start(args, fmt);
    cut(text, sizeof(text), vsnprintf(text, sizeof(text), fmt, args));
    va_end(args);
    err->code = QN_ESYS;
    err->sys = sys;
    cut(err->msg, sizeof(err->msg),
        snprintf(err->msg, sizeof(err->msg), "%s: %s", text,
                 strerror_r(sys, reason, sizeof(reason))));
    errno = sys;
    return QN_ESYS;
}

const char *qn_err_name(int code)
{
    const struct entry *entry = find(code);

    return entry != NULL ? entry->name : "?";
}

const char *qn_err_text(int code)
{
    const struct entry *entry = find(code);

    return entry != NULL ? entry->text : "unknown error";
}

bool qn_err_is_transient(int code)
{
    const struct entry *entry = find(code);

    return entry != NULL && entry->transient;
}
