/* no_symbol.c - a shared object, no plugin. */
int some_function(void);
int some_function(void)
{
    return 0;
}
