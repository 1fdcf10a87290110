/* completion_shells.c - the script for each shell; what is offered comes from quern. */
#include "completion.h"
#include <stddef.h>

static const char bash[] =
    "# Completion of quern(1) for bash, made by: quern completion bash\n"
    "_quern() {\n"
    "    local IFS=$'\\n' answers word=${COMP_WORDS[COMP_CWORD]}\n"
    "    COMPREPLY=()\n"
    "    answers=($(command \"${COMP_WORDS[0]}\" completion words -- \\\n"
    "        \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null))\n"
    "    [ \"$word\" != = ] || word=\n"
    "    case ${answers[0]-} in\n"
    "    :files) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
    "    :folders) compopt -o filenames; COMPREPLY=($(compgen -d -- \"$word\")) ;;\n"
    "    *) COMPREPLY=(\"${answers[@]%%$'\\t'*}\") ;;\n"
    "    esac\n"
    "    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace\n"
    "}\n"
    "complete -F _quern quern\n";

static const char zsh[] = "#compdef quern\n"
                          "# Completion of quern(1) for zsh, made by: quern completion zsh\n"
                          "_quern() {\n"
                          "    local -a answers plain open\n"
                          "    local answer\n"
                          "    answers=(\"${(@f)$(command \"${words[1]}\" completion words -- "
                          "\"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
                          "    case ${answers[1]-} in\n"
                          "    :files) _files; return ;;\n"
                          "    :folders) _files -/; return ;;\n"
                          "    esac\n"
                          "    for answer in \"${answers[@]}\"; do\n"
                          "        case $answer in\n"
                          "        '') ;;\n"
                          "        *=) open+=(\"$answer\") ;;\n"
                          "        *$'\\t'*) plain+=(\"${answer%%$'\\t'*}:${answer#*$'\\t'}\") ;;\n"
                          "        *) plain+=(\"$answer\") ;;\n"
                          "        esac\n"
                          "    done\n"
                          "    (( $#open )) && compadd -S '' -- \"${open[@]}\"\n"
                          "    (( $#plain )) && _describe quern plain\n"
                          "}\n"
                          "if [ \"$funcstack[1]\" = _quern ]; then\n"
                          "    _quern \"$@\"\n"
                          "else\n"
                          "    compdef _quern quern\n"
                          "fi\n";

static const char fish[] =
    "# Completion of quern(1) for fish, made by: quern completion fish\n"
    "function __quern_complete\n"
    "    set -l before (commandline -opc)\n"
    "    set -l current (commandline -ct)\n"
    "    set -l answers (command $before[1] completion words -- $before[2..-1] \"$current\" "
    "2>/dev/null)\n"
    "    switch \"$answers[1]\"\n"
    "        case :files\n"
    "            __fish_complete_path \"$current\"\n"
    "        case :folders\n"
    "            __fish_complete_directories \"$current\"\n"
    "        case '*'\n"
    "            printf '%s\\n' $answers\n"
    "    end\n"
    "end\n"
    "complete -c quern -f -a '(__quern_complete)'\n";

const struct cli_shell cli_shells[] = {
    {"bash", "bash-completion/completions", "quern", bash},
    {"zsh", "zsh/site-functions", "_quern", zsh},
    {"fish", "fish/vendor_completions.d", "quern.fish", fish},
    {NULL, NULL, NULL, NULL},
};
