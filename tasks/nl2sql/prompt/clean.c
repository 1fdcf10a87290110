#include "clean.h"

#include "clean_parts.h"
#include "common/mem.h"
#include "common/str.h"
#include "tasks/lib/model/model_text.h"
#include <string.h>

#define ARENA_MAX  ((size_t)64 * 1024 * 1024)
#define REASON_MAX 500 /* bytes of a refusal */
#define SHOWN_MAX  200 /* bytes of prose that is shown */
#define BLOCKS_MAX 16  /* without a language, tried from the last one on */

const char *const clean_class_names[CLEAN_CLASSES] = {"sql", "refusal", "prose", "quotes",
                                                      "too_long"};

/* What was found so far. */
struct found {
    struct clean_run *run;
    enum clean_class class;
    struct qn_span text; /* the statement, or why there is none */
    bool own_words;      /* the text is the model's, not ours */
    bool done;
};

static bool finish(struct found *found, enum clean_class class, struct qn_span text)
{
    found->class = class;
    found->text = text;
    found->done = true;
    return true;
}

static struct qn_span say(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

/* ---- refusals ---- */

static bool refusal_at(struct qn_span text, struct qn_span *ret)
{
    static const char *const forms[] = {"CANNOT_ANSWER", "CANNOT ANSWER"};

    while (text.len > 0 && strchr("`*#->\"'/ \t", text.data[0]) != NULL && text.data[0] != '\0') {
        text = (struct qn_span){text.data + 1, text.len - 1};
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const size_t len = strlen(forms[i]);

        if (text.len < len || memcmp(text.data, forms[i], len) != 0) {
            continue;
        }
        *ret = (struct qn_span){text.data + len, text.len - len};
        while (ret->len > 0 && strchr(":*`\"'.- \t\r\n", ret->data[0]) != NULL) {
            *ret = (struct qn_span){ret->data + 1, ret->len - 1};
        }
        return true;
    }
    return false;
}

static bool refuse(struct found *found, struct qn_span text)
{
    struct qn_span why;

    return refusal_at(text, &why) && finish(found, CLEAN_REFUSAL, why);
}

/* On a line of its own. */
static bool refuse_by_line(struct found *found, struct qn_span text)
{
    while (text.len > 0) {
        const char *end = memchr(text.data, '\n', text.len);
        const size_t len = end != NULL ? (size_t)(end - text.data) + 1 : text.len;

        if (refuse(found, (struct qn_span){text.data, len})) {
            return true;
        }
        text = (struct qn_span){text.data + len, text.len - len};
    }
    return false;
}

/* SELECT 'CANNOT_ANSWER: ...' */
static bool refuse_by_select(struct found *found, struct qn_span sql)
{
    const struct qn_span word = clean_word(sql);
    const struct qn_span rest =
        clean_trim((struct qn_span){sql.data + word.len, sql.len - word.len});

    return clean_word_in(word, "select") && rest.len > 0 && rest.data[0] == '\'' &&
           refuse(found, rest);
}

/* ---- statements ---- */

/* Without semicolons at its end, and what comments follow them. */
static struct qn_span without_end(struct qn_span sql, struct qn_arena *arena)
{
    struct clean_tokens tokens = {NULL, 0, 0};
    size_t end = sql.len;

    if (memchr(sql.data, ';', sql.len) != NULL) {
        tokens = clean_scan(sql, arena);
    }
    for (size_t i = tokens.end == sql.len ? tokens.n : 0; i > 0; i--) {
        const struct clean_token token = tokens.items[i - 1];
        const bool semicolon = token.end - token.start == 1 && sql.data[token.start] == ';';

        if (!semicolon && !clean_is_comment(sql, token)) {
            break;
        }
        end = semicolon ? token.start : end;
    }
    return clean_trim((struct qn_span){sql.data, end});
}

static bool give(struct found *found, struct qn_span sql)
{
    if (refuse_by_select(found, sql)) {
        return true;
    }
    if (clean_has_curly(sql, found->run->arena)) {
        return finish(found, CLEAN_QUOTES,
                      say("the statement has curly quotes where SQL wants straight ones"));
    }
    return finish(found, CLEAN_SQL, without_end(sql, found->run->arena));
}

/* Where the first token that is no comment begins; the length when there is none. */
static size_t first_token(struct qn_span text, struct qn_arena *arena)
{
    struct clean_tokens tokens;

    if (text.data[0] != '-' && text.data[0] != '/') {
        return 0;
    }
    tokens = clean_scan(text, arena);
    for (size_t i = 0; i < tokens.n; i++) {
        if (!clean_is_comment(text, tokens.items[i])) {
            return tokens.items[i].start;
        }
    }
    return tokens.end;
}

/* Wrong, but a statement all the same: who repairs it wants to see it. */
static bool take_wrong(struct found *found, struct qn_span text, bool whole, size_t fault)
{
    const size_t begin = first_token(text, found->run->arena);

    if (!clean_begins((struct qn_span){text.data + begin, text.len - begin})) {
        return false;
    }
    if (!whole && (fault >= text.len || clean_scan(text, found->run->arena).end < text.len)) {
        return finish(found, CLEAN_PROSE, say("the answer breaks off within the statement"));
    }
    return give(found, text);
}

/* A text that should be a statement as a whole: of a block, of JSON. whole: it did not break off.
 * False: it is none. */
static bool take(struct found *found, struct qn_span text, bool whole)
{
    struct qn_span sql;
    size_t fault = 0, label;

    text = clean_trim(text);
    label = clean_label(text);
    text = (struct qn_span){text.data + label, text.len - label};
    if (text.len == 0 || refuse(found, text)) {
        return found->done;
    }
    if (text.len > CLEAN_SQL_MAX) {
        return finish(found, CLEAN_TOO_LONG, say("the statement is longer than 64 KiB"));
    }
    text = clean_seen(text, found->run->arena);
    if (clean_statement(found->run, text, &sql, &fault)) {
        return give(found, sql);
    }
    return take_wrong(found, text, whole, fault);
}

static bool parses(struct found *found, struct qn_span text)
{
    size_t ignored;

    return clean_parse(found->run, clean_trim(text), &ignored) == CLEAN_PARSED;
}

static bool take_block(struct found *found, const struct clean_block *block)
{
    if (block->longer.len > 0 && !parses(found, block->content) && parses(found, block->longer)) {
        return take(found, block->longer, true);
    }
    return take(found, block->content, block->closed);
}

/* ---- the ways to wrap one ---- */

static bool take_blocks(struct found *found, struct qn_span text);

static bool take_json(struct found *found, struct qn_span text)
{
    struct qn_span sql, reason;
    const enum clean_json json = clean_json_sql(text, found->run->arena, &sql, &reason);

    if (json == CLEAN_JSON_CUT) {
        return finish(found, CLEAN_PROSE, say("the answer breaks off within the statement"));
    }
    if (json == CLEAN_JSON_NONE) {
        return false;
    }
    if (take_blocks(found, sql) || take(found, sql, true)) {
        return true;
    }
    return sql.len == 0 && reason.len > 0 &&
           (refuse(found, reason) || finish(found, CLEAN_REFUSAL, reason));
}

static bool is_json(struct qn_span text)
{
    text = clean_trim(text);
    return text.len > 0 && (text.data[0] == '{' || text.data[0] == '[');
}

static bool take_blocks(struct found *found, struct qn_span text)
{
    const struct clean_blocks blocks = clean_fences(text, found->run->arena);
    size_t tried = 0;

    for (size_t i = blocks.n; i > 0; i--) {
        if (blocks.items[i - 1].sql && clean_trim(blocks.items[i - 1].content).len > 0 &&
            take_block(found, &blocks.items[i - 1])) {
            return true;
        }
    }
    for (size_t i = blocks.n; i > 0 && tried < BLOCKS_MAX; i--) {
        const struct clean_block *block = &blocks.items[i - 1];

        if (block->sql || clean_trim(block->content).len == 0) {
            continue;
        }
        tried++;
        if (is_json(block->content) ? take_json(found, block->content) : take_block(found, block)) {
            return true;
        }
    }
    return false;
}

/* {"sql": ...} somewhere in a text. */
static bool take_inner_json(struct found *found, struct qn_span text)
{
    for (size_t at = 0; at < text.len; at++) {
        const struct qn_span rest = {text.data + at + 1, text.len - at - 1};

        if (text.data[at] == '{' && clean_trim(rest).len > 0 && clean_trim(rest).data[0] == '"') {
            return take_json(found, (struct qn_span){text.data + at, text.len - at});
        }
    }
    return false;
}

/* ---- the answer ---- */

/* Nothing but a statement. */
static bool take_bare(struct found *found, struct qn_span text)
{
    const size_t label = clean_label(text);
    size_t ignored;

    text = (struct qn_span){text.data + label, text.len - label};
    if (text.len > CLEAN_PIECE_MAX || !clean_begins(text)) {
        return false;
    }
    text = clean_seen(text, found->run->arena);
    return parses(found, text) && clean_statement(found->run, text, &text, &ignored) &&
           give(found, text);
}

/* A statement that is wrong, with nothing before it. */
static bool take_bare_wrong(struct found *found, struct qn_span text)
{
    const size_t label = clean_label(text);

    text = (struct qn_span){text.data + label, text.len - label};
    return clean_begins(text) &&
           strpbrk(qn_arena_text(found->run->arena, text.data, text.len), "(*=,;") != NULL &&
           take(found, text, false);
}

static void look(struct found *found, struct qn_span text)
{
    bool open = false;
    struct qn_span sql;

    text = clean_trim(text);
    if (take_bare(found, text)) {
        return;
    }
    text = clean_trim(clean_without_thoughts(text, found->run->arena, &open));
    if (text.len == 0) {
        finish(found, CLEAN_PROSE,
               say(open ? "the answer breaks off while the model thinks" : "the answer is empty"));
        return;
    }
    if (refuse(found, text) || take_bare(found, text) ||
        (is_json(text) && take_json(found, text)) || take_blocks(found, text) ||
        refuse_by_line(found, text) || take_inner_json(found, text)) {
        return;
    }
    if (clean_find(found->run, text, &sql)) {
        give(found, sql);
    } else if (!take_bare_wrong(found, text)) {
        found->own_words = true;
        finish(found, CLEAN_PROSE, text);
    }
}

static void write_reason(const struct found *found, struct qn_buf *out)
{
    struct qn_arena *arena = found->run->arena;
    const bool refusal = found->class == CLEAN_REFUSAL;
    const size_t most = refusal ? REASON_MAX : SHOWN_MAX;
    const size_t len = qn_utf8_cut(found->text.data, found->text.len, 4 * most);
    const char *text = qn_plain(arena, qn_arena_text(arena, found->text.data, len), most);

    if (found->own_words) {
        qn_buf_add_str(out, "the answer has no statement: ");
    }
    qn_buf_add_str(out, refusal && text[0] == '\0' ? "the model gives no reason" : text);
}

static int finish_out(const struct found *found, struct qn_buf *out, struct qn_err *reterr)
{
    int rc;

    if (found->class == CLEAN_SQL) {
        qn_buf_add(out, found->text.data, found->text.len);
    } else {
        write_reason(found, out);
    }
    rc = found->run->arena->status != QN_OK ? found->run->arena->status : qn_buf_status(out);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, QN_ENOMEM, "no memory for an answer's statement");
}

int clean_answer(struct qn_span text, struct qn_buf *out, enum clean_class *ret,
                 struct qn_err *reterr)
{
    struct qn_arena arena;
    struct clean_run *run = qn_zalloc(1, sizeof(*run));
    struct found found = {.run = run, .class = CLEAN_PROSE, .text = {"", 0}};
    int rc;

    *ret = CLEAN_PROSE;
    if (run == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for an answer's statement");
    }
    qn_arena_init(&arena, ARENA_MAX);
    run->arena = &arena;
    if (text.len > CLEAN_TEXT_MAX) {
        finish(&found, CLEAN_TOO_LONG, say("the answer is longer than 1 MiB"));
    } else if (memchr(text.data, '\0', text.len) != NULL || !qn_utf8_valid(text.data, text.len)) {
        finish(&found, CLEAN_PROSE, say("the answer is no UTF-8 text"));
    } else {
        look(&found, text);
    }
    *ret = found.class;
    rc = finish_out(&found, out, reterr);
    qn_arena_release(&arena);
    qn_free(run);
    return rc;
}
