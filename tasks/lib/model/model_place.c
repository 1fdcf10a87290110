#include "model_place.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define NAME_SHOWN 64 /* bytes of one level */

struct qn_model_place qn_model_place_of(const struct qn_model_place *up,
                                        const struct qn_json_item *item, size_t index)
{
    struct qn_span name = item->key.len > 0 ? item->key : (struct qn_span){0};

    return (struct qn_model_place){up, name, index};
}

/* Names are shown as they stand in the document: escaped, so without control characters. */
static int level_text(const struct qn_model_place *place, char *out, size_t size)
{
    size_t len = qn_utf8_cut(place->name.data, place->name.len, NAME_SHOWN);

    if (place->name.data == NULL) {
        return snprintf(out, size, "%zu", place->index);
    }
    return snprintf(out, size, "%.*s%s", (int)len, place->name.data,
                    len < place->name.len ? "..." : "");
}

void qn_model_place_text(const struct qn_model_place *place, char out[QN_MODEL_PLACE_TEXT])
{
    char level[NAME_SHOWN + 8];
    size_t begin = QN_MODEL_PLACE_TEXT - 1;

    out[begin] = '\0';
    for (; place != NULL && place->up != NULL; place = place->up) {
        size_t len = (size_t)level_text(place, level, sizeof(level));
        bool last = begin == QN_MODEL_PLACE_TEXT - 1;

        if (len + (last ? 0 : 1) > begin) {
            break;
        }
        if (!last) {
            out[--begin] = '.';
        }
        begin -= len;
        memcpy(out + begin, level, len);
    }
    memmove(out, out + begin, QN_MODEL_PLACE_TEXT - begin);
}

int qn_model_place_fail(const struct qn_model_place *place, const char *text, struct qn_err *reterr)
{
    char where[QN_MODEL_PLACE_TEXT];

    qn_model_place_text(place, where);
    return qn_fail(reterr, QN_EINVAL, "%s%s%s", where, where[0] != '\0' ? ": " : "", text);
}

int qn_model_place_want(const struct qn_model_place *place, enum qn_json_type type,
                        enum qn_json_type wanted, struct qn_err *reterr)
{
    static const char *const texts[] = {
        "null is expected",   "true or false is expected", "a number is expected",
        "a text is expected", "a list is expected",        "an object is expected",
    };

    return type == wanted ? QN_OK : qn_model_place_fail(place, texts[wanted], reterr);
}
