/* mem.h - the only way to the heap.
 *
 * Thin over malloc, with overflow checks, and one seam: a test can let the nth
 * allocation fail and ask how many blocks are alive. Programs may stop when
 * memory ends; libraries return QN_ENOMEM.
 */
#ifndef COMMON_MEM_H
#define COMMON_MEM_H

#include <stddef.h>

void *qn_alloc(size_t size);                /* NULL when none; size 0 gives a block */
void *qn_zalloc(size_t count, size_t size); /* zeroed; checks count * size */
void *qn_realloc(void *block, size_t size);
void *qn_realloc_array(void *block, size_t count, size_t size);
char *qn_strdup(const char *text);
char *qn_strndup(const char *text, size_t len); /* copies len bytes, adds NUL */
void qn_free(void *block);                      /* NULL is fine */

/* For tests: the nth allocation from now fails (0: none), and all after it if
 * forever is set. */
void qn_mem_fail_at(size_t nth, int forever);
size_t qn_mem_live(void);  /* blocks handed out and not freed */
size_t qn_mem_count(void); /* allocations since the start */

#endif
