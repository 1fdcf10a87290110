/* lexicon.h - all phrases that are understood: those of the model and of the two languages.
 *
 * A tree of atoms: a phrase ends at a node, and the node has what the phrase means, most likely
 * first. Made once of a model; borrowed names are those of the model.
 *
 * Not here: which phrases of a question count (spans.h).
 */
#ifndef TASKS_NL2SQL_RULES_LEXICON_H
#define TASKS_NL2SQL_RULES_LEXICON_H

#include "atoms.h"
#include "graph.h"
#include "understand.h"
#include "words.h"

#define LEXICON_NONE       UINT32_MAX
#define LEXICON_PHRASE_MAX 12 /* atoms of a phrase */
#define LEXICON_SAME_MAX   32
#define LEXICON_HAN        0x4E00 /* the first Chinese character */
#define LEXICON_HAN_N      0x5200

struct meaning {
    uint8_t kind;  /* enum meaning_kind */
    uint8_t score; /* of 100 */
    uint32_t next; /* meaning of the same phrase; LEXICON_NONE */
    int32_t a, b, c;
};

struct lexicon_edge {
    uint32_t node, word, to;
};

struct lexicon_way { /* from a node, by the word */
    uint32_t word, to;
};

struct lexicon_atom {
    const char *text;
    uint32_t next_typo; /* words of the same length and first letter, for typing errors */
    uint8_t len;
    bool of_model;
};

struct lexicon_same { /* words of one group */
    int32_t group;
    struct qn_span words[LEXICON_SAME_MAX];
    size_t n;
};

struct lexicon {
    const struct qn_model *model;
    struct qn_arena arena;
    struct graph graph;
    struct lexicon_atom *atoms;
    size_t n_atoms, atoms_cap;
    uint32_t *atom_slots; /* places in atoms, from 1 */
    size_t n_atom_slots;
    struct lexicon_edge *edges; /* while it is made: a hash table; to 0 is free */
    size_t n_edges, edge_slots;
    struct lexicon_way *ways; /* then: by node and word */
    uint32_t *ways_from;      /* n_nodes + 1: where those of a node begin */
    uint32_t *nodes;          /* first meaning of each; 0 is the root */
    size_t n_nodes, nodes_cap;
    struct meaning *meanings;
    size_t n_meanings, meanings_cap;
    struct lexicon_same same;    /* while it is made */
    uint32_t typo_first[24][32]; /* by length, by first letter */
    const char **sounds;         /* characters that are typed for each other, together */
    size_t n_sounds;
    uint8_t *sound_of; /* of each character from LEXICON_HAN on: the place of its group, from 1 */
};

/* The place of a Chinese character of three bytes; LEXICON_HAN_N for others. */
static inline size_t lexicon_han(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t code;

    if ((byte[0] & 0xF0U) != 0xE0U || byte[1] == '\0' || byte[2] == '\0') {
        return LEXICON_HAN_N;
    }
    code = ((byte[0] & 0x0FU) << 12U) | ((byte[1] & 0x3FU) << 6U) | (byte[2] & 0x3FU);
    return code >= LEXICON_HAN && code < LEXICON_HAN + LEXICON_HAN_N ? code - LEXICON_HAN
                                                                     : LEXICON_HAN_N;
}

/* The number of a word, LEXICON_NONE when no phrase has it. */
uint32_t lexicon_atom(const struct lexicon *lexicon, const char *text);
/* Where the atom leads from the node; 0 nowhere. */
uint32_t lexicon_step(const struct lexicon *lexicon, uint32_t node, uint32_t atom);
uint32_t lexicon_first(const struct lexicon *lexicon, uint32_t node);

size_t lexicon_bytes(const struct lexicon *lexicon);

/* For making it (lexicon_model.c). Failure is the arena's, or QN_ENOMEM. */
QN_MUST_CHECK int lexicon_add(struct lexicon *lexicon, struct qn_span phrase,
                              struct meaning meaning);
QN_MUST_CHECK int lexicon_add_model(struct lexicon *lexicon);
/* Gives each word of lexicon->same what another one of them means in the model. */
QN_MUST_CHECK int lexicon_add_same(struct lexicon *lexicon);

#endif
