#include "chart_index.h"

#include "tasks/lib/catalog/catalog_text.h"
#include <string.h>

void chart_index_init(struct chart_index *index, struct qn_arena *arena, size_t most)
{
    size_t n_slots = 16;

    while (n_slots < most * 2) {
        n_slots *= 2;
    }
    *index = (struct chart_index){.n_slots = n_slots};
    index->texts = qn_arena_alloc(arena, most + 1, sizeof(*index->texts));
    index->slots = qn_arena_alloc(arena, n_slots, sizeof(*index->slots));
}

static bool same(struct qn_span a, struct qn_span b)
{
    if (a.data == NULL || b.data == NULL) {
        return a.data == b.data;
    }
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

size_t chart_index_add(struct chart_index *index, struct qn_span text)
{
    size_t mask = index->n_slots - 1;
    size_t slot = (size_t)(text.data != NULL ? qn_catalog_fnv(text) : 7) & mask;

    if (index->texts == NULL || index->slots == NULL) {
        return 0;
    }
    while (index->slots[slot] != 0) {
        size_t place = index->slots[slot] - 1;

        if (same(index->texts[place], text)) {
            return place;
        }
        slot = (slot + 1) & mask;
    }
    index->texts[index->n] = text;
    index->slots[slot] = index->n + 1;
    return index->n++;
}
