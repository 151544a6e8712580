#!/usr/bin/env bash
# Makes the Debian package of the daemon: src/package-deb.sh [ARCHITECTURE [DIRECTORY]]
#   ARCHITECTURE    amd64 or arm64. The default is the architecture of this machine.
#   DIRECTORY       the output directory. The default is artifacts/ in the working copy.
# The script needs the .NET 10 SDK and a gcc for the architecture. For arm64 on another machine, run
# 'apt install gcc-aarch64-linux-gnu'. The same commit, SDK and gcc give the same bytes on every machine. The last line
# of the output is the package. PROXY_HELPER can name a published program to put into the package.
set -euo pipefail
umask 022

root=$(cd "$(dirname "$0")/.." && pwd)
parts=$root/src/ProxyHelper.Daemon/package
output=${2:-$root/artifacts}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
documents=$tree/usr/share/doc/proxy-helper
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# With several threads the compressed bytes would depend on the number of threads.
export DPKG_DEB_THREADS_MAX=1

give_up() {
    echo "package-deb: $*" >&2
    exit 1
}

# The time of every file in the package, in seconds since 1970.
package_time() {
    echo "${SOURCE_DATE_EPOCH:-$(git -c safe.directory="$root" -C "$root" log -1 --format=%ct 2>/dev/null)}"
}

# The build writes only to the work folder. The output of an earlier build in the working copy may be stale or in use.
publish() {
    local cross=()
    if [[ $architecture != "$machine" ]]; then
        command -v "$prefix-gcc" >/dev/null ||
            give_up "the linker for $architecture is missing. Run 'apt install gcc-$prefix'."
        cross=(-p:CppCompilerAndLinker="$prefix-gcc" -p:ObjCopyName="$prefix-objcopy")
    fi
    dotnet publish "$root/src/ProxyHelper.Daemon" -c Release -r "$runtime" \
        -o "$work/published" --artifacts-path "$work/build" --nologo -v quiet \
        -nodeReuse:false -p:UseSharedCompilation=false -p:ContinuousIntegrationBuild=true "${cross[@]}" \
        </dev/null >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; give_up "the build failed"; }
}

# MODE FILE DESTINATION
place() {
    install -D -m "$1" "$2" "$tree/$3"
}

# PROGRAM: writes the lowest version of the C library that has every symbol of the program. Another library would be an
# undeclared dependency.
needed_libc() {
    local other
    other=$(readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
        grep -vE '^(libc|libm|ld-linux-.*)\.so\.' || true)
    [[ -z $other ]] || give_up "the program needs $other, which is not among the dependencies of the package"
    readelf -VW "$1" | grep -o 'GLIBC_[0-9.]*' | cut -d_ -f2 | sort -V | tail -n 1
}

# The folder of a manual page is the section at the end of its name.
place_manual() {
    local page
    for page in "$parts"/man/*; do
        place 644 "$page" "usr/share/man/man${page##*.}/${page##*/}"
    done
    gzip -9n "$tree"/usr/share/man/man*/*
}

gather() {
    place 755 "$program" usr/sbin/proxy-helper
    local name
    for name in proxy-helper proxy-helper-relay; do
        place 644 "$parts/$name.conf" "etc/$name.conf"
        place 644 "$parts/systemd/$name.service" "usr/lib/systemd/system/$name.service"
        place 644 "$parts/systemd/$name.socket" "usr/lib/systemd/system/$name.socket"
    done
    place_manual
    place 644 "$parts/completions/proxy-helper.bash" usr/share/bash-completion/completions/proxy-helper
    place 644 "$parts/completions/_proxy-helper" usr/share/zsh/vendor-completions/_proxy-helper
    place 644 "$parts/completions/proxy-helper.fish" usr/share/fish/vendor_completions.d/proxy-helper.fish
    place 644 "$parts/debian/overrides" usr/share/lintian/overrides/proxy-helper
    "$root/src/place-documents.sh" "$documents"
    { cat "$parts/debian/copyright"; sed '1,4d; s/^$/./; s/^/ /' "$root/LICENSE"; } >"$documents/copyright"
    gzip -9n <"$parts/debian/changelog" >"$documents/changelog.gz"
}

describe() {
    local libc size
    libc=$(needed_libc "$program")
    size=$(du -sk --apparent-size "$tree" | cut -f1)
    mkdir "$tree/DEBIAN"
    printf '/etc/%s\n' proxy-helper.conf proxy-helper-relay.conf >"$tree/DEBIAN/conffiles"
    install -m 755 "$parts/debian/"{postinst,prerm,postrm} "$tree/DEBIAN"
    sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/; s/@LIBC@/$libc/" \
        "$parts/debian/control" >"$tree/DEBIAN/control"
    (cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$work/md5sums"
    install -m 644 "$work/md5sums" "$tree/DEBIAN/md5sums"
    find "$tree" -exec touch -h -d "@$time" {} +
}

machine=$(dpkg --print-architecture 2>/dev/null) || give_up "dpkg is missing. Run 'apt install dpkg'."
architecture=${1:-$machine}
case $architecture in
    amd64) runtime=linux-x64 prefix=x86-64-linux-gnu ;;
    arm64) runtime=linux-arm64 prefix=aarch64-linux-gnu ;;
    *) give_up "the architecture $architecture is not supported. Use amd64 or arm64." ;;
esac
time=$(package_time) || true
[[ $time =~ ^[0-9]+$ ]] ||
    give_up "there is no commit that gives the time. Set SOURCE_DATE_EPOCH to seconds since 1970."
export SOURCE_DATE_EPOCH=$time
version=$(sed -n "s/^ *ModuleVersion *= *'\([^']*\)'.*/\1/p" "$root/ProxyHelper.psd1")
program=${PROXY_HELPER:-$work/published/proxy-helper}
if [[ -z ${PROXY_HELPER-} ]]; then
    command -v dotnet >/dev/null ||
        give_up "the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download"
    publish
fi
gather
describe
mkdir -p "$output"
package=$output/proxy-helper_${version}_$architecture.deb
dpkg-deb --build --root-owner-group -Zxz "$tree" "$package" >&2
echo "$package"
