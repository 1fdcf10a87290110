# How every target of this tree is compiled: language, warnings, output folders,
# third-party libraries as imported targets.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(QUERN_WERROR "Treat warnings as errors" OFF)

find_package(PkgConfig REQUIRED)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(LIBEVENT REQUIRED IMPORTED_TARGET libevent_core)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(LIBCURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(JSONC REQUIRED IMPORTED_TARGET json-c)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(LIBCRYPTO REQUIRED IMPORTED_TARGET libcrypto)
# PostgreSQL's grammar; it has no .pc file.
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
add_library(pg_query INTERFACE IMPORTED)
target_include_directories(pg_query INTERFACE "${PG_QUERY_INCLUDE_DIR}")
target_link_libraries(pg_query INTERFACE "${PG_QUERY_LIBRARY}")
if(BUILD_TESTING)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()

# What every target shares. Sources are found from the repository root.
add_library(quern_flags INTERFACE)
target_compile_definitions(quern_flags INTERFACE _GNU_SOURCE QUERN_VERSION="${PROJECT_VERSION}")
target_include_directories(quern_flags INTERFACE "${PROJECT_SOURCE_DIR}"
                           "${PROJECT_SOURCE_DIR}/include")
target_compile_options(quern_flags INTERFACE
  -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef
  -Wwrite-strings -Wimplicit-fallthrough -Wpointer-arith -Wcast-qual
  $<$<BOOL:${QUERN_WERROR}>:-Werror>)

# quern_library(name SOURCES a.c b.c LINK other): a static library for the programs here.
function(quern_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC quern_flags PRIVATE ${ARG_LINK})
endfunction()

# quern_program(name SOURCES main.c LINK lib): a program in bin/, installed but for those
# of the tests and the examples.
function(quern_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE quern_flags ${ARG_LINK})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}"
             OUTPUT_VARIABLE folder)
  if(NOT folder MATCHES "^(tests|examples)/")
    install(TARGETS ${name} RUNTIME)
  endif()
endfunction()

# quern_plugin(name SOURCES a.c): name.so in plugins/, for a worker's task-path. Its
# functions are found in the program that loads it.
function(quern_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE quern_flags)
  set_target_properties(${name} PROPERTIES PREFIX ""
                        LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/plugins")
endfunction()

# quern_public_functions(variable job.h err.h): the names that headers of include/quern
# declare, each at the beginning of a line of its own.
function(quern_public_functions variable)
  set(names "")
  foreach(header IN LISTS ARGN)
    set(path "${PROJECT_SOURCE_DIR}/include/quern/${header}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    file(STRINGS "${path}" lines REGEX "^[A-Za-z].*[ *]qn_[a-z0-9_]+\\(")
    foreach(line IN LISTS lines)
      string(REGEX MATCH "qn_[a-z0-9_]+\\(" name "${line}")
      string(REPLACE "(" "" name "${name}")
      list(APPEND names ${name})
    endforeach()
  endforeach()
  set(${variable} "${names}" PARENT_SCOPE)
endfunction()

# quern_embed(output.c FOLDER dir SUFFIX lua PREFIX qn_lua_ HEADER path): texts become
# part of the program.
function(quern_embed output)
  cmake_parse_arguments(ARG "" "FOLDER;SUFFIX;PREFIX;HEADER" "" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS "${ARG_FOLDER}/*.${ARG_SUFFIX}")
  set(script "${PROJECT_SOURCE_DIR}/cmake/EmbedTexts.cmake")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -D "OUTPUT=${output}" -D "FOLDER=${ARG_FOLDER}"
            -D "SUFFIX=${ARG_SUFFIX}" -D "PREFIX=${ARG_PREFIX}" -D "HEADER=${ARG_HEADER}"
            -P "${script}"
    DEPENDS ${files} "${script}"
    COMMENT "Embedding ${ARG_FOLDER}/*.${ARG_SUFFIX}"
    VERBATIM)
endfunction()
