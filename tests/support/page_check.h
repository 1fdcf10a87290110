/* page_check.h - fails a test when a page of ours is not what it should be: tags nest, attributes
 * are quoted, ids are unique, links lead to one of them, and nothing is loaded or run.
 */
#ifndef TESTS_SUPPORT_PAGE_CHECK_H
#define TESTS_SUPPORT_PAGE_CHECK_H

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_DEPTH 64
#define PAGE_NAME  24

struct page_names {
    char (*items)[PAGE_NAME];
    size_t n, cap;
};

struct page {
    const char *at;
    char open[PAGE_DEPTH][PAGE_NAME];
    size_t depth;
    size_t svg; /* depth of the one we are in, 0: none */
    struct page_names ids, links;
};

static inline void page_fail(const struct page *page, const char *why)
{
    print_error("%s at: %.80s\n", why, page->at);
    fail();
}

static inline void page_expect(const struct page *page, bool is, const char *why)
{
    if (!is) {
        page_fail(page, why);
    }
}

static inline void page_keep(struct page_names *names, const char *text, size_t len)
{
    assert_in_range(len, 1, PAGE_NAME - 1);
    if (names->n == names->cap) {
        names->cap = names->cap * 2 + 64;
        names->items = realloc(names->items, names->cap * sizeof(*names->items));
        assert_non_null(names->items);
    }
    memcpy(names->items[names->n], text, len);
    names->items[names->n++][len] = '\0';
}

static inline size_t page_word(const char *at)
{
    size_t len = 0;

    while (isalnum((unsigned char)at[len]) != 0 || at[len] == '-') {
        len++;
    }
    return len;
}

static inline bool page_is(const char *at, size_t len, const char *word)
{
    return len == strlen(word) && strncmp(at, word, len) == 0;
}

static inline void page_attribute(struct page *page, const char *name, size_t len)
{
    static const char *const loads[] = {"src", "srcset", "action", "data", "style"};
    const char *value = name + len + 2, *end;

    page_expect(page, name[len] == '=' && name[len + 1] == '"', "no quoted attribute");
    end = strchr(value, '"');
    page_expect(page, end != NULL && memchr(value, '<', (size_t)(end - value)) == NULL,
                "a value that does not end");
    page_expect(page, strncmp(name, "on", 2) != 0, "a script");
    for (size_t i = 0; i < 4; i++) {
        page_expect(page, !page_is(name, len, loads[i]), "something is loaded");
    }
    if (page_is(name, len, "style")) {
        page_expect(page, memchr(value, '(', (size_t)(end - value)) == NULL, "a style that calls");
    }
    if (page_is(name, len, "id")) {
        page_keep(&page->ids, value, (size_t)(end - value));
    }
    if (page_is(name, len, "href")) {
        page_expect(page, *value == '#', "a link that leads away");
        page_keep(&page->links, value + 1, (size_t)(end - value - 1));
    }
    page->at = end + 1;
}

static inline void page_style(struct page *page)
{
    const char *end = strstr(page->at, "</style>");

    page_expect(page, end != NULL, "a style without an end");
    for (; page->at < end; page->at++) {
        page_expect(page,
                    strncmp(page->at, "url(", 4) != 0 && strncmp(page->at, "@import", 7) != 0 &&
                        *page->at != '<',
                    "a style that reaches out");
    }
}

static inline void page_begin_tag(struct page *page)
{
    static const char *const banned[] = {"script", "link", "img",  "iframe", "object",
                                         "embed",  "base", "form", "use",    "image"};
    const char *name = page->at + 1;
    size_t len = page_word(name);
    bool empty = page_is(name, len, "meta") || page_is(name, len, "br");

    page_expect(page, len > 0 && len < PAGE_NAME, "< is no tag");
    for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++) {
        page_expect(page, !page_is(name, len, banned[i]), "a tag that is not used here");
    }
    page->at = name + len;
    while (*page->at == ' ') {
        page->at++;
        page_attribute(page, page->at, page_word(page->at));
    }
    if (*page->at == '/') {
        page_expect(page, page->svg > 0, "/> outside of a picture");
        empty = true;
        page->at++;
    }
    page_expect(page, *page->at++ == '>', "a tag that does not end");
    if (!empty) {
        page_expect(page, page->depth < PAGE_DEPTH, "too deep");
        memcpy(page->open[page->depth], name, len);
        page->open[page->depth++][len] = '\0';
        page->svg = page->svg == 0 && page_is(name, len, "svg") ? page->depth : page->svg;
    }
    if (page_is(name, len, "style")) {
        page_style(page);
    }
}

static inline void page_end_tag(struct page *page)
{
    size_t len = page_word(page->at + 2);

    page_expect(page,
                page->depth > 0 && page_is(page->at + 2, len, page->open[page->depth - 1]) &&
                    page->at[2 + len] == '>',
                "an end out of place");
    page->svg = page->svg == page->depth ? 0 : page->svg;
    page->depth--;
    page->at += len + 3;
}

static inline int page_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static inline void page_check_links(struct page *page)
{
    if (page->ids.items == NULL) {
        fail();
        return;
    }
    qsort(page->ids.items, page->ids.n, PAGE_NAME, page_compare);
    for (size_t i = 1; i < page->ids.n; i++) {
        assert_string_not_equal(page->ids.items[i - 1], page->ids.items[i]);
    }
    for (size_t i = 0; i < page->links.n; i++) {
        if (bsearch(page->links.items[i], page->ids.items, page->ids.n, PAGE_NAME, page_compare) ==
            NULL) {
            print_error("#%s leads nowhere\n", page->links.items[i]);
            fail();
        }
    }
}

/* whole: a page; else a part, whose links may lead out of it. Ends at a NUL. */
static inline void page_check(const char *text, bool whole)
{
    struct page page = {.at = text};

    if (whole) {
        static const char doctype[] = "<!DOCTYPE html>\n";

        page_expect(&page, strncmp(text, doctype, strlen(doctype)) == 0, "no doctype");
        page.at += strlen(doctype);
    }
    while (*page.at != '\0') {
        if (*page.at != '<') {
            page_expect(&page, *page.at != '>', "a > that is no tag's");
            page.at++;
        } else if (page.at[1] == '/') {
            page_end_tag(&page);
        } else {
            page_begin_tag(&page);
        }
    }
    page_expect(&page, page.depth == 0, "tags that were not closed");
    if (whole) {
        page_check_links(&page);
    }
    free(page.ids.items);
    free(page.links.items);
}

#endif
