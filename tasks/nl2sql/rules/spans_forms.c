#include "spans.h"

#include "tasks/lib/distance.h"
#include <string.h>

#define COST_FORM  0.25 /* another form of a word */
#define COST_TYPO  0.40
#define COST_SOUND 0.40
#define WORD_MAX   64
#define TYPO_LONG  8    /* letters from which two errors are forgiven */
#define TYPO_LOOKS 4000 /* words compared with one that is unknown */

struct finder {
    const struct lexicon *lexicon;
    struct word_form *forms;
    size_t n;
};

static void offer(struct finder *f, const char *text, struct word_form form)
{
    form.atom = lexicon_atom(f->lexicon, text);
    if (form.atom == LEXICON_NONE || f->n == FORMS_MAX) {
        return;
    }
    for (size_t i = 0; i < f->n; i++) {
        if (f->forms[i].atom == form.atom) {
            return;
        }
    }
    f->forms[f->n++] = form;
}

/* The word without an ending, with another one in its place; also without a doubled letter. */
static void without(struct finder *f, const char *word, const char *end, const char *instead,
                    struct word_form form)
{
    char text[WORD_MAX + 4];
    size_t len = strlen(word), n = strlen(end);

    if (len < n + 3 || len >= WORD_MAX || strcmp(word + len - n, end) != 0) {
        return;
    }
    memcpy(text, word, len - n);
    memcpy(text + len - n, instead, strlen(instead) + 1);
    offer(f, text, form);
    len -= n;
    if (instead[0] == '\0' && text[len - 1] == text[len - 2]) {
        text[len - 1] = '\0';
        offer(f, text, form);
    }
}

static void other_forms(struct finder *f, const char *word)
{
    static const struct {
        const char *end, *instead;
        bool est, er;
    } endings[] = {
        {"ied", "y", false, false}, {"ed", "", false, false},   {"ed", "e", false, false},
        {"ing", "", false, false},  {"ing", "e", false, false}, {"iest", "y", true, false},
        {"est", "", true, false},   {"est", "e", true, false},  {"ier", "y", false, true},
        {"er", "", false, true},    {"er", "e", false, true},
    };

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        without(f, word, endings[i].end, endings[i].instead,
                (struct word_form){.cost = COST_FORM,
                                   .est = endings[i].est,
                                   .er = endings[i].er,
                                   .verb = !endings[i].est && !endings[i].er});
    }
}

/* Of short words a changed letter is another word. */
static bool is_likely(const char *word, const char *other)
{
    size_t len = strlen(word);

    return len > 4 || len != strlen(other) || memcmp(word, other, 2) != 0 || word[2] == other[3];
}

static void typos(struct finder *f, const char *word, bool model)
{
    const struct lexicon *lexicon = f->lexicon;
    size_t len = strlen(word), max = len >= TYPO_LONG ? 2 : 1, looks = 0;
    size_t letter = (unsigned char)word[0] & 31U;

    for (size_t m = len - max; m <= len + max && m < 24; m++) {
        for (uint32_t at = lexicon->typo_first[m][letter]; at != LEXICON_NONE && looks < TYPO_LOOKS;
             at = lexicon->atoms[at].next_typo, looks++) {
            const struct lexicon_atom *atom = &lexicon->atoms[at];
            size_t far;

            if (model && (m != len + 1 || !atom->of_model)) {
                continue;
            }
            far = qn_distance(word, len, atom->text, m, max);
            if (far <= max && is_likely(word, atom->text)) {
                double cost =
                    model ? COST_FORM - 0.02 : COST_TYPO * (double)far + (atom->of_model ? 0 : 0.1);

                offer(f, atom->text, (struct word_form){.cost = cost});
            }
        }
    }
}

static void sounds(struct finder *f, const char *character)
{
    size_t at = f->lexicon->sound_of != NULL ? lexicon_han(character) : LEXICON_HAN_N;
    size_t place = at < LEXICON_HAN_N ? f->lexicon->sound_of[at] : 0;
    const char *group = place > 0 ? f->lexicon->sounds[place - 1] : "";

    for (; group[0] != '\0' && group[1] != '\0' && group[2] != '\0'; group += 3) {
        char one[4] = {group[0], group[1], group[2], '\0'};

        offer(f, one, (struct word_form){.cost = COST_SOUND, .sound = true});
    }
}

static bool has_model(const struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->lexicon->atoms[f->forms[i].atom].of_model) {
            return true;
        }
    }
    return false;
}

size_t spans_forms(const struct lexicon *lexicon, const struct atom *atom,
                   struct word_form forms[FORMS_MAX])
{
    struct finder f = {.lexicon = lexicon, .forms = forms};
    size_t len = strlen(atom->full);

    offer(&f, atom->text, (struct word_form){.cost = 0});
    if (atom->kind == ATOM_HAN) {
        sounds(&f, atom->text);
    }
    if (atom->kind == ATOM_WORD) {
        other_forms(&f, atom->full);
    }
    if (atom->kind == ATOM_WORD && f.n == 0 && strlen(atom->text) >= 4 && len < 24 &&
        atom->full[0] >= 'a' && atom->full[0] <= 'z') {
        typos(&f, atom->text, false);
    } else if (atom->kind == ATOM_WORD && f.n > 0 && f.forms[0].cost > 0 && len >= 6 && len < 24 &&
               !has_model(&f)) {
        typos(&f, atom->text, true);
    }
    return f.n;
}
