#include "lexicon.h"

#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

static uint32_t hash_text(const char *text)
{
    uint32_t hash = 2166136261U;

    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    }
    return hash ^ (hash >> 15);
}

static uint32_t hash_edge(uint32_t node, uint32_t word)
{
    uint32_t hash = node * 2654435761U ^ (word + 0x9E3779B9U) * 2246822519U;

    return hash ^ (hash >> 13);
}

uint32_t lexicon_atom(const struct lexicon *lexicon, const char *text)
{
    size_t mask = lexicon->n_atom_slots - 1;

    for (size_t at = hash_text(text) & mask; lexicon->atom_slots[at] != 0; at = (at + 1) & mask) {
        uint32_t atom = lexicon->atom_slots[at] - 1;

        if (strcmp(lexicon->atoms[atom].text, text) == 0) {
            return atom;
        }
    }
    return LEXICON_NONE;
}

static struct lexicon_edge *edge_at(const struct lexicon *lexicon, uint32_t node, uint32_t atom)
{
    size_t mask = lexicon->edge_slots - 1;
    size_t at = hash_edge(node, atom) & mask;

    while (lexicon->edges[at].to != 0 &&
           (lexicon->edges[at].node != node || lexicon->edges[at].word != atom)) {
        at = (at + 1) & mask;
    }
    return &lexicon->edges[at];
}

