#!/bin/sh
# program_test.sh WORKER - runs the tasks of this folder without a broker and looks at their
# answers.
set -eu

worker=$1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail()
{
    printf 'failed: %s\n' "$1" >&2
    exit 1
}

run()
{
    "$worker" --task-path "$here" run "$@" --artifacts "$folder/files" 2>"$folder/err" || true
}

expect() # RESULT WORDS...
{
    want=$1
    shift
    got=$(run "$@")
    [ "$got" = "$want" ] || fail "$*
  wanted $want
  got    $got
$(cat "$folder/err")"
}

if command -v jq >/dev/null; then
    expect '{"greetings":2,"attempt":1}' example.greet name=Ada times=2
    expect '{"error":{"cause":"rejected","message":"times: 0 is not 1 to 1000"}}' \
        example.greet name=Ada times=0
    run example.greet name=Ada --verbose >/dev/null
    grep -q '^Hello, Ada!$' "$folder/err" || fail "the log is $(cat "$folder/err")"
else
    echo 'skipped: example.greet needs jq, which is not here'
fi

expect '{"words":4,"top":{"a":2,"b":1}}' example.wordcount "text=a b A c" top=2
expect '{"error":{"cause":"error","answer":"fail","message":"there is no word in the text"}}' \
    example.wordcount 'text=?'
run example.wordcount 'text=one two one' --verbose >/dev/null
file=$(sed -n 's/^file words.csv .*: //p' "$folder/err")
[ "$(tr -d '\r' <"$file")" = 'word,count
one,2
two,1' ] || fail "the file is $(cat "$file")"

if command -v node >/dev/null; then
    expect '{"slug":"uber-uns-co"}' example.slug 'title=Über uns & Co.'
    expect '{"error":{"cause":"rejected","message":"title: has no letter and no digit"}}' \
        example.slug 'title=?!'
    case $(run example.slug title=x not_before=9999-12-31) in
    *'"answer":"snooze","delay_ms":3600000'*) ;;
    *) fail 'it does not wait for the day' ;;
    esac
else
    echo 'skipped: example.slug needs node, which is not here'
fi
echo ok
