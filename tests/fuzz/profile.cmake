set(fuzz_links_fuzz_profile quern_tasks_lib m)
