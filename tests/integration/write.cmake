quern_program(write_probe SOURCES write_probe.c "${PROJECT_SOURCE_DIR}/tests/support/frame_room.c"
              LINK quern_tasks quern_test_job quern_tasks_lib quern_common m)
