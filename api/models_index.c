#include "common/json.h"
#include "common/str.h"
#include "models.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool api_model_name_ok(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' && qn_str_is_name(name, API_MODEL_NAME_MAX);
}

/* ---- members ---- */

/* A whole number over 0; 0: it is null, not there, or none. */
static int64_t number_of(struct qn_span object, const char *name)
{
    struct qn_json_item item;
    int64_t number = 0;
    if (!qn_json_find(object.data, object.len, name, &item) || item.type != QN_JSON_NUMBER ||
        !qn_json_is_integer(item.value, &number) || number < 0)
        return 0;
    return number;
}

static bool hash_of(struct qn_span entry, char out[API_MODEL_HASH_MAX + 1])
{
    struct qn_json_item item;
    if (!qn_json_find(entry.data, entry.len, "hash", &item) || item.type != QN_JSON_STRING ||
        item.value.len < 3 || item.value.len - 2 > API_MODEL_HASH_MAX)
        return false;
    memcpy(out, item.value.data + 1, item.value.len - 2);
    out[item.value.len - 2] = '\0';
    return out[strspn(out, "0123456789abcdef")] == '\0';
}

static bool find_version(struct qn_span index, int64_t version, struct api_model *ret)
{
    struct qn_json_walk walk;
    struct qn_json_item list, item, state;
    if (version == 0 || !qn_json_find(index.data, index.len, "versions", &list) ||
        list.type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &item)) {
        if (item.type != QN_JSON_OBJECT || number_of(item.value, "version") != version)
            continue;
        ret->version = version;
        ret->entry = item.value;
        ret->approved = qn_json_find(item.value.data, item.value.len, "state", &state) &&
                        qn_span_is(state.value, "\"approved\"");
        return hash_of(item.value, ret->hash);
    }
    return false;
}

/* ---- which one ---- */

static int wrong_version(struct api_fault *fault)
{
    return api_fault_set(fault, API_BAD_QUERY, "version",
                         "version must be a number from 1, current, newest or approved");
}

int api_model_pick(struct qn_span index, const char *which, struct api_model *ret,
                   struct api_fault *fault)
{
    bool named = strcmp(which, "current") == 0 || strcmp(which, "newest") == 0 ||
                 strcmp(which, "approved") == 0;
    int64_t version = named ? number_of(index, which) : 0;
    if (!named && (qn_str_to_i64(which, &version) < 0 || version < 1))
        return wrong_version(fault);
    memset(ret, 0, sizeof(*ret));
    if (find_version(index, version, ret))
        return QN_OK;
    if (!named)
        return api_fault_set(fault, API_NO_SUCH_MODEL, NULL,
                             "it has no version %lld, or no more: its versions tell which",
                             (long long)version);
    if (version == 0 && strcmp(which, "approved") == 0)
        return api_fault_set(fault, API_NO_SUCH_MODEL, NULL,
                             "none of its versions was approved: POST .../approvals does it");
    return api_fault_set(fault, API_INTERNAL, NULL, "the index of the model is damaged");
}

/* ---- a row of the list ---- */

static void copy_members(struct qn_span object, const char *const *names, struct qn_buf *out)
{
    struct qn_json_item item;
    for (; *names; names++) {
        if (!qn_json_find(object.data, object.len, *names, &item))
            continue;
        qn_json_add_key(out, *names);
        qn_buf_add(out, item.value.data, item.value.len);
    }
}

bool api_model_row(struct qn_span index, const char *name, struct qn_buf *out)
{
    static const char *const of_index[] = {"current", "newest", "approved", NULL};
    static const char *const of_version[] = {"state",  "hash",      "made_at",
                                             "tables", "relations", NULL};
    struct api_model model;
    struct api_fault fault;
    if (api_model_pick(index, "current", &model, &fault) < 0)
        return false;
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "datasource");
    qn_json_add_str(out, name);
    copy_members(index, of_index, out);
    copy_members(model.entry, of_version, out);
    qn_json_add_key(out, "url");
    qn_buf_printf(out, "\"/v1/models/%s\"}", name);
    return true;
}

/* ---- tags ---- */

void api_model_etag(const struct api_model *model, const struct api_model_form *form, int fd,
                    char out[API_MODEL_ETAG_SIZE])
{
    struct stat info = {0};
    (void)fstat(fd, &info);
    snprintf(out, API_MODEL_ETAG_SIZE, "\"%s.%lld.%s%s.%llx-%llx.%lx\"", model->hash,
             (long long)model->version, form->suffix, model->approved ? ".approved" : "",
             (unsigned long long)info.st_size, (unsigned long long)info.st_mtim.tv_sec,
             (unsigned long)info.st_mtim.tv_nsec);
}

bool api_model_if_match(const char *text, char out[API_MODEL_HASH_MAX + 1])
{
    size_t len = strlen(text);
    out[0] = '\0';
    if (strcmp(text, "*") == 0)
        return true;
    if (len < 3 || text[0] != '"' || text[len - 1] != '"' || memchr(text + 1, '"', len - 2))
        return false;
    size_t hash = strspn(text + 1, "0123456789abcdef");
    if (hash == 0 || hash > API_MODEL_HASH_MAX || (text[hash + 1] != '.' && text[hash + 1] != '"'))
        return false;
    memcpy(out, text + 1, hash);
    out[hash] = '\0';
    return true;
}
