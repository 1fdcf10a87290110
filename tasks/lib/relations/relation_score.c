#include "relation_score.h"

#include <math.h>
#include <string.h>

const double qn_relation_weights[QN_RELATION_FEATURES] = {
    [QN_RELATION_BIAS] = -7.2,   [QN_RELATION_NAME] = 11.2,   [QN_RELATION_ORPHANS] = -4.5,
    [QN_RELATION_PROOF] = 2.5,   [QN_RELATION_REACH] = 0.8,   [QN_RELATION_SHORT] = -0.4,
    [QN_RELATION_FEW] = -1.2,    [QN_RELATION_INDEXED] = 0.4, [QN_RELATION_RIVALS] = -1.6,
    [QN_RELATION_UNSEEN] = -0.6, [QN_RELATION_COVER] = 0.5,
};

#define NAME_ALONE 0.62 /* what values that prove it stand for, whatever the name */
#define LONE_BONUS 0.06 /* for a name that could mean only one key */
#define NAME_EXACT 0.92 /* enough without any data */
#define NAME_SURE  0.9  /* from here on data that only fits says nothing against it */

static bool is_indexed(const struct qn_catalog_table *table, const size_t *columns, size_t n)
{
    for (size_t i = 0; i < table->n_indexes; i++) {
        if (table->indexes[i].n >= n && table->indexes[i].columns[0] == columns[0]) {
            return true;
        }
    }
    for (size_t i = 0; i < table->n_keys; i++) {
        for (size_t j = 0; j < table->keys[i].n && table->keys[i].primary; j++) {
            if (table->keys[i].columns[j] == columns[0]) {
                return true;
            }
        }
    }
    return false;
}

double qn_relation_score_rarity(const struct qn_profile_column *key)
{
    double range = key->high - key->low + 1;
    double density = range >= 1 && key->distinct > 0 ? fmin(1, key->distinct / range) : 1;
    double offset = key->low > 100 ? 0.5 * fmin(1, key->low / range) : 0;

    return fmax(1 - density, offset);
}

/* Of values or of rows, whichever is kinder: one stray row is no orphan class. */
static double found_share(const struct qn_relation_candidate *candidate)
{
    return candidate->tested > 0 ? fmax(candidate->hits / candidate->tested, candidate->found) : 0;
}

static double orphans(double found)
{
    return found < 0.5 ? 3 : fmin(1, (1 - found) / 0.2);
}

static double proof(const struct qn_relation_schema *schema,
                    const struct qn_relation_candidate *candidate)
{
    const struct qn_profile_column *key =
        qn_relation_schema_profile(schema, candidate->parent, candidate->parent_columns[0]);
    enum qn_family family =
        schema->catalog->tables[candidate->child].columns[candidate->child_columns[0]].family;
    double share = found_share(candidate);
    double known = fmin(1, candidate->tested / 5), rare = 1;

    if (family == QN_FAMILY_INTEGER || family == QN_FAMILY_NUMERIC) {
        known = fmin(1, candidate->tested / 20);
        rare = key != NULL ? qn_relation_score_rarity(key) : 0;
    } else if (family == QN_FAMILY_DATE) {
        rare = 0.2;
    }
    return rare * known * fmin(1, fmax(0, (share - 0.75) / 0.2));
}

/* Values of a key that is only somebody's name or title are often copied, not referred to. */
static double trust(const struct qn_relation_schema *schema,
                    const struct qn_relation_candidate *candidate)
{
    const struct qn_relation_key *key =
        candidate->key != QN_RELATION_NONE ? &schema->keys[candidate->key] : NULL;

    if (key == NULL || key->n != 1) {
        return 0.85;
    }
    if (!key->primary && key->label.base.n > 0 &&
        qn_relation_compare_all(&schema->lexicon, &key->label.base, QN_WORD_GENERIC)) {
        return 0.6;
    }
    return key->primary || key->own ? 1 : key->declared ? 0.85 : 0.75;
}

static void compare_ranges(const struct qn_relation_schema *schema,
                           const struct qn_relation_candidate *candidate,
                           double ret[QN_RELATION_FEATURES])
{
    const struct qn_profile_column *child =
        qn_relation_schema_profile(schema, candidate->child, candidate->child_columns[0]);
    const struct qn_profile_column *key =
        qn_relation_schema_profile(schema, candidate->parent, candidate->parent_columns[0]);
    double reach;

    if (child == NULL || key == NULL || isnan(child->high) || isnan(key->high) ||
        !(key->high > key->low)) {
        return;
    }
    reach = (child->high - key->low + 1) / (key->high - key->low + 1);
    if (key->distinct >= 8) {
        ret[QN_RELATION_REACH] = reach >= 0.9 && reach <= 1.02;
    }
    if (candidate->name.score < NAME_SURE) {
        ret[QN_RELATION_COVER] = fmin(1, child->distinct / key->distinct);
        ret[QN_RELATION_SHORT] = reach < 0.6;
        ret[QN_RELATION_FEW] = child->distinct <= 6 && child->high <= 10 && key->distinct > 20;
    }
}

