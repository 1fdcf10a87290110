if(TARGET quern_worker)
  quern_program(hostile_worker SOURCES hostile_worker.c LINK quern_worker quern_broker quern_common)
  quern_program(qnctl SOURCES qnctl.c LINK quern_broker quern_common)
endif()
