#include "models.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct api_model_form api_model_forms[API_MODEL_FORMS] = {
    {"json", "json", "application/json"},
    {"yaml", "yaml", "application/yaml"},
    {"markdown", "md", "text/markdown; charset=utf-8"},
    {"mermaid", "mmd", "text/vnd.mermaid; charset=utf-8"},
    {"html", "html", "text/html; charset=utf-8"},
};

const struct api_model_form *api_model_form(const char *name)
{
    for (size_t i = 0; i < API_MODEL_FORMS; i++)
        if (strcmp(api_model_forms[i].name, name) == 0)
            return &api_model_forms[i];
    return NULL;
}

/* ---- Accept ---- */

/* "text/html", "text/" followed by a star, or two stars; len without parameters. */
static const struct api_model_form *form_of(const char *range, size_t len)
{
    bool any = len > 0 && range[len - 1] == '*';
    if (len == 3 && memcmp(range, "*/*", 3) == 0)
        return &api_model_forms[0];
    for (size_t i = 0; i < API_MODEL_FORMS; i++) {
        const char *type = api_model_forms[i].type;
        size_t type_len = any ? strcspn(type, "/") + 1 : strcspn(type, ";");
        if (type_len == len - any && strncasecmp(range, type, type_len) == 0)
            return &api_model_forms[i];
    }
    return NULL;
}

/* Thousandths; what is no quality counts as 1. */
static int quality(const char *params, const char *end)
{
    for (const char *at = params; at + 3 <= end && *at == ';';) {
        at++;
        at += strspn(at, " \t");
        if (at + 2 < end && (at[0] == 'q' || at[0] == 'Q') && at[1] == '=' &&
            (at[2] == '0' || at[2] == '1'))
            return (int)(strtod(at + 2, NULL) * 1000 + 0.5);
        at += strcspn(at, ";,");
    }
    return 1000;
}

const struct api_model_form *api_model_accepted(const char *accept)
{
    const struct api_model_form *best = &api_model_forms[0];
    int best_q = 0;
    for (const char *at = accept ? accept : ""; *at != '\0';) {
        at += strspn(at, " \t,");
        size_t len = strcspn(at, " \t;,");
        const char *end = at + strcspn(at, ",");
        const char *params = at + len + strspn(at + len, " \t");
        const struct api_model_form *form = form_of(at, len);
        int q = form ? quality(params, end) : 0;
        if (q > best_q) {
            best = form;
            best_q = q;
        }
        at = end;
    }
    return best;
}
