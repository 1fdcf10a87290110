#!/bin/sh
# wordcount_test.sh WORKER PLUGIN - runs text.wordcount without a broker and looks at what
# comes out.
set -eu

worker=$1
plugin=$2

fail()
{
    printf 'failed: %s\n' "$1" >&2
    exit 1
}

wordcount()
{
    "$worker" --task-path "$plugin" run text.wordcount "$@"
}

result=$(wordcount text='to be, or not to be: that is the question.' top=1)
[ "$result" = '{"words":10,"different":8,"top":[{"word":"be","count":2}]}' ] ||
    fail "the result is $result"

result=$(wordcount text='' top=0)
[ "$result" = '{"words":0,"different":0,"top":[]}' ] || fail "no text answers $result"

result=$(wordcount text='größer als größer' top=1)
[ "$result" = '{"words":3,"different":2,"top":[{"word":"größer","count":2}]}' ] ||
    fail "beyond ASCII the result is $result"

if result=$(wordcount text=x top=1001); then
    fail 'top=1001 is accepted'
fi
case $result in
*'"cause":"rejected"'*'top: 1001 is not 0 to 1000'*) ;;
*) fail "top=1001 answers $result" ;;
esac

if result=$(wordcount top=1); then
    fail 'a missing text is accepted'
fi
case $result in
*'"field":"text"'*) ;;
*) fail "a missing text answers $result" ;;
esac

"$worker" --task-path "$plugin" tasks text.wordcount --json |
    grep -qF "\"source\":\"plugin\",\"file\":\"$(realpath "$plugin")\"" ||
    fail 'tasks does not tell the file'
printf 'ok\n'
