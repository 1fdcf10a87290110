#include "route.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *shown;
    enum api_method method;
} methods[] = {
    {"GET", "GET, HEAD", API_GET},
    {"POST", "POST", API_POST},
    {"PUT", "PUT", API_PUT},
    {"DELETE", "DELETE", API_DELETE},
};
#define METHODS (sizeof(methods) / sizeof(methods[0]))

enum api_method api_method_parse(const char *method)
{
    if (strcmp(method, "HEAD") == 0)
        return API_GET;
    for (size_t i = 0; i < METHODS; i++)
        if (strcmp(method, methods[i].name) == 0)
            return methods[i].method;
    return 0;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* One byte of a segment; moves *text on. -1 for what no segment may hold. */
static int decode_byte(const char **text, const char *end)
{
    int c = (unsigned char)*(*text)++;
    if (c == '%') {
        if (end - *text < 2 || hex((*text)[0]) < 0 || hex((*text)[1]) < 0)
            return -1;
        c = hex((*text)[0]) * 16 + hex((*text)[1]);
        *text += 2;
    }
    return c < 0x20 || c == 0x7f || c == '/' ? -1 : c;
}

static bool decode_segment(const char *text, const char *end, char out[API_PARAM_SIZE])
{
    size_t len = 0;
    while (text < end) {
        int c = decode_byte(&text, end);
        if (c < 0 || len + 1 >= API_PARAM_SIZE)
            return false;
        out[len++] = (char)c;
    }
    out[len] = '\0';
    return len > 0;
}

static const char *segment_end(const char *text)
{
    return text + strcspn(text, "/");
}

static bool match_segment(const char *pattern, size_t len, const char *segment,
                          struct api_match *match, size_t *params)
{
    if (len != 2 || memcmp(pattern, "{}", 2) != 0)
        return strlen(segment) == len && memcmp(pattern, segment, len) == 0;
    if (*params >= API_PARAMS_MAX)
        return false;
    memcpy(match->params[(*params)++], segment, strlen(segment) + 1);
    return true;
}

static bool match_path(const char *pattern, const char *path, struct api_match *match)
{
    size_t params = 0;
    if (strcmp(pattern, "/") == 0 || strcmp(path, "/") == 0)
        return strcmp(pattern, path) == 0;
    while (*pattern == '/' && *path == '/') {
        const char *pattern_end = segment_end(++pattern);
        const char *path_end = segment_end(++path);
        char segment[API_PARAM_SIZE];
        if (!decode_segment(path, path_end, segment) ||
            !match_segment(pattern, (size_t)(pattern_end - pattern), segment, match, &params))
            return false;
        pattern = pattern_end;
        path = path_end;
    }
    return *pattern == '\0' && *path == '\0';
}

const struct api_route *api_route_find(const struct api_route *table, size_t n,
                                       enum api_method method, const char *path,
                                       struct api_match *ret)
{
    unsigned allowed = 0;
    for (size_t i = 0; i < n; i++) {
        memset(ret, 0, sizeof(*ret));
        if (!match_path(table[i].pattern, path, ret))
            continue;
        allowed |= table[i].method;
        ret->allowed = allowed;
        if (table[i].method == method)
            return &table[i];
    }
    memset(ret, 0, sizeof(*ret));
    ret->allowed = allowed;
    return NULL;
}

void api_route_allow(unsigned allowed, char out[API_ALLOW_SIZE])
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < METHODS; i++)
        if (allowed & methods[i].method)
            len += (size_t)snprintf(out + len, API_ALLOW_SIZE - len, "%s%s", len > 0 ? ", " : "",
                                    methods[i].shown);
}

bool api_route_takes_query(const struct api_route *route, const char *name)
{
    size_t len = strlen(name);
    for (const char *word = route->query; *word != '\0';) {
        size_t word_len = strcspn(word, " ");
        if (word_len == len && memcmp(word, name, len) == 0)
            return true;
        word += word_len;
        word += strspn(word, " ");
    }
    return false;
}
