#!/bin/sh
# greet.sh - greets somebody: arguments, progress, log lines, a result, a rejection.
# Needs jq.
set -eu

args=$(cat)
name=$(printf '%s' "$args" | jq -r .name)
times=$(printf '%s' "$args" | jq -r '.times // 1')

if [ "$times" -lt 1 ] || [ "$times" -gt 1000 ]; then
    printf '{"rejected":"times: %d is not 1 to 1000"}\n' "$times" >&3
    exit 100
fi
i=0
while [ "$i" -lt "$times" ]; do
    printf 'Hello, %s!\n' "$name" # stays with the job as a line of its log
    i=$((i + 1))
    printf '{"progress":{"done":%d,"total":%d}}\n' "$i" "$times" >&3
done
printf '{"result":{"greetings":%d,"attempt":%d}}\n' "$times" "$QUERN_JOB_ATTEMPT" >&3
