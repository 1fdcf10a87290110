/* streams.h - descriptors 0 to 2 are open.
 *
 * A program may be started without them, and code that it runs may close them. What is
 * opened next would get their numbers, and what is printed would get into it.
 */
#ifndef COMMON_STREAMS_H
#define COMMON_STREAMS_H

/* Those that are closed become /dev/null; kept over exec. Before anything else is opened. */
void qn_streams_fill(void);

#endif
