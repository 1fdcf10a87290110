/* fuzz_llm.c - whatever a server sends: a stream is read the same in one piece and byte by byte; an
 * answer is whole only with a text in it; a text of an error holds neither the key nor control
 * characters; waits, prices and classes are within their bounds. */
#include "fuzz.h"

#include "tasks/lib/llm/llm_answer.h"
#include "tasks/lib/llm/llm_plan.h"
#include "tasks/lib/llm/llm_stream.h"
#include <string.h>

#define SIZE_MAX_READ ((size_t)64 * 1024)
#define MOST          ((size_t)1024 * 1024)
#define SECRET        "sk-geheim"

static int take(void *arg, struct qn_span data)
{
    qn_llm_answer_add(arg, data);
    return QN_OK;
}

static void read_stream(struct qn_llm_answer *answer, struct qn_span text, size_t piece)
{
    struct qn_llm_stream stream;

    qn_llm_answer_init(answer, MOST);
    qn_llm_stream_init(&stream, take, answer);
    for (size_t at = 0; at < text.len; at += piece) {
        size_t left = text.len - at;

        FUZZ_REQUIRE(qn_llm_stream_push(
                         &stream, (struct qn_span){text.data + at, left < piece ? left : piece}) ==
                     QN_OK);
    }
    qn_llm_answer_part(answer);
    qn_llm_stream_release(&stream);
}

static void require_answer(const struct qn_llm_answer *answer, bool streamed)
{
    for (size_t i = 0; i < QN_LLM_PROFILES; i++) {
        enum qn_llm_class class = qn_llm_answer_judge(answer, &qn_llm_profiles[i], streamed, false);

        FUZZ_REQUIRE(class < QN_LLM_CLASSES);
        FUZZ_REQUIRE(class != QN_LLM_FINE || answer->text.len > 0);
    }
    FUZZ_REQUIRE(answer->tokens.cached <= answer->tokens.prompt);
    FUZZ_REQUIRE(answer->tokens.prompt >= 0 && answer->tokens.completion >= 0);
}

static void require_streams_alike(struct qn_span text)
{
    struct qn_llm_answer one, other;

    read_stream(&one, text, text.len);
    read_stream(&other, text, 1);
    require_answer(&one, true);
    FUZZ_REQUIRE(one.problem == other.problem && one.done == other.done);
    FUZZ_REQUIRE(one.text.len == other.text.len &&
                 memcmp(one.text.data, other.text.data, one.text.len) == 0);
    FUZZ_REQUIRE(strcmp(one.finish, other.finish) == 0);
    qn_llm_answer_release(&one);
    qn_llm_answer_release(&other);
}

static void require_excerpt(struct qn_span text)
{
    struct qn_buf out;

    qn_buf_init(&out, MOST);
    qn_llm_excerpt(text, SECRET, 160, &out);
    FUZZ_REQUIRE(qn_buf_status(&out) == QN_OK && out.len <= 160);
    FUZZ_REQUIRE(strstr(out.data, SECRET) == NULL && strlen(out.data) == out.len);
    for (size_t i = 0; i < out.len; i++) {
        FUZZ_REQUIRE((unsigned char)out.data[i] >= ' ');
    }
    qn_buf_release(&out);
}

static void require_class(struct qn_span text, const char *word, int status)
{
    const struct qn_llm_ending ending = {
        .rc = QN_OK, .status = status, .retry_after = word, .body = text};
    int64_t wait;
    enum qn_llm_class class = qn_llm_classify(&ending, &wait);

    FUZZ_REQUIRE(class < QN_LLM_CLASSES && (class == QN_LLM_FINE) == (status == 200));
    FUZZ_REQUIRE(wait >= -1 && wait <= 31 * INT64_C(86400000));
    FUZZ_REQUIRE(class != QN_LLM_RATE || wait <= QN_LLM_SHORT_WAIT_MS);
}

static void require_prices(const char *word)
{
    struct qn_llm_price price;

    (void)qn_llm_price_find(word, &qn_llm_profiles[0], "deepseek-chat", &price);
    FUZZ_REQUIRE(price.input >= 0 && price.cached >= 0 && price.output >= 0);
    (void)(qn_llm_prices_check(word, NULL) == QN_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_span text = {(const char *)data, size};
    struct qn_llm_answer answer;
    char word[65] = "";

    if (size == 0 || size > SIZE_MAX_READ) {
        return 0;
    }
    memcpy(word, data, size < 64 ? size : 64);
    qn_llm_answer_init(&answer, MOST);
    qn_llm_answer_read(&answer, text);
    qn_llm_answer_part(&answer);
    require_answer(&answer, false);
    qn_llm_answer_release(&answer);
    require_streams_alike(text);
    require_excerpt(text);
    require_class(text, word, 100 + data[0] * 2);
    require_class(text, word, 429);
    require_prices(word);
    FUZZ_REQUIRE(qn_llm_estimate(text) >= (int64_t)size / 3);
    return 0;
}
