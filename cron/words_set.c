#include "words_set.h"

#define RUN_LEAST 3 /* shorter ones are told one by one */
#define TOLD_MOST 6 /* a longer row with one distance is told by it */

void qn_words_next(struct qn_words_list *list)
{
    if (list->begun)
        qn_buf_add_str(list->out, list->left == 1 ? list->joint : ", ");
    list->begun = true;
    list->left--;
}

int qn_words_first(uint64_t bits)
{
    return __builtin_ctzll(bits);
}

int qn_words_last(uint64_t bits)
{
    return 63 - __builtin_clzll(bits);
}

int qn_words_count(uint64_t bits)
{
    return __builtin_popcountll(bits);
}

bool qn_words_is_one(uint64_t bits)
{
    return qn_words_count(bits) == 1;
}

bool qn_words_is_run(uint64_t bits)
{
    return qn_words_last(bits) - qn_words_first(bits) + 1 == qn_words_count(bits);
}

/* The end of the run that begins at a. */
static int run_end(uint64_t bits, int a)
{
    uint64_t after = ~bits >> a;

    return after ? a + __builtin_ctzll(after) - 1 : 63;
}

/* The numbers up to n, included, are done with. */
static uint64_t above(uint64_t bits, int n)
{
    return n >= 63 ? 0 : bits & (~UINT64_C(0) << (n + 1));
}

/* Takes the next item off the set: a number, or a run of them. */
static void take_item(uint64_t *bits, int *ret_a, int *ret_b)
{
    *ret_a = qn_words_first(*bits);
    *ret_b = run_end(*bits, *ret_a);
    if (*ret_b - *ret_a + 1 < RUN_LEAST)
        *ret_b = *ret_a;
    *bits = above(*bits, *ret_b);
}

static void add_number(struct qn_buf *out, int n, const struct qn_words_unit *unit)
{
    if (unit->names)
        qn_buf_add_str(out, unit->names[n]);
    else
        qn_buf_printf(out, "%d", n);
}

void qn_words_numbers(struct qn_buf *out, uint64_t bits, const struct qn_words_unit *unit)
{
    struct qn_words_list list = {.out = out, .joint = " and "};
    int a, b;

    for (uint64_t rest = bits; rest; list.left++)
        take_item(&rest, &a, &b);
    while (bits) {
        take_item(&bits, &a, &b);
        qn_words_next(&list);
        add_number(out, a, unit);
        if (b > a) {
            qn_buf_add_str(out, " to ");
            add_number(out, b, unit);
        }
    }
}

/* The distance of neighbours when it is the same for all, else 0. */
static int distance(uint64_t bits)
{
    int first = qn_words_first(bits), last = qn_words_last(bits), n = qn_words_count(bits);
    uint64_t row = 0;

    if (n < 2 || (last - first) % (n - 1) != 0)
        return 0;
    int step = (last - first) / (n - 1);
    for (int i = first; i <= last; i += step)
        row |= UINT64_C(1) << i;
    return row == bits ? step : 0;
}

static const char *ordinal_end(int n)
{
    int last = n / 10 == 1 ? 0 : n % 10;

    return last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
}

void qn_words_set(struct qn_buf *out, uint64_t bits, const struct qn_words_unit *unit)
{
    int step = qn_words_count(bits) > TOLD_MOST ? distance(bits) : 0;

    if (step > 1) {
        qn_buf_printf(out, "every %d%s %s from %d to %d", step, ordinal_end(step), unit->one,
                      qn_words_first(bits), qn_words_last(bits));
        return;
    }
    qn_buf_printf(out, "%s%s ", unit->one, qn_words_is_one(bits) ? "" : "s");
    qn_words_numbers(out, bits, unit);
}
