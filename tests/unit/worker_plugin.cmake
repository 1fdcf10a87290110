# Tasks that are not compiled in. The plugins are built by tests/integration/plugins.cmake.
add_library(hostile_plugins INTERFACE)
target_compile_definitions(hostile_plugins
                           INTERFACE HOSTILE_PLUGINS="${CMAKE_BINARY_DIR}/plugins/hostile")
set(unit_links_test_worker_definition quern_worker quern_broker)
set(unit_links_test_worker_plugin hostile_plugins quern_worker quern_broker)
