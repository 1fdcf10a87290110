/* wrap.h - text in lines of a width, between words. */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include "term.h"

/* Prints text, cleaned, from column indent on, where the cursor stands; further lines begin
 * there too. None is longer than width: what has no blank is broken where it must be. Ends
 * the line. */
void cli_wrap(const struct cli_term *term, enum cli_colour colour, int indent, int width,
              const char *text);

#endif
