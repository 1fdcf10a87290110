# The semantic model. Its small catalogue is made by hand.
add_library(quern_test_model STATIC "${PROJECT_SOURCE_DIR}/tests/support/model_room.c")
target_link_libraries(quern_test_model PUBLIC quern_flags quern_tasks_lib PkgConfig::CMOCKA)
foreach(module IN ITEMS build form hidden merge export diff)
  set(unit_links_test_model_${module} quern_test_model quern_tasks_lib)
endforeach()
