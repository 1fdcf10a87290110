/* watch.h - quern stats --watch: look again and again, and show it.
 *
 * On a full screen, or a line of JSON per look. Nothing it does waits: keys, signals and the
 * window's size are heard also while the broker is silent. A broker that goes away is
 * told, and looked for.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli.h"

#define CLI_EVERY_MS_MIN 100
#define CLI_EVERY_MS_MAX 3600000

/* queue NULL: all. Returns the exit code; a signal that ends programs ends this one too, with the
 * terminal as it was. */
int cli_watch(struct cli *cli, const char *queue, int64_t every_ms);

#endif
