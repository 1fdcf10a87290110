#!/bin/sh
# hello_test.sh WORKER - runs hello.greet without a broker and looks at what comes out.
set -eu

worker=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail()
{
    printf 'failed: %s\n' "$1" >&2
    exit 1
}

result=$("$worker" run hello.greet name=Ada times=2 --artifacts "$folder/files" 2>"$folder/err")
[ "$result" = '{"greetings":2}' ] || fail "the result is $result"

letter=$(sed -n 's/^file letter.txt .*: //p' "$folder/err")
[ "$(cat "$letter")" = 'Hello, Ada!
Hello, Ada!' ] || fail "the letter is $(cat "$letter")"

if result=$("$worker" run hello.greet name=Ada times=0 --artifacts "$folder/files"); then
    fail 'times=0 is accepted'
fi
case $result in
'{"error":{"cause":"rejected","message":"times: 0 is not 1 to 1000"}}') ;;
*) fail "times=0 answers $result" ;;
esac

if result=$("$worker" run hello.greet times=2); then
    fail 'a missing name is accepted'
fi
case $result in
*'"field":"name"'*) ;;
*) fail "a missing name answers $result" ;;
esac

printf 'ok\n'
