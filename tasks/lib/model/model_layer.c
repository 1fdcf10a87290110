#include "model_layer.h"

#include "model_text.h"
#include <stdio.h>
#include <string.h>

void qn_layer_warn(struct qn_model *model, const char *fmt, ...)
{
    const char **warnings;
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (model->n_warnings >= QN_LAYER_WARNINGS_MAX ||
        qn_layer_word_at(text, model->warnings, model->n_warnings) < model->n_warnings) {
        return;
    }
    warnings = qn_arena_grow(&model->arena, model->warnings, model->n_warnings, sizeof(*warnings));
    if (warnings != NULL) {
        warnings[model->n_warnings++] = qn_plain(&model->arena, text, sizeof(text));
        model->warnings = warnings;
    }
}

size_t qn_layer_word_at(const char *word, const char *const *words, size_t n)
{
    size_t i = 0;

    while (i < n && strcmp(words[i], word) != 0) {
        i++;
    }
    return i;
}

bool qn_layer_find(struct qn_span object, const char *name, struct qn_json_item *ret)
{
    return qn_json_find(object.data, object.len, name, ret) && ret->type != QN_JSON_NULL;
}

const char *qn_layer_text(struct qn_layer *layer, struct qn_span value, bool raw)
{
    struct qn_arena *arena = &layer->model->arena;

    qn_buf_reset(&layer->text);
    if (qn_json_unescape(value, &layer->text) != QN_OK) {
        if (arena->status == QN_OK) { /* the only reason left */
            arena->status = QN_ENOMEM;
        }
        return "";
    }
    return raw ? qn_arena_text(arena, layer->text.data, layer->text.len)
               : qn_plain(arena, layer->text.data, QN_MODEL_SQL_MAX);
}

const char *qn_layer_key(struct qn_layer *layer, const struct qn_json_item *item)
{
    return item->key.data == NULL ? "" : qn_layer_text(layer, item->key, true);
}

bool qn_layer_text_of(struct qn_layer *layer, struct qn_span object, const char *name, bool raw,
                      const char **ret)
{
    struct qn_json_item item;

    if (!qn_layer_find(object, name, &item)) {
        return false;
    }
    *ret = qn_layer_text(layer, item.value, raw);
    return true;
}

bool qn_layer_bool_of(struct qn_span object, const char *name, bool *ret)
{
    struct qn_json_item item;

    if (!qn_layer_find(object, name, &item) || item.type != QN_JSON_BOOLEAN) {
        return false;
    }
    *ret = item.value.data[0] == 't';
    return true;
}

size_t qn_layer_count(struct qn_span list)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n = 0;

    if (qn_json_walk_init(&walk, list.data, list.len) != QN_OK) {
        return 0;
    }
    while (qn_json_walk_next(&walk, &item)) {
        n++;
    }
    return n;
}

static void add_once(const char **list, size_t *n, const char *text)
{
    if (text[0] != '\0' && *n < QN_MODEL_WORDS && qn_layer_word_at(text, list, *n) == *n) {
        list[(*n)++] = text;
    }
}

static void add_all(const char **list, size_t *n, const char *const *texts, size_t n_texts)
{
    for (size_t i = 0; i < n_texts; i++) {
        add_once(list, n, texts[i]);
    }
}

void qn_layer_texts(struct qn_layer *layer, struct qn_span list, const char *const **ret, size_t *n,
                    bool first)
{
    size_t new = qn_layer_count(list), kept = 0, index = 0;
    const char **texts;
    struct qn_json_walk walk;
    struct qn_json_item item;

    new = new < QN_MODEL_WORDS ? new : QN_MODEL_WORDS;
    texts = qn_arena_alloc(&layer->model->arena, *n + new + 1, sizeof(*texts));
    if (texts == NULL || qn_json_walk_init(&walk, list.data, list.len) != QN_OK) {
        return;
    }
    if (!first) {
        add_all(texts, &kept, *ret, *n);
    }
    while (index++ < new &&qn_json_walk_next(&walk, &item)) {
        add_once(texts, &kept, qn_layer_text(layer, item.value, false));
    }
    add_all(texts, &kept, *ret, *n);
    *ret = texts;
    *n = kept;
}

/* One list for all languages: by the letters. */
static void add_unsorted(struct qn_layer *layer, struct qn_span list, struct qn_model_words *words,
                         bool first)
{
    const char *const *all = NULL;
    const char **en, **zh;
    size_t n = 0, n_en = 0, n_zh = 0;

    qn_layer_texts(layer, list, &all, &n, true);
    en = qn_arena_alloc(&layer->model->arena, n + words->n_en + 1, sizeof(*en));
    zh = qn_arena_alloc(&layer->model->arena, n + words->n_zh + 1, sizeof(*zh));
    if (en == NULL || zh == NULL) {
        return;
    }
    if (!first) {
        add_all(en, &n_en, words->en, words->n_en);
        add_all(zh, &n_zh, words->zh, words->n_zh);
    }
    for (size_t i = 0; i < n; i++) {
        if (qn_has_cjk(all[i])) {
            add_once(zh, &n_zh, all[i]);
        } else {
            add_once(en, &n_en, all[i]);
        }
    }
    add_all(en, &n_en, words->en, words->n_en);
    add_all(zh, &n_zh, words->zh, words->n_zh);
    *words = (struct qn_model_words){en, n_en, zh, n_zh};
}

void qn_layer_words(struct qn_layer *layer, struct qn_span value, struct qn_model_words *words)
{
    bool first = layer->source >= QN_MODEL_HINTS;
    struct qn_json_item list;

    if (value.data[0] == '[') {
        add_unsorted(layer, value, words, first);
        return;
    }
    if (qn_layer_find(value, "en", &list)) {
        qn_layer_texts(layer, list.value, &words->en, &words->n_en, first);
    }
    if (qn_layer_find(value, "zh", &list)) {
        qn_layer_texts(layer, list.value, &words->zh, &words->n_zh, first);
    }
}
