#include "command_docs.h"

const char cli_doc_datasource_add[] =
    "Makes a PostgreSQL database known under NAME, and in it a role that may read the columns of "
    "the chosen tables and nothing else: column grants, read-only, with limits. Then it is tried "
    "as that role, and what it could still do is told. Columns that --hide and the hints hide, "
    "and those whose names say password, token or key, are not granted: PostgreSQL refuses them "
    "to whoever asks. Views that are made of hidden columns are hidden too.\n\n"
    "--url is used now and not kept; QUERN_DATASOURCE_URL and --url-file keep it off the command "
    "line. Where no role may be made, --use-role-of-url keeps the URL itself. What fails leaves "
    "nothing behind. docs/tasks/datasources.md has rights, limits and hosted databases.\n\n"
    "    quern datasource add shop --url postgresql://admin@db/shop\n"
    "    quern datasource add shop --url-file admin.url --hide users.phone\n"
    "    quern datasource add shop --url-file admin.url --replace";

const char cli_doc_datasource_list[] =
    "Shows each datasource with where it is and the newest version of its model. Passwords are "
    "never shown.\n\n"
    "    quern datasource list";

const char cli_doc_datasource_show[] =
    "Shows its place, role, limits, globs and the versions of its model.\n\n"
    "    quern datasource show shop";

const char cli_doc_datasource_check[] =
    "Connects as its role and tells what that can do: whether it may write or make anything, "
    "whether hidden columns are refused, and which tables came after its rights were given. All "
    "of them without NAME. The exit code is 1 when something is wrong.\n\n"
    "    quern datasource check shop";

const char cli_doc_datasource_set[] =
    "Changes what is named, the rest stays. Jobs that begin later use it. With --url the limits of "
    "the role itself are changed too: how many connections PostgreSQL lets it have.\n\n"
    "    quern datasource set shop --zone Europe/Berlin --hints shop.json";

const char cli_doc_datasource_remove[] =
    "Removes a datasource with its models, edits and checkpoints, for good. With --url its role is "
    "dropped too; without, the SQL for that is printed. Also clears away the role of an add that "
    "was killed.\n\n"
    "    quern datasource remove shop --url-file admin.url";
