#include "toxic.h"

#include "chaos_ledger.h"
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define HEAP_MAX_BYTES (64UL << 20)
#define BITE_BYTES     (1UL << 20)
#define STORM_WIDTH    3
#define STORM_DEPTH    2

struct spell {
    void *ledger;
    const char *id;
    char worker[16];
};

static void segfault(const struct spell *spell)
{
    (void)spell;
    raise(SIGSEGV);
}

static void eat_memory(const struct spell *spell)
{
    struct rlimit limit = {.rlim_cur = HEAP_MAX_BYTES, .rlim_max = HEAP_MAX_BYTES};
    char *bite;

    setrlimit(RLIMIT_DATA, &limit);
    do {
        bite = mmap(NULL, BITE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (bite != MAP_FAILED)
            memset(bite, 1, BITE_BYTES);
    } while (bite != MAP_FAILED);
    segfault(spell);
}

/* What a process does that a job left behind. */
static void stray(const struct spell *spell)
{
    chaos_ledger_write(spell->ledger, "spawn", spell->id, spell->worker);
    alarm(CHAOS_STRAY_S);
    for (;;)
        pause();
}

static void grow(const struct spell *spell, int depth)
{
    if (depth == 0)
        return;
    for (int i = 0; i < STORM_WIDTH; i++) {
        if (fork() == 0) {
            grow(spell, depth - 1);
            stray(spell);
        }
    }
}

static void storm(const struct spell *spell)
{
    grow(spell, STORM_DEPTH);
}

static void leave_session(const struct spell *spell)
{
    if (fork() != 0)
        return;
    setsid();
    if (fork() == 0)
        stray(spell);
    _exit(0);
}

static void hang(const struct spell *spell)
{
    (void)spell;
    for (;;)
        pause();
}

static void be_deaf(const struct spell *spell)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    hang(spell);
}

static const struct {
    const char *name;
    void (*cast)(const struct spell *spell);
} kinds[] = {
    {"segfault", segfault}, {"memory", eat_memory}, {"storm", storm},
    {"deaf", be_deaf},      {"hang", hang},         {"setsid", leave_session},
};

bool toxic_run(const char *kind, void *ledger, const char *id)
{
    struct spell spell = {.ledger = ledger, .id = id};

    snprintf(spell.worker, sizeof(spell.worker), "%d", (int)getppid());
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, kind) == 0) {
            kinds[i].cast(&spell);
            return true;
        }
    }
    return false;
}
