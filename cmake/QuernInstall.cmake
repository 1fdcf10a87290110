# What a prefix gets besides the programs: headers, the shared library, and how others
# find them. All of it may be moved: paths are relative to the file that says them.
include(CMakePackageConfigHelpers)

file(STRINGS "${PROJECT_SOURCE_DIR}/include/quern/version.h" quern_abi REGEX "QN_ABI_VERSION ")
string(REGEX MATCH "[0-9]+$" quern_abi "${quern_abi}")

# Clients and workers of one's own link this; the programs here keep their own copy. Only what
# the headers of include/quern declare is visible.
add_library(quern_shared SHARED $<TARGET_OBJECTS:quern_common> $<TARGET_OBJECTS:quern_cron>
                                $<TARGET_OBJECTS:quern_broker> $<TARGET_OBJECTS:quern_worker>)
set_target_properties(quern_shared PROPERTIES
  OUTPUT_NAME quern EXPORT_NAME quern LINKER_LANGUAGE C
  VERSION "${PROJECT_VERSION}" SOVERSION "${quern_abi}"
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
target_include_directories(quern_shared INTERFACE
  "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_link_libraries(quern_shared PRIVATE PkgConfig::HIREDIS PkgConfig::LIBEVENT
                                           PkgConfig::JSONC PkgConfig::LIBCRYPTO ${CMAKE_DL_LIBS})
if(NOT QUERN_FUZZ) # a sanitizer of clang is in programs only
  target_link_options(quern_shared PRIVATE LINKER:-z,defs)
endif()

# A plugin links nothing: it finds its functions in the worker that loads it.
add_library(quern_plugin_headers INTERFACE)
set_target_properties(quern_plugin_headers PROPERTIES EXPORT_NAME plugin)
target_include_directories(quern_plugin_headers INTERFACE
  "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")

install(DIRECTORY include/quern DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING
        PATTERN "*.h")
install(TARGETS quern_shared quern_plugin_headers EXPORT quern_targets)

# ---- CMake: find_package(quern) ----

set(quern_package "${CMAKE_INSTALL_LIBDIR}/cmake/quern")
configure_package_config_file(cmake/quernConfig.cmake.in "${CMAKE_BINARY_DIR}/quernConfig.cmake"
                              INSTALL_DESTINATION "${quern_package}"
                              NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/quernConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/quernConfig.cmake"
              "${CMAKE_BINARY_DIR}/quernConfigVersion.cmake" DESTINATION "${quern_package}")
install(EXPORT quern_targets FILE quernTargets.cmake NAMESPACE quern::
        DESTINATION "${quern_package}")

# ---- pkg-config ----

set(quern_pc_folder "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${quern_pc_folder}"
           OUTPUT_VARIABLE quern_pc_prefix)
configure_file(cmake/quern.pc.in "${CMAKE_BINARY_DIR}/quern.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/quern.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

# ---- examples of units ----

install(DIRECTORY examples/systemd DESTINATION "${CMAKE_INSTALL_DATADIR}/quern")
