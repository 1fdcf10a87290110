/* skeletons.h - the texts of cli/skeletons/, part of the program. @NAME@ stands for the
 * task, @WORD@ for its name with dashes, @SYMBOL@ with underscores, @PROGRAM@ for the
 * program's file. */
#ifndef CLI_SKELETONS_H
#define CLI_SKELETONS_H

extern const char cli_skeleton_c_task[];
extern const char cli_skeleton_c_header[];
extern const char cli_skeleton_c_main[];
extern const char cli_skeleton_c_cmake[];
extern const char cli_skeleton_c_test[];
extern const char cli_skeleton_plugin_task[];
extern const char cli_skeleton_plugin_cmake[];
extern const char cli_skeleton_plugin_test[];
extern const char cli_skeleton_exec_task[];
extern const char cli_skeleton_exec_sh[];
extern const char cli_skeleton_exec_python[];
extern const char cli_skeleton_exec_javascript[];
extern const char cli_skeleton_exec_test[];

#endif