void qn_relation_score_features(const struct qn_relation_schema *schema,
                                const struct qn_relation_candidate *candidate,
                                double ret[QN_RELATION_FEATURES])
{
    const struct qn_catalog_table *child = &schema->catalog->tables[candidate->child];

    memset(ret, 0, QN_RELATION_FEATURES * sizeof(ret[0]));
    ret[QN_RELATION_BIAS] = 1;
    ret[QN_RELATION_NAME] = candidate->name.score;
    ret[QN_RELATION_INDEXED] = is_indexed(child, candidate->child_columns, candidate->n);
    if (!candidate->probed || !(candidate->tested > 0)) {
        ret[QN_RELATION_UNSEEN] = 1;
        return;
    }
    ret[QN_RELATION_ORPHANS] = orphans(found_share(candidate));
    ret[QN_RELATION_PROOF] = proof(schema, candidate);
    ret[QN_RELATION_NAME] =
        fmax(candidate->name.score, NAME_ALONE * ret[QN_RELATION_PROOF] * trust(schema, candidate));
    compare_ranges(schema, candidate, ret);
}

double qn_relation_score_logit(const double features[QN_RELATION_FEATURES])
{
    double logit = 0;

    for (size_t i = 0; i < QN_RELATION_FEATURES; i++) {
        logit += qn_relation_weights[i] * features[i];
    }
    return logit;
}

double qn_relation_score_of(double logit)
{
    return round(1000 / (1 + exp(-logit))) / 1000;
}

/* No other table's name comes near. */
static bool is_lone(const struct qn_relation_candidate *candidates, size_t n, size_t at)
{
    for (size_t i = 0; i < n; i++) {
        if (candidates[i].parent != candidates[at].parent && !candidates[i].barred &&
            candidates[i].name.score > candidates[at].name.score - 0.15) {
            return false;
        }
    }
    return candidates[at].name.score >= 0.6 && candidates[at].name.score < NAME_SURE;
}

/* By its values alone, and neither a declaration nor a name says that it is a key. */
static bool is_doubtful(const struct qn_relation_schema *schema,
                        const struct qn_relation_candidate *candidate)
{
    const struct qn_relation_key *key =
        candidate->key != QN_RELATION_NONE ? &schema->keys[candidate->key] : NULL;

    return candidate->name.rule == QN_RELATION_RULE_VALUES && key != NULL && !key->declared &&
           key->label.key[0] == '\0' && !qn_relation_compare_says(&key->label.base);
}

/* Without data a name must be exact to be taken. */
static double capped(const struct qn_relation_schema *schema,
                     const struct qn_relation_candidate *candidate, double score)
{
    const enum qn_relation_rule rule = candidate->name.rule;
    bool unseen = !candidate->probed || !(candidate->tested > 0);
    bool nameless = rule == QN_RELATION_RULE_VALUES || rule == QN_RELATION_RULE_FOREIGN;
    bool vague = candidate->name.score < NAME_EXACT || (candidate->n > 1 && !candidate->telling);

    if (candidate->barred || (nameless && unseen)) {
        return 0;
    }
    return (unseen && vague) || is_doubtful(schema, candidate) ? fmin(score, 0.75) : score;
}

/* 1 when the best other key is as good, 0 when it is a whole step behind. */
static double rivals(const struct qn_relation_candidate *candidates, size_t n, size_t at)
{
    double best = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        if (i != at && !candidates[i].barred &&
            (candidates[i].parent != candidates[at].parent ||
             candidates[i].name.score > candidates[at].name.score)) {
            best = fmax(best, candidates[i].logit);
        }
    }
    return fmax(0, fmin(1, 1 - (candidates[at].logit - best)));
}

void qn_relation_score_column(const struct qn_relation_schema *schema,
                              struct qn_relation_candidate *candidates, size_t n)
{
    double features[QN_RELATION_FEATURES];

    for (size_t i = 0; i < n; i++) {
        qn_relation_score_features(schema, &candidates[i], features);
        candidates[i].logit =
            qn_relation_score_logit(features) +
            (is_lone(candidates, n, i) ? qn_relation_weights[QN_RELATION_NAME] * LONE_BONUS : 0);
    }
    for (size_t i = 0; i < n; i++) {
        double logit = candidates[i].logit +
                       qn_relation_weights[QN_RELATION_RIVALS] * rivals(candidates, n, i);

        candidates[i].score = capped(schema, &candidates[i], qn_relation_score_of(logit));
    }
}
