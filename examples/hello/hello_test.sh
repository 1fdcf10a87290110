#!/bin/sh
# hello_test.sh WORKER PAGE - runs hello.greet without a broker and looks at what comes
# out; then compares the code in PAGE, docs/tasks.md, with the files it is said to be.
set -eu

worker=$1
page=$2
here=$(dirname "$0")
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
'{"error":{"cause":"error","answer":"fail","message":"times: 0 is not 1 to 1000"}}') ;;
*) fail "times=0 answers $result" ;;
esac

if result=$("$worker" run hello.greet times=2); then
    fail 'a missing name is accepted'
fi
case $result in
*'"field":"name"'*) ;;
*) fail "a missing name answers $result" ;;
esac

for file in hello.c main.c; do
    sed -n "/^<!-- file: examples\\/hello\\/$file -->\$/,/^\`\`\`\$/p" "$page" |
        sed '1,2d;$d' >"$folder/shown"
    diff "$here/$file" "$folder/shown" || fail "$page shows another $file"
done
printf 'ok\n'
