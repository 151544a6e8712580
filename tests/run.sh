#!/usr/bin/env bash
# Builds everything and runs every test. As root it runs all of them; else those that need root are skipped, and say so.
# Arguments go to the test programs, such as: tests/run.sh -class '*NetlinkErrorTests'
# As root and without arguments it also tells how many of the core's lines the core's tests run; fewer than 90 % are a failure.
# The last line is "N passed, N failed". Exit status: 0 when tests ran and none failed, else 1; where CI=true, a skipped
# test is no success either.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
patience=900 # seconds for one test program
least_coverage=90 # percent of the core's lines
passed=0 failed=0 skipped=0
group=

clean_up() {
    trap '' INT TERM
    end_group
    rm -rf "$work"
}

# A test program and all that it started are one process group; what is left of it ends here.
end_group() {
    [[ -z $group ]] || kill -KILL -- "-$group" 2>/dev/null || true
    group=
}

finish() {
    local status=0
    ((failed == 0)) || status=1
    if ((passed + failed == 0)); then
        echo "tests: no test ran"
        status=1
    fi
    if [[ ${CI:-} == true ]] && ((skipped)); then
        echo "tests: $skipped skipped, and CI=true promises that all run"
        status=1
    fi
    echo "$passed passed, $failed failed"
    exit "$status"
}

# Without a build there are no tests to count: that is one failure.
give_up() {
    echo "tests: $*"
    failed=$((failed + 1))
    finish
}

install_missing() {
    local packages=()
    command -v ip >/dev/null || packages+=(iproute2)
    command -v nft >/dev/null || packages+=(nftables)
    command -v iptables >/dev/null || packages+=(iptables)
    command -v conntrack >/dev/null || packages+=(conntrack)
    command -v clang >/dev/null || command -v gcc >/dev/null || packages+=(gcc libc6-dev) # what links the native daemon
    command -v systemd-analyze >/dev/null || packages+=(systemd) # what judges the daemon's unit; it starts nothing
    command -v strace >/dev/null || packages+=(strace) # what the unit must allow
    command -v lintian >/dev/null || packages+=(lintian) # what judges the package; it brings dpkg-dev and man
    [[ -x /bin/kill ]] || packages+=(procps) # what reloads the daemon
    if ((EUID == 0 && ${#packages[@]})); then
        { timeout 300 apt-get update && timeout 300 apt-get install -y "${packages[@]}"; } </dev/null >"$work/apt.log" 2>&1 ||
            { cat "$work/apt.log"; give_up "could not install ${packages[*]}"; }
    fi
    command -v dotnet >/dev/null || give_up "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download"
}

# As the user behind sudo, so that a later build of theirs finds no files of root's in its way.
build() {
    local as_user=()
    ((EUID)) || [[ -z ${SUDO_USER:-} || $SUDO_USER == root ]] || as_user=(sudo -H -u "$SUDO_USER")
    timeout 900 "${as_user[@]}" dotnet build "$root/ProxyHelper.sln" -c Release --nologo -v quiet \
        -nodeReuse:false -p:UseSharedCompilation=false </dev/null >"$work/build.log" 2>&1 ||
        { cat "$work/build.log"; give_up "ProxyHelper.sln does not build"; }
}

# PROGRAM ARGUMENTS...: sets $status
run_bounded() {
    set -m # a process group of its own
    timeout --kill-after=10 "$patience" "$@" </dev/null &
    group=$!
    set +m
    status=0
    wait "$group" || status=$?
    end_group
}

# RESULTS NAME: one of the sums in the results of a test program
sum() { grep -o '<assembly [^>]*>' "$1" | grep -o " $2=\"[0-9]*\"" | tr -dc 0-9; }

# RESULTS: the skipped tests, each with its reason
list_skipped() {
    { tr '\n' ' ' <"$1"; echo; } |
        sed 's/<test /\n<test /g' |
        sed -n 's/^<test [^>]* name="\([^"]*\)" result="Skip".*<reason>\(.*\)<\/reason>.*/skipped: \1: \2/p' |
        sed 's/<!\[CDATA\[//; s/\]\]>//; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

# PROJECT ARGUMENTS...
run_project() {
    local name results bad
    name=$(basename "$1")
    results=$work/$name.xml
    printf '\n%s\n' "$name"
    run_bounded "$1/bin/Release/net10.0/$name" -noLogo -noColor -noAutoReporters -result-xml "$results" "${@:2}"
    if ((status == 124 || status == 137)); then
        echo "tests: $name did not end in $patience seconds"
    fi
    if ! grep -qs '</assemblies>' "$results"; then
        echo "tests: $name ended with $status and without results"
        failed=$((failed + 1))
        return
    fi
    bad=$(($(sum "$results" failed) + $(sum "$results" errors)))
    if ((status && !bad)); then
        echo "tests: $name ended with $status, though no test failed"
        bad=1
    fi
    passed=$((passed + $(sum "$results" passed)))
    skipped=$((skipped + $(sum "$results" skipped)))
    failed=$((failed + bad))
    list_skipped "$results" >>"$work/skipped"
}

# The core's tests once more, on a copy that notes the lines that run. What failed was counted above, on what is delivered.
measure_coverage() {
    local covered valid per_mille
    run_bounded dotnet msbuild tests/ProxyHelper.Core.Tests -t:MeasureCoverage -p:Configuration=Release \
        -p:CoverageFolder="$work/coverage/" -nologo -nodeReuse:false >"$work/coverage.log" 2>&1
    covered=$(grep -os ' lines-covered="[0-9]*"' "$work/coverage/lines.xml" | tr -dc 0-9) || true
    valid=$(grep -os ' lines-valid="[0-9]*"' "$work/coverage/lines.xml" | tr -dc 0-9) || true
    if ((status)) || ! ((covered && valid)); then
        cat "$work/coverage.log"
        echo "tests: the coverage could not be measured"
        failed=$((failed + 1))
        return
    fi
    per_mille=$((covered * 1000 / valid))
    echo "coverage: ProxyHelper.Core $((per_mille / 10)).$((per_mille % 10)) % of lines"
    if ((per_mille < least_coverage * 10)); then
        echo "tests: less than $least_coverage % of the core's lines are run by its tests"
        failed=$((failed + 1))
    fi
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
PATH=$PATH:/usr/sbin:/sbin
cd "$root"
install_missing
build
: >"$work/skipped"
for project in tests/*.Tests/; do
    run_project "${project%/}" "$@"
done
printf '\n'
cat "$work/skipped"
if ((EUID == 0 && $# == 0)); then
    measure_coverage
fi
finish
