set(unit_links_test_write quern_test_model quern_test_frame quern_tasks quern_tasks_lib)
add_library(quern_test_frame STATIC "${PROJECT_SOURCE_DIR}/tests/support/frame_room.c")
target_link_libraries(quern_test_frame PUBLIC quern_flags quern_tasks_lib)
