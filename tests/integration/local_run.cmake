if(TARGET quern_worker)
  quern_program(misbehaving_worker SOURCES misbehaving_worker.c
                LINK quern_worker quern_broker quern_common)
endif()
