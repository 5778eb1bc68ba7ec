#!/bin/sh
# All tests but the long ones, in three goes: what is pure beside each other, then browsers two at a
# time, which wait for most of theirs, then what needs the machine to itself (streams, benchmarks,
# anything on the clock) one after the other.
# usage: run_tests.sh PYTHON [ARGS for pytest]
python=$1
shift

# Some environments forbid it; then every process, and every go, compiles all modules anew.
unset PYTHONDONTWRITEBYTECODE

# 5: nothing was chosen, as where ARGS name files of the other go only.
run() {
    name=$1 marks=$2
    shift 2
    echo "== Tests $name"
    "$python" -m pytest --durations=10 -m "not soak and $marks" "$@"
    code=$?
    case $code in
    0) said="$said; $name: passed" chosen=1 ;;
    5) said="$said; $name: none chosen" ;;
    *) said="$said; $name: FAILED (exit $code)" chosen=1 failed=1 ;;
    esac
}

said='' chosen='' failed=''
# A file's tests stay together, and with them what they share.
run "beside each other" "not alone" -n 2 --dist loadgroup "$@"
run "in browsers" "e2e" -n 2 --dist loadgroup "$@"
run "alone" "alone and not e2e" "$@"
echo "== ${said#; }"
[ -n "$chosen" ] || exit 5
[ -z "$failed" ]