uint32_t lexicon_step(const struct lexicon *lexicon, uint32_t node, uint32_t atom)
{
    size_t low, high;

    if (lexicon->ways == NULL) {
        return edge_at(lexicon, node, atom)->to;
    }
    low = lexicon->ways_from[node];
    high = lexicon->ways_from[node + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (lexicon->ways[middle].word < atom) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < lexicon->ways_from[node + 1] && lexicon->ways[low].word == atom
               ? lexicon->ways[low].to
               : 0;
}

uint32_t lexicon_first(const struct lexicon *lexicon, uint32_t node)
{
    return lexicon->nodes[node];
}

/* Twice the room for one more item. */
static int more(void **items, size_t n, size_t *cap, size_t size)
{
    void *grown;

    if (n < *cap) {
        return QN_OK;
    }
    grown = qn_realloc_array(*items, *cap > 0 ? 2 * *cap : FIRST_ROOM, size);
    if (grown == NULL) {
        return QN_ENOMEM;
    }
    *items = grown;
    *cap = *cap > 0 ? 2 * *cap : FIRST_ROOM;
    return QN_OK;
}

static int grow_atom_slots(struct lexicon *lexicon)
{
    size_t n = lexicon->n_atom_slots > 0 ? 2 * lexicon->n_atom_slots : 2 * FIRST_ROOM;
    uint32_t *slots;

    if (2 * (lexicon->n_atoms + 1) < lexicon->n_atom_slots) {
        return QN_OK;
    }
    slots = qn_zalloc(n, sizeof(*slots));
    if (slots == NULL) {
        return QN_ENOMEM;
    }
    for (uint32_t i = 0; i < lexicon->n_atoms; i++) {
        size_t at = hash_text(lexicon->atoms[i].text) & (n - 1);

        while (slots[at] != 0) {
            at = (at + 1) & (n - 1);
        }
        slots[at] = i + 1;
    }
    qn_free(lexicon->atom_slots);
    lexicon->atom_slots = slots;
    lexicon->n_atom_slots = n;
    return QN_OK;
}

static int grow_edges(struct lexicon *lexicon)
{
    size_t n = lexicon->edge_slots > 0 ? 2 * lexicon->edge_slots : 2 * FIRST_ROOM;
    struct lexicon_edge *edges;

    if (3 * (lexicon->n_edges + 1) < 2 * lexicon->edge_slots) {
        return QN_OK;
    }
    edges = qn_zalloc(n, sizeof(*edges));
    if (edges == NULL) {
        return QN_ENOMEM;
    }
    for (size_t i = 0; i < lexicon->edge_slots; i++) {
        const struct lexicon_edge *old = &lexicon->edges[i];
        size_t at = hash_edge(old->node, old->word) & (n - 1);

        while (old->to != 0 && edges[at].to != 0) {
            at = (at + 1) & (n - 1);
        }
        if (old->to != 0) {
            edges[at] = *old;
        }
    }
    qn_free(lexicon->edges);
    lexicon->edges = edges;
    lexicon->edge_slots = n;
    return QN_OK;
}

static int make_atom(struct lexicon *lexicon, const char *text, bool of_model, uint32_t *ret)
{
    struct lexicon_atom *atom;
    void *atoms = lexicon->atoms;
    size_t at;

    *ret = lexicon_atom(lexicon, text);
    if (*ret != LEXICON_NONE) {
        lexicon->atoms[*ret].of_model = lexicon->atoms[*ret].of_model || of_model;
        return QN_OK;
    }
    if (more(&atoms, lexicon->n_atoms, &lexicon->atoms_cap, sizeof(*lexicon->atoms)) != QN_OK) {
        return QN_ENOMEM;
    }
    lexicon->atoms = atoms;
    if (grow_atom_slots(lexicon) != QN_OK) {
        return QN_ENOMEM;
    }
    *ret = (uint32_t)lexicon->n_atoms++;
    atom = &lexicon->atoms[*ret];
    *atom = (struct lexicon_atom){.text = qn_arena_str(&lexicon->arena, text),
                                  .len = (uint8_t)(strlen(text) < 255 ? strlen(text) : 255),
                                  .of_model = of_model,
                                  .next_typo = LEXICON_NONE};
    at = hash_text(text) & (lexicon->n_atom_slots - 1);
    while (lexicon->atom_slots[at] != 0) {
        at = (at + 1) & (lexicon->n_atom_slots - 1);
    }
    lexicon->atom_slots[at] = *ret + 1;
    return QN_OK;
}

static int make_step(struct lexicon *lexicon, uint32_t *node, uint32_t atom)
{
    void *nodes = lexicon->nodes;
    struct lexicon_edge *edge;

    if (grow_edges(lexicon) != QN_OK ||
        more(&nodes, lexicon->n_nodes, &lexicon->nodes_cap, sizeof(*lexicon->nodes)) != QN_OK) {
        return QN_ENOMEM;
    }
    lexicon->nodes = nodes;
    edge = edge_at(lexicon, *node, atom);
    if (edge->to == 0) {
        *edge = (struct lexicon_edge){*node, atom, (uint32_t)lexicon->n_nodes};
        lexicon->nodes[lexicon->n_nodes++] = LEXICON_NONE;
        lexicon->n_edges++;
    }
    *node = edge->to;
    return QN_OK;
}

static bool same_meaning(const struct meaning *a, const struct meaning *b)
{
    return a->kind == b->kind && a->a == b->a && a->b == b->b && a->c == b->c;
}

/* Keeps the meanings of a node by score, what came first before. */
static int add_meaning(struct lexicon *lexicon, uint32_t node, struct meaning meaning)
{
    void *meanings = lexicon->meanings;
    uint32_t *link = &lexicon->nodes[node];

    if (more(&meanings, lexicon->n_meanings, &lexicon->meanings_cap, sizeof(meaning)) != QN_OK) {
        return QN_ENOMEM;
    }
    lexicon->meanings = meanings;
    for (uint32_t at = *link; at != LEXICON_NONE; at = lexicon->meanings[at].next) {
        if (same_meaning(&lexicon->meanings[at], &meaning)) {
            return QN_OK;
        }
    }
    while (*link != LEXICON_NONE && lexicon->meanings[*link].score >= meaning.score) {
        link = &lexicon->meanings[*link].next;
    }
    meaning.next = *link;
    *link = (uint32_t)lexicon->n_meanings;
    lexicon->meanings[lexicon->n_meanings++] = meaning;
    return QN_OK;
}

int lexicon_add(struct lexicon *lexicon, struct qn_span phrase, struct meaning meaning)
{
    struct qn_arena scratch;
    struct atoms atoms;
    uint32_t node = 0, atom;
    int rc = QN_OK;

    qn_arena_init(&scratch, 64 * 1024);
    atoms_split(&atoms, phrase, LEXICON_PHRASE_MAX + 1, &scratch);
    if (atoms.n == 0 || atoms.n > LEXICON_PHRASE_MAX || scratch.status != QN_OK) {
        qn_arena_release(&scratch);
        return QN_OK;
    }
    for (size_t i = 0; i < atoms.n && rc == QN_OK; i++) {
        rc = make_atom(lexicon, atoms.items[i].text, meaning.kind >= WORD_KINDS, &atom);
        rc = rc == QN_OK ? make_step(lexicon, &node, atom) : rc;
    }
    rc = rc == QN_OK ? add_meaning(lexicon, node, meaning) : rc;
    qn_arena_release(&scratch);
    return rc == QN_OK ? lexicon->arena.status : rc;
}

size_t lexicon_bytes(const struct lexicon *lexicon)
{
    return lexicon->arena.used + lexicon->atoms_cap * sizeof(*lexicon->atoms) +
           lexicon->n_atom_slots * sizeof(uint32_t) +
           lexicon->edge_slots * sizeof(*lexicon->edges) +
           lexicon->n_edges * sizeof(*lexicon->ways) + lexicon->n_nodes * sizeof(uint32_t) +
           lexicon->nodes_cap * sizeof(uint32_t) +
           lexicon->meanings_cap * sizeof(*lexicon->meanings);
}

static int add_word(void *arg, const struct word *word)
{
    struct lexicon *lexicon = arg;
    struct meaning meaning = {
        .kind = (uint8_t)word->kind, .score = 100, .a = word->a, .b = word->b};

    if (word->kind == WORD_SOUND || word->kind == WORD_SAME) {
        return QN_OK;
    }
    return lexicon_add(lexicon, (struct qn_span){word->text, word->len}, meaning);
}

/* Words of one group are also used for what the model calls by another one of them. */
static int add_same(void *arg, const struct word *word)
{
    struct lexicon *lexicon = arg;
    struct lexicon_same *same = &lexicon->same;

    if (word->kind != WORD_SAME) {
        return QN_OK;
    }
    if (same->group != word->a) {
        int rc = lexicon_add_same(lexicon);

        same->group = word->a;
        same->n = 0;
        if (rc != QN_OK) {
            return rc;
        }
    }
    if (same->n < LEXICON_SAME_MAX) {
        same->words[same->n++] = (struct qn_span){word->text, word->len};
    }
    return QN_OK;
}

static int add_sounds(void *arg, const struct word *word)
{
    struct lexicon *lexicon = arg;
    void *sounds = lexicon->sounds;

    if (word->kind != WORD_SOUND) {
        return QN_OK;
    }
    sounds = qn_arena_grow(&lexicon->arena, sounds, lexicon->n_sounds, sizeof(*lexicon->sounds));
    if (sounds == NULL) {
        return lexicon->arena.status;
    }
    lexicon->sounds = sounds;
    lexicon->sounds[lexicon->n_sounds++] = qn_arena_text(&lexicon->arena, word->text, word->len);
    if (lexicon->sound_of == NULL) {
        lexicon->sound_of = qn_arena_alloc(&lexicon->arena, LEXICON_HAN_N, 1);
    }
    for (size_t i = 0; lexicon->sound_of != NULL && i + 2 < word->len; i += 3) {
        size_t at = lexicon_han(word->text + i);

        if (at < LEXICON_HAN_N && lexicon->n_sounds < UINT8_MAX) {
            lexicon->sound_of[at] = (uint8_t)lexicon->n_sounds;
        }
    }
    return lexicon->arena.status;
}

/* Words are found by length and first letter when a question has them with an error. */
static void index_typos(struct lexicon *lexicon)
{
    for (size_t i = lexicon->n_atoms; i > 0; i--) {
        struct lexicon_atom *atom = &lexicon->atoms[i - 1];
        size_t letter = (unsigned char)atom->text[0] & 31U;

        if (atom->len >= 3 && atom->len < 24 && atom->text[0] >= 'a' && atom->text[0] <= 'z') {
            atom->next_typo = lexicon->typo_first[atom->len][letter];
            lexicon->typo_first[atom->len][letter] = (uint32_t)(i - 1);
        }
    }
}

static int by_node_and_word(const void *a, const void *b)
{
    const struct lexicon_edge *x = a, *y = b;

    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return x->word < y->word ? -1 : x->word > y->word ? 1 : 0;
}

static void fit(void **items, size_t n, size_t *cap, size_t size)
{
    void *fitting = qn_realloc_array(*items, n > 0 ? n : 1, size);

    if (fitting != NULL) {
        *items = fitting;
        *cap = n;
    }
}

/* Nothing is added any more: no room to grow, and ways in order instead of a hash table. */
static int pack(struct lexicon *lexicon)
{
    void *atoms = lexicon->atoms, *nodes = lexicon->nodes, *meanings = lexicon->meanings;
    size_t n = 0;

    lexicon->ways_from = qn_zalloc(lexicon->n_nodes + 1, sizeof(*lexicon->ways_from));
    for (size_t i = 0; i < lexicon->edge_slots; i++) {
        if (lexicon->edges[i].to != 0) {
            lexicon->edges[n++] = lexicon->edges[i];
        }
    }
    qsort(lexicon->edges, n, sizeof(*lexicon->edges), by_node_and_word);
    lexicon->ways = qn_zalloc(n + 1, sizeof(*lexicon->ways));
    if (lexicon->ways == NULL || lexicon->ways_from == NULL) {
        return QN_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        lexicon->ways[i] = (struct lexicon_way){lexicon->edges[i].word, lexicon->edges[i].to};
        lexicon->ways_from[lexicon->edges[i].node + 1]++;
    }
    for (size_t i = 0; i < lexicon->n_nodes; i++) {
        lexicon->ways_from[i + 1] += lexicon->ways_from[i];
    }
    qn_free(lexicon->edges);
    lexicon->edges = NULL;
    lexicon->edge_slots = 0;
    fit(&atoms, lexicon->n_atoms, &lexicon->atoms_cap, sizeof(*lexicon->atoms));
    fit(&nodes, lexicon->n_nodes, &lexicon->nodes_cap, sizeof(*lexicon->nodes));
    fit(&meanings, lexicon->n_meanings, &lexicon->meanings_cap, sizeof(*lexicon->meanings));
    lexicon->atoms = atoms;
    lexicon->nodes = nodes;
    lexicon->meanings = meanings;
    return QN_OK;
}

static int fill(struct lexicon *lexicon, struct qn_err *reterr)
{
    void *nodes = lexicon->nodes;
    int rc;

    if (grow_atom_slots(lexicon) != QN_OK || grow_edges(lexicon) != QN_OK ||
        more(&nodes, 0, &lexicon->nodes_cap, sizeof(*lexicon->nodes)) != QN_OK) {
        return QN_ENOMEM;
    }
    lexicon->nodes = nodes;
    lexicon->nodes[lexicon->n_nodes++] = LEXICON_NONE;
    rc = words_each(words_text_en, add_word, lexicon, reterr);
    rc = rc == QN_OK ? words_each(words_text_zh, add_word, lexicon, reterr) : rc;
    rc = rc == QN_OK ? words_each(words_text_zh, add_sounds, lexicon, reterr) : rc;
    rc = rc == QN_OK ? lexicon_add_model(lexicon) : rc;
    rc = rc == QN_OK ? words_each(words_text_zh, add_same, lexicon, reterr) : rc;
    rc = rc == QN_OK ? lexicon_add_same(lexicon) : rc;
    rc = rc == QN_OK ? graph_make(&lexicon->graph, lexicon->model, &lexicon->arena) : rc;
    if (rc == QN_OK && lexicon_bytes(lexicon) > RULES_BYTES_MAX) {
        return QN_ELIMIT;
    }
    rc = rc == QN_OK ? pack(lexicon) : rc;
    index_typos(lexicon);
    return rc;
}

int lexicon_create(struct lexicon **ret, const struct qn_model *model, struct qn_err *reterr)
{
    struct lexicon *lexicon = qn_zalloc(1, sizeof(*lexicon));
    int rc;

    *ret = NULL;
    if (lexicon == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the words of a model");
    }
    lexicon->model = model;
    qn_arena_init(&lexicon->arena, RULES_BYTES_MAX);
    memset(lexicon->typo_first, 0xFF, sizeof(lexicon->typo_first));
    rc = fill(lexicon, reterr);
    if (rc != QN_OK) {
        lexicon_free(lexicon);
        return rc == QN_EINVAL ? rc : qn_fail(reterr, rc, "the words of the model: too many");
    }
    *ret = lexicon;
    return QN_OK;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (lexicon == NULL) {
        return;
    }
    qn_free(lexicon->atoms);
    qn_free(lexicon->atom_slots);
    qn_free(lexicon->edges);
    qn_free(lexicon->ways);
    qn_free(lexicon->ways_from);
    qn_free(lexicon->nodes);
    qn_free(lexicon->meanings);
    qn_arena_release(&lexicon->arena);
    qn_free(lexicon);
}
