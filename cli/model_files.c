#include "common/inside.h"
#include "common/json.h"
#include "common/str.h"
#include "jsontext.h"
#include "model.h"
#include <stdlib.h>
#include <string.h>

#define TRIES     3 /* versions may go while one is looked for */
#define PATH_SIZE (CLI_MODEL_NAME_MAX + 64)

static const char *folder(const struct qn_config *config)
{
    return qn_config_text(config, "artifact-dir");
}

static bool name_ok(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' && qn_str_is_name(name, CLI_MODEL_NAME_MAX);
}

int cli_model_name(const char *name, struct qn_err *reterr)
{
    if (name_ok(name))
        return QN_OK;
    return qn_fail(reterr, QN_EINVAL,
                   "\"%.80s\": a datasource's name is 1-64 of [a-z0-9_-], a letter first", name);
}

/* ---- all of them ---- */

static bool keep_name(void *arg, const char *name)
{
    struct cli_model_names *names = arg;

    if (name_ok(name))
        qn_str_copy(names->all[names->n++], sizeof(names->all[0]), name);
    return names->n < CLI_MODELS_MAX;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int cli_model_list(const struct qn_config *config, struct cli_model_names *ret,
                   struct qn_err *reterr)
{
    ret->n = 0;
    int rc = qn_inside_each(folder(config), "models", keep_name, ret, reterr);
    qsort(ret->all, ret->n, sizeof(ret->all[0]), by_name);
    return rc == QN_ENOTFOUND ? QN_OK : rc;
}

/* ---- one ---- */

static int not_published(const struct qn_config *config, const char *name, struct qn_err *reterr)
{
    return qn_fail(reterr, QN_ENOTFOUND,
                   "no model of \"%s\" is published in %.120s: quern model analyze %s makes one",
                   name, folder(config), name);
}

/* A document of ours: one that does not read was not written by a worker. */
static int read_json(const struct qn_config *config, const char *path, struct qn_buf *out,
                     struct qn_err *reterr)
{
    enum qn_json_type type;
    struct qn_err why;
    int rc = qn_inside_read(folder(config), path, out, reterr);

    if (rc != QN_OK)
        return rc;
    if (qn_json_check(out->data, out->len, &type, &why) != QN_OK)
        return qn_fail(reterr, QN_ECORRUPT, "%.100s is damaged: %.100s", path, why.msg);
    return type == QN_JSON_OBJECT ? QN_OK : qn_fail(reterr, QN_ECORRUPT, "%.100s is damaged", path);
}

int cli_model_index(const struct qn_config *config, const char *name, struct qn_buf *out,
                    struct qn_err *reterr)
{
    char path[PATH_SIZE];
    int rc = cli_model_name(name, reterr);

    if (rc != QN_OK)
        return rc;
    snprintf(path, sizeof(path), "models/%s/index.json", name);
    rc = read_json(config, path, out, reterr);
    return rc == QN_ENOTFOUND ? not_published(config, name, reterr) : rc;
}

static bool find_version(struct qn_span index, int64_t version, struct qn_span *ret)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (version < 1 || !cli_json_list(index, "versions", &walk))
        return false;
    while (qn_json_walk_next(&walk, &item)) {
        if (cli_json_number(item.value, "version", 0) != version)
            continue;
        *ret = item.value;
        return true;
    }
    return false;
}

int cli_model_pick(struct qn_span index, const char *which, struct qn_span *ret,
                   struct qn_err *reterr)
{
    bool named = strcmp(which, "current") == 0 || strcmp(which, "newest") == 0 ||
                 strcmp(which, "approved") == 0;
    int64_t version = named ? cli_json_number(index, which, 0) : 0;

    if (!named && (qn_str_to_i64(which, &version) != QN_OK || version < 1))
        return qn_fail(reterr, QN_EINVAL,
                       "version \"%.40s\": a number from 1, current, newest or approved", which);
    if (find_version(index, version, ret))
        return QN_OK;
    if (!named)
        return qn_fail(reterr, QN_ENOTFOUND, "there is no version %lld, or no more",
                       (long long)version);
    if (version == 0 && strcmp(which, "approved") == 0)
        return qn_fail(reterr, QN_ENOTFOUND, "none of its versions was approved");
    return qn_fail(reterr, QN_ECORRUPT, "the index of the model is damaged");
}

static int try_read(const struct qn_config *config, struct cli_model_wanted *wanted,
                    struct qn_buf *out, struct qn_err *reterr)
{
    struct qn_span entry;
    char path[PATH_SIZE];
    int rc = cli_model_index(config, wanted->name, out, reterr);

    if (rc == QN_OK)
        rc = cli_model_pick((struct qn_span){out->data, out->len}, wanted->which, &entry, reterr);
    if (rc != QN_OK)
        return rc;
    cli_json_text(entry, "state", wanted->state, sizeof(wanted->state));
    snprintf(path, sizeof(path), "models/%s/%lld.%s", wanted->name,
             (long long)cli_json_number(entry, "version", 0), wanted->suffix);
    qn_buf_reset(out);
    rc = strcmp(wanted->suffix, "json") == 0 ? read_json(config, path, out, reterr)
                                             : qn_inside_read(folder(config), path, out, reterr);
    return rc == QN_ENOTFOUND ? QN_EAGAIN : rc;
}

int cli_model_read(const struct qn_config *config, struct cli_model_wanted *wanted,
                   struct qn_buf *out, struct qn_err *reterr)
{
    int rc = QN_EAGAIN;

    for (int i = 0; rc == QN_EAGAIN && i < TRIES; i++) {
        qn_buf_reset(out);
        rc = try_read(config, wanted, out, reterr);
    }
    if (rc != QN_EAGAIN)
        return rc;
    return qn_fail(reterr, QN_ENOTFOUND, "the %.20s version of %s is not published as .%s",
                   wanted->which, wanted->name, wanted->suffix);
}

/* ---- as it is ---- */

void cli_model_print_bytes(const struct cli_term *term, struct qn_span bytes)
{
    const char *end = bytes.data + bytes.len;

    if (!term->tty) {
        (void)fwrite(bytes.data, 1, bytes.len, term->out);
        return;
    }
    for (const char *at = bytes.data; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        struct qn_buf line;
        line_end = line_end ? line_end : end;
        qn_buf_init(&line, CLI_MODEL_BYTES_MAX);
        cli_text_add(&line, at, (size_t)(line_end - at), 0);
        fprintf(term->out, "%s\n", line.data);
        qn_buf_release(&line);
        at = line_end + 1;
    }
}
