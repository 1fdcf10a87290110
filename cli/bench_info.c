#include "bench_info.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

/* The value behind "name" at the start of a line: up to the line's end. */
static bool find_line(struct qn_span info, const char *name, struct qn_span *ret)
{
    size_t len = strlen(name);
    const char *end = info.data + info.len;

    for (const char *line = info.data; line && line < end;) {
        size_t left = (size_t)(end - line);
        const char *next = memchr(line, '\n', left);
        size_t size = next ? (size_t)(next - line) : left;
        if (size >= len && memcmp(line, name, len) == 0) {
            size -= size > len && line[size - 1] == '\r';
            *ret = (struct qn_span){line + len, size - len};
            return true;
        }
        line = next ? next + 1 : NULL;
    }
    return false;
}

/* "12.345678" */
static bool read_seconds(struct qn_span text, int64_t *ret_us)
{
    const char *point = memchr(text.data, '.', text.len);
    size_t whole = point ? (size_t)(point - text.data) : text.len;
    size_t digits = point ? text.len - whole - 1 : 0;
    int64_t seconds, rest = 0;

    if (qn_strn_to_i64(text.data, whole, &seconds) != QN_OK || digits > 6 ||
        (digits > 0 && qn_strn_to_i64(point + 1, digits, &rest) != QN_OK) || rest < 0)
        return false;
    for (; digits < 6; digits++)
        rest *= 10;
    *ret_us = seconds * 1000000 + rest;
    return true;
}

bool cli_info_cpu_us(struct qn_span info, int64_t *ret_us)
{
    struct qn_span user, sys;
    int64_t user_us, sys_us;

    if (!find_line(info, "used_cpu_user_main_thread:", &user) ||
        !find_line(info, "used_cpu_sys_main_thread:", &sys) || !read_seconds(user, &user_us) ||
        !read_seconds(sys, &sys_us))
        return false;
    *ret_us = user_us + sys_us;
    return true;
}

int64_t cli_info_calls(struct qn_span info, const char *command)
{
    char name[64];
    struct qn_span value;
    int64_t calls = 0;

    snprintf(name, sizeof(name), "cmdstat_%.40s:calls=", command);
    if (!find_line(info, name, &value))
        return 0;
    const char *comma = memchr(value.data, ',', value.len);
    size_t len = comma ? (size_t)(comma - value.data) : value.len;
    return qn_strn_to_i64(value.data, len, &calls) == QN_OK ? calls : 0;
}
