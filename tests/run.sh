#!/usr/bin/env bash
# Builds everything and runs every test. Root runs all tests; for other users, tests that need root are skipped.
# Arguments select tests: 'tests/run.sh --filter-class "*NetlinkErrorTests"' or 'tests/run.sh tests/Shell/Views.Tests.ps1'.
# 'tests/run.sh --promise NAME' runs the tests of a promise of docs/reliability.md or docs/security.md.
# The last line is "N passed, N failed". The exit status is 0 if a test ran and no test failed, else 1. If CI=true, a skipped test
# also makes it 1. A whole run as root requires that the core's tests run 90 % of the core's lines.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
results=$root/artifacts/tests # a report of each test program (TRX) and the coverage of the core (Cobertura)
patience=1200                 # seconds for one test program
least_coverage=90             # percent of lines
failures=0                    # failures that are in no report
programs=0                    # test programs, each of which writes a report, even if it has no such test
is_bad=                       # set when a test program ended with a failure
group=

# A test program and all programs that it started are one process group.
end_group() { [[ -z $group ]] || kill -KILL -- "-$group" 2>/dev/null || true; group=; }
clean_up() { trap '' INT TERM; end_group; rm -rf "$work"; }
fail() { echo "tests: $*"; failures=$((failures + 1)); }
give_up() { fail "$@"; echo "0 passed, $failures failed"; exit 1; }

# NAME COMMAND...: runs a test program. Exit status 2 means that tests failed, which its report says, and 8 that it has no such test.
run() {
    local status=0
    printf '\n%s\n' "$1"
    set -m
    timeout --kill-after=10 "$patience" "${@:2}" </dev/null &
    group=$!
    set +m
    wait "$group" || status=$?
    end_group
    programs=$((programs + 1))
    ((status == 0 || (status == 8 && selected))) || is_bad=yes
    ((status == 0 || status == 2 || (status == 8 && selected))) || fail "$1 ended with exit status $status"
}

# REPORT PROJECT ARGUMENTS...: runs tests of a project and writes a report of that name.
run_tests() {
    run "$1" dotnet test --test-modules "$2/bin/Release/net10.0/${2##*/}.dll" --no-progress --results-directory "$results" \
        --report-xunit-trx --report-xunit-trx-filename "$1.trx" "${@:3}"
}

# PROJECT ARGUMENTS...: runs the tests of a project. In a whole run, the tests of the core note the lines of Core and Diagnosis that they run.
# This changes the code, so the tests of allocations also run on the code that is delivered.
run_project() {
    local name=${1##*/}
    if ((selected)) || [[ ! -f $1/bin/Release/net10.0/coverlet.MTP.dll ]]; then
        run_tests "$name" "$@"
    else
        run_tests "$name-Allocations" "$1" --filter-method "*alloc*"
        run_tests "$name" "$1" --coverlet --coverlet-include "[ProxyHelper.Core]*" --coverlet-include "[ProxyHelper.Diagnosis]*" \
            --coverlet-exclude-by-attribute GeneratedCodeAttribute --coverlet-single-hit --coverlet-output-format cobertura
    fi
}

# The package of the shell tests, whose network namespace has no way to the package feed.
make_package() {
    export PROXYHELPER_PACKAGE=$work/package
    src/package.sh "$PROXYHELPER_PACKAGE" >"$work/package.log" 2>&1 || { cat "$work/package.log"; give_up "src/package.sh failed"; }
}

run_shell_tests() {
    run "Shell" unshare --net tests/pwsh -NoProfile -File tests/Shell/Invoke-ShellTests.ps1 -Report "$results/Shell.xml" "$@"
}

finish() {
    local passed failed skipped reports covered
    read -r passed failed skipped reports covered < <(tests/pwsh -NoProfile -File tests/Measure-TestRun.ps1 "$results") || give_up "the reports cannot be read"
    if ((covered)); then printf '\ncoverage: %d.%d %% of the lines of the core\n' $((covered / 10)) $((covered % 10)); fi
    ((EUID || selected || covered >= 10 * least_coverage)) || fail "the tests must run $least_coverage % of the lines of the core"
    # The end of a long output names what failed.
    ((failed == 0)) || tests/pwsh -NoProfile -File tests/Measure-TestRun.ps1 "$results" -Failures | sed 's/^/failed: /'
    ((reports >= programs)) || fail "$((programs - reports)) of $programs test programs wrote no report"
    ((passed + failed + failures)) || fail "no test ran"
    [[ ! $is_bad ]] || ((failed + failures)) || fail "a test program failed, but its report has no failure"
    [[ ${CI:-} != true ]] || ((skipped == 0)) || echo "tests: $skipped tests were skipped, and CI=true requires all of them"
    echo "$passed passed, $((failed + failures)) failed"
    ((failed + failures == 0)) && [[ ${CI:-} != true || $skipped == 0 ]]
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
selected=$# # the number of arguments
cd "$root"
promise=
tagged=() # files of shell tests that have a test of the promise
if [[ ${1:-} == --promise ]]; then
    promise=${2:?the name of a promise}
    mapfile -t tagged < <(grep -lE -- "-Tag .*'$promise'" tests/Shell/*.Tests.ps1)
    set -- --filter-trait "Promise=$promise"
fi
. tests/prepare.sh
install_missing ip nft iptables conntrack netstat-nat keepalived conntrackd gcc systemd-analyze strace lintian setfacl /bin/kill sshd haproxy nginx squid mitmdump
build ProxyHelper.sln
prepare_shell
rm -rf "$results"
shell_tests=()
if ((EUID)); then
    echo "tests: the tests in tests/Shell need root"
elif ((${#tagged[@]})); then
    shell_tests=(run_shell_tests -Tag "$promise" "${tagged[@]}")
    make_package
elif [[ ${1:-.ps1} == *.ps1 ]]; then
    shell_tests=(run_shell_tests "$@")
    make_package
fi
if [[ ${1:-} != *.ps1 ]]; then
    for project in tests/*.Tests/*.csproj; do run_project "${project%/*}" "$@"; done
fi
"${shell_tests[@]}"
finish
