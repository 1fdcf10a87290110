if(TARGET quern_worker AND TARGET quern_tasks_lib)
  quern_program(once_worker SOURCES once_worker.c
                LINK quern_tasks_lib quern_worker quern_broker quern_common)
endif()
