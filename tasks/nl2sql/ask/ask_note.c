/* ask_note.c - what a question gathers on its way: warnings, the reason of a no. */
#include "ask_run.h"

#include "common/str.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WARNING_MAX 1000 /* bytes */

void ask_warn(struct ask *ask, const char *fmt, ...)
{
    char text[WARNING_MAX];
    va_list args;
    int n;

    if (ask->warnings.n == ASK_WARNINGS_MAX) {
        return;
    }
    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (n >= (int)sizeof(text)) {
        text[qn_utf8_cut(text, sizeof(text) - 1, sizeof(text) - 2)] = '\0';
    }
    ask->warnings.items[ask->warnings.n++] = qn_arena_str(&ask->arena, text);
    qn_job_log(ask->job, "warning: %s", text);
}

void ask_refuse(struct ask *ask, const char *code, const char *reason)
{
    ask->answered = false;
    ask->code = code;
    ask->reason = qn_arena_str(&ask->arena, reason);
    qn_job_log(ask->job, "not answered: %s: %s", code, reason);
}

bool ask_is_zh(const struct ask *ask)
{
    return ask->route.language != NULL && strcmp(ask->route.language, "zh") == 0;
}
