/* replay.c - runs a fuzz target over the files of the folders it is given. */
#include "fuzz.h"

#include <dirent.h>
#include <stdbool.h>

#define INPUT_MAX (1024 * 1024)

static bool run_file(const char *folder, const char *name)
{
    char path[4096];
    uint8_t *bytes = malloc(INPUT_MAX);
    FILE *stream;
    size_t len;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    stream = fopen(path, "re");
    if (bytes == NULL || stream == NULL) {
        perror(path);
        free(bytes);
        return false;
    }
    len = fread(bytes, 1, INPUT_MAX, stream);
    fclose(stream);
    LLVMFuzzerTestOneInput(bytes, len);
    free(bytes);
    return true;
}

static int run_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int n = 0;

    if (dir == NULL) {
        perror(folder);
        return 0;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.' && run_file(folder, entry->d_name)) {
            n++;
        }
    }
    closedir(dir);
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;

    for (int i = 1; i < argc; i++) {
        n += run_folder(argv[i]);
    }
    printf("%d inputs\n", n);
    return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
