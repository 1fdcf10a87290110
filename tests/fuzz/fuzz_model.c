/* fuzz_model.c - a model and a layer from anywhere: what is read writes the same again, twice,
 * and what a layer makes of a model can be read. */
#include "fuzz.h"

#include "tasks/lib/model/model_diff.h"
#include "tasks/lib/model/model_export.h"
#include <string.h>

#define OUT_MAX ((size_t)256 * 1024 * 1024)

static struct qn_buf json_of(const struct qn_model *model)
{
    struct qn_buf out;

    qn_buf_init(&out, OUT_MAX);
    FUZZ_REQUIRE(qn_model_to_json(model, &out) == QN_OK);
    return out;
}

/* Returns the model that was read. */
static struct qn_model *reads_back(const struct qn_model *model)
{
    struct qn_buf first = json_of(model), second;
    struct qn_model *again = NULL;
    struct qn_err err = {0};

    if (qn_model_from_json(&again, (struct qn_span){first.data, first.len}, &err) != QN_OK) {
        fprintf(stderr, "%s\n", err.msg);
        abort();
    }
    second = json_of(again);
    FUZZ_REQUIRE(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    qn_buf_release(&first);
    qn_buf_release(&second);
    return again;
}

static void exports(const struct qn_model *model, const struct qn_model *other)
{
    struct qn_buf out;

    qn_buf_init(&out, OUT_MAX);
    FUZZ_REQUIRE(qn_model_to_yaml(model, &out) == QN_OK);
    FUZZ_REQUIRE(qn_model_to_markdown(model, &out) == QN_OK);
    FUZZ_REQUIRE(qn_model_to_mermaid(model, &out) == QN_OK);
    qn_buf_reset(&out);
    FUZZ_REQUIRE(qn_model_diff(model, other, &out) == QN_OK);
    FUZZ_REQUIRE(strcmp(out.data, "{\"added\":[],\"removed\":[],\"changed\":[]}") == 0);
    qn_buf_release(&out);
}

static void as_model(struct qn_span bytes)
{
    struct qn_model *model = NULL, *again;

    if (qn_model_from_json(&model, bytes, NULL) != QN_OK) {
        return;
    }
    again = reads_back(model);
    exports(model, again);
    qn_model_free(again);
    qn_model_free(model);
}

/* On a model of one table that the corpus knows. */
static void as_layer(struct qn_span bytes)
{
    static const char base[] =
        "{\"format\":\"quern-model/1\",\"version\":0,\"state\":\"draft\",\"hash\":\"\","
        "\"datasource\":\"\",\"database\":\"d\",\"tables\":[{\"schema\":\"s\",\"name\":\"t\","
        "\"kind\":\"table\",\"purpose\":\"other\",\"columns\":[{\"name\":\"a\",\"type\":\"int\","
        "\"family\":\"integer\",\"role\":\"key\"},{\"name\":\"b\",\"type\":\"text\","
        "\"family\":\"text\",\"role\":\"label\",\"values\":[{\"value\":\"x\"}]}],"
        "\"keys\":[{\"primary\":true,\"columns\":[\"a\"]}]}],\"relations\":[],\"metrics\":["
        "{\"name\":\"n\",\"source\":\"rule\",\"expr\":\"count(*)\"}],\"conditions\":[],"
        "\"warnings\":[]}";
    struct qn_model *model = NULL;
    bool right = qn_model_check_layer(bytes, NULL) == QN_OK;

    FUZZ_REQUIRE(qn_model_from_json(&model, (struct qn_span){base, sizeof(base) - 1}, NULL) ==
                 QN_OK);
    FUZZ_REQUIRE((qn_model_merge(model, bytes, QN_MODEL_HUMAN, NULL) == QN_OK) == right);
    FUZZ_REQUIRE(qn_model_seal(model, NULL) == QN_OK);
    qn_model_free(reads_back(model));
    qn_model_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_span bytes = {(const char *)data, size};

    as_model(bytes);
    as_layer(bytes);
    return 0;
}
