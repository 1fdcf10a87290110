#include "distance.h"

#define WORD_MAX 63

size_t qn_distance(const char *a, size_t a_len, const char *b, size_t b_len, size_t most)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    if (a_len > WORD_MAX || b_len > WORD_MAX || a_len > b_len + most || b_len > a_len + most) {
        return most + 1;
    }
    for (size_t j = 0; j <= b_len; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t *oldest = before, least = now[0] = i;

        for (size_t j = 1; j <= b_len; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);

            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
            least = best < least ? best : least;
        }
        if (least > most) {
            return most + 1;
        }
        before = last;
        last = now;
        now = oldest;
    }
    return last[b_len] <= most ? last[b_len] : most + 1;
}
