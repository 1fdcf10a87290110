/* leaks.c - leaks supervisor|api [--jobs N] [--plant]
 *
 * A real supervisor (with executors), or a real API, in a child of this process, on a real
 * Redis, through N jobs (or requests). Whenever everything is done, the blocks of memory and the
 * descriptors that it has are counted: after the first part, which warms it up, there must never
 * be more of them. What the kernel says of its memory is told, and not judged.
 * --plant: it says more blocks each time that it is asked, which must be found (the exit code
 * says that it was).
 */
#include "leaks.h"

#include "common/mem.h"
#include "common/str.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PARTS      10
#define REST_LOOKS 100   /* a second */
#define SETTLE_MS  20000 /* for what is done at the end of a job and after */
#define SPARE      8     /* blocks that may come and go by the clock */

static struct leaks_page *page;

/* ---- the child ---- */

static void count_now(int signo)
{
    unsigned times = atomic_fetch_add(&page->asked, 1);

    (void)signo;
    atomic_store(&page->blocks, qn_mem_live() + (page->plant ? times * 2 : 0));
    atomic_fetch_add(&page->counted, 1);
}

static pid_t start(const struct leaks_subject *subject, const char *url)
{
    const struct sigaction action = {.sa_handler = count_now, .sa_flags = SA_RESTART};
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    sigaction(SIGUSR2, &action, NULL);
    _exit(subject->serve(url, page));
}

/* ---- counting ---- */

struct count {
    size_t blocks, fds;
    long rss_kib, dirty_kib;
};

static void nap(void)
{
    const struct timespec time = {.tv_nsec = 10 * 1000 * 1000};

    nanosleep(&time, NULL);
}

static size_t count_fds(pid_t pid)
{
    char path[64];
    size_t n = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

static long kib_of(pid_t pid, const char *what)
{
    char path[64], line[256];
    long sum = 0, kib;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, what, strlen(what)) == 0 && sscanf(line, "%*s %ld", &kib) == 1)
            sum += kib;
    }
    if (file)
        fclose(file);
    return sum;
}

static void leaks_fail(const char *why)
{
    fprintf(stderr, "leaks: %s\n", why);
    exit(2);
}

static struct count count(pid_t pid)
{
    unsigned before = atomic_load(&page->counted);
    int left = SETTLE_MS / 10;

    kill(pid, SIGUSR2);
    while (atomic_load(&page->counted) == before && left-- > 0)
        nap();
    if (left <= 0 || waitpid(pid, NULL, WNOHANG) != 0)
        leaks_fail("it does not count, or has ended");
    return (struct count){.blocks = atomic_load(&page->blocks),
                          .fds = count_fds(pid),
                          .rss_kib = kib_of(pid, "Rss:"),
                          .dirty_kib = kib_of(pid, "Private_Dirty:")};
}

/* What is left when all is done: waits until it is no more than it may be. */
static struct count settle(pid_t pid, const struct count *most)
{
    struct count now = count(pid);

    for (int i = 0; i < SETTLE_MS / 10 && (now.blocks > most->blocks || now.fds > most->fds); i++) {
        if (page->plant && i > 10)
            break; /* it will not get better */
        nap();
        now = count(pid);
    }
    return now;
}

/* Waits until so many looks in a row say the same. */
static void come_to_rest(pid_t pid)
{
    struct count last = count(pid);

    for (int i = 0, same = 0; i < SETTLE_MS / 10 && same < REST_LOOKS; i++) {
        nap();
        struct count now = count(pid);
        same = now.blocks == last.blocks && now.fds == last.fds ? same + 1 : 0;
        last = now;
    }
}

static bool run_part(const struct leaks_subject *subject, pid_t pid, const char *url, long n,
                     long done)
{
    if (!subject->load(url, page, n, done))
        leaks_fail("the work was not done");
    return waitpid(pid, NULL, WNOHANG) == 0;
}

static bool watch(const struct leaks_subject *subject, pid_t pid, const char *url, long jobs)
{
    struct count first = {0};
    bool grows = false;

    printf("%10s %8s %6s %10s %14s\n", subject->unit, "blocks", "fds", "RSS KiB", "own dirty KiB");
    for (int part = 0; part < PARTS && !grows; part++) {
        long n = jobs / PARTS;
        if (!run_part(subject, pid, url, n, part * n))
            leaks_fail("it has ended");
        struct count most = part == 0 ? (struct count){SIZE_MAX, SIZE_MAX, 0, 0}
                                      : (struct count){first.blocks + SPARE, first.fds, 0, 0};
        if (part == 0)
            come_to_rest(pid);
        struct count now = settle(pid, &most);
        if (part == 0)
            first = now;
        grows = part > 0 && (now.blocks > most.blocks || now.fds > most.fds);
        printf("%10ld %8zu %6zu %10ld %14ld%s\n", (part + 1) * n, now.blocks, now.fds, now.rss_kib,
               now.dirty_kib, grows ? "  grows" : "");
    }
    return grows;
}

int main(int argc, char **argv)
{
    static const struct leaks_subject *const subjects[] = {&leaks_supervisor, &leaks_api};
    const struct leaks_subject *subject = NULL;
    struct redis_server server;
    int64_t jobs = 5000;
    bool plant = false, good = true;

    for (size_t i = 0; argc > 1 && i < sizeof(subjects) / sizeof(subjects[0]); i++)
        subject = strcmp(argv[1], subjects[i]->name) == 0 ? subjects[i] : subject;
    for (int i = 2; i < argc; i++) {
        plant = plant || strcmp(argv[i], "--plant") == 0;
        if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc)
            good = qn_str_to_i64(argv[++i], &jobs) == QN_OK;
    }
    if (!good || !subject || jobs < PARTS) {
        fprintf(stderr, "usage: leaks supervisor|api [--jobs N] [--plant]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        leaks_fail(strerror(errno));
    page->plant = plant;
    redis_server_start(&server);
    pid_t pid = start(subject, server.url);
    bool grows = watch(subject, pid, server.url, jobs);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    redis_server_stop(&server);
    return grows == plant ? 0 : 1;
}
