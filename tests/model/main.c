/* main.c - model_brokers [--seed S] [--steps N] [--plants]
 *
 * N steps from seed S, in plays of 500, every fourth a loose one. When the brokers differ, the
 * steps are made few and told. --plants: each planted bug has to be found instead.
 */
#include "run.h"

#include "common/str.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAY_STEPS  500
#define PLANT_TRIES 8
#define PLANT_SHORT 25 /* steps that tell enough about a planted bug */

static struct model model;

static void tell(struct model_play *play, int differs)
{
    struct qn_buf text;

    qn_buf_init(&text, 16 * 1024 * 1024);
    model_play_shrink(&model, play, differs);
    model_play_tell(&model, play, &text);
    printf("%.*s", (int)text.len, text.data ? text.data : "");
    qn_buf_release(&text);
}

static bool compare(uint64_t seed, int steps)
{
    struct model_random seeds = {.state = seed};
    int done = 0;

    for (int i = 0; done < steps; i++, done += PLAY_STEPS) {
        struct model_play play;
        uint64_t own = i == 0 ? seed : model_random_next(&seeds);
        model_play_init(&play, own, PLAY_STEPS, i % 4 == 3, NULL);
        int differs = model_play_run(&model, &play, NULL);
        if (differs >= 0) {
            printf("seed %llu, play %d%s: the brokers differ at step %d; in short:\n",
                   (unsigned long long)seed, i, play.loose ? " (loose)" : "", differs);
            tell(&play, differs);
        }
        model_play_release(&play);
        if (differs >= 0)
            return false;
    }
    printf("seed %llu: %d steps, no difference\n", (unsigned long long)seed, done);
    return true;
}

static bool finds(const struct model_plant *plant, uint64_t seed)
{
    for (int i = 0; i < PLANT_TRIES; i++) {
        struct model_play play;
        model_play_init(&play, seed + (uint64_t)i, PLAY_STEPS, false, plant);
        int differs = model_play_run(&model, &play, NULL);
        if (differs >= 0) {
            model_play_shrink(&model, &play, differs);
            printf("\"%s\": found at step %d, %d steps tell it\n", plant->name, differs, play.n);
            bool is_short = play.n <= PLANT_SHORT;
            if (!is_short)
                tell(&play, play.n - 1);
            model_play_release(&play);
            return is_short;
        }
        model_play_release(&play);
    }
    printf("\"%s\": NOT found\n", plant->name);
    return false;
}

static bool find_plants(uint64_t seed)
{
    bool all = true;

    for (int i = 0; i < model_plants_n; i++)
        all = finds(&model_plants[i], seed) && all;
    return all;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1;
    int64_t steps = 3000;
    bool known = true;
    bool plants = false, good;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            seed = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--steps") == 0 && i + 1 < argc) {
            known = qn_str_to_i64(argv[++i], &steps) == QN_OK;
        } else if (strcmp(argv[i], "--plants") == 0) {
            plants = true;
        } else {
            known = false;
        }
    }
    if (!known || steps < 1 || steps > INT_MAX) {
        fprintf(stderr, "usage: model_brokers [--seed S] [--steps N] [--plants]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    model_open(&model);
    good = plants ? find_plants(seed) : compare(seed, (int)steps);
    model_close(&model);
    return good ? 0 : 1;
}
