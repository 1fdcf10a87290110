set(fuzz_links_fuzz_cron quern_cron)
set(fuzz_links_fuzz_zone quern_cron)
