/* clean_files.h - removes result files that no record can name any more, by their age.
 *
 * Of the folder that workers and API share (QUERN_ARTIFACT_DIR) it looks at two things:
 * <two hex digits>/<sha256>, and tmp/<name>, where a file is while it is written. All
 * else is left alone: names of another kind, what is no regular file. No symbolic link
 * is followed below the folder. The age counts from when a file was last written or
 * touched (its mtime).
 *
 * A worker may make a file anew at the moment when the old one goes. So a file is first
 * renamed to <sha256>.old, looked at once more, and given back when it is a new one. What
 * a killed run left under such a name the next one deals with in the same way.
 *
 * Not here: which ages, and whether to (clean.c).
 */
#ifndef TASKS_UPKEEP_CLEAN_FILES_H
#define TASKS_UPKEEP_CLEAN_FILES_H

#include <quern/err.h>
#include <stdbool.h>
#include <stdint.h>

#define CLEAN_FILES_FOLDERS 257 /* 256 of results, and tmp: the steps of progress */

struct clean_files_count {
    int64_t files;
    int64_t bytes;
};

struct clean_files {
    int64_t wall_s; /* now */
    int64_t result_age_s, temporary_age_s;
    bool dry_run;
    int first; /* folder to begin with, any number: one who never gets through begins elsewhere */
    /* Called before each file and after each folder; true ends the run. May be NULL. */
    bool (*stop)(void *arg, int folders_done);
    void *arg;

    /* What was done, or with dry_run would be. */
    struct clean_files_count results, temporary;
    int64_t seen;   /* files of either kind */
    int64_t failed; /* could not be looked at or removed; left for the next time */
    bool complete;
};

/* QN_ENOTFOUND when dir is not there, QN_ESYS when it cannot be read. */
QN_MUST_CHECK int clean_files_run(struct clean_files *files, const char *dir,
                                  struct qn_err *reterr);

#endif
