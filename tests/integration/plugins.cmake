# Plugins for test_worker_plugin.py and unit/test_worker_plugin: each file of
# hostile_plugins/ becomes one, in plugins/hostile.
function(test_plugin name file)
  quern_plugin(hostile_${name} SOURCES "${file}")
  set_target_properties(hostile_${name} PROPERTIES OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/plugins/hostile")
  if(TARGET test_worker_plugin)
    add_dependencies(test_worker_plugin hostile_${name})
  endif()
endfunction()

file(GLOB plugins CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/hostile_plugins/*.c")
foreach(file IN LISTS plugins)
  get_filename_component(name ${file} NAME_WE)
  test_plugin(${name} ${file})
endforeach()

# One that needs every function a plugin may call, resolved when it is loaded.
quern_public_functions(functions job.h err.h)
list(TRANSFORM functions REPLACE "(.+)" "    (void (*)(void))\\1,\n" OUTPUT_VARIABLE rows)
string(JOIN "" EVERY_FUNCTION ${rows})
configure_file(hostile_plugins/every_function.c.in every_function.c @ONLY)
test_plugin(every_function "${CMAKE_CURRENT_BINARY_DIR}/every_function.c")
target_include_directories(hostile_every_function
                           PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/hostile_plugins")
target_link_options(hostile_every_function PRIVATE "LINKER:-z,now")
