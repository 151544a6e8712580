#!/usr/bin/env bash
# Makes the packages of the module: src/package.sh [DIRECTORY]. The default directory is artifacts/ in the working copy.
# The script writes:
#   ProxyHelper/VERSION/           the module, ready to use
#   ProxyHelper.VERSION.nupkg      the module for a gallery: Publish-PSResource -NupkgPath
#   ProxyHelper.VERSION.zip        the module to unpack in a directory of PSModulePath
# The same commit gives the same bytes on every machine. The script needs the .NET 10 SDK. The last line of the output
# is the directory of the module.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
output=${1:-$root/artifacts}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

give_up() {
    echo "package: $*" >&2
    exit 1
}

# The time of every file in the archives, in seconds since 1970.
package_time() {
    echo "${SOURCE_DATE_EPOCH:-$(git -c safe.directory="$root" -C "$root" log -1 --format=%ct 2>/dev/null)}"
}

# The build writes only to the work folder. The output of an earlier build in the working copy may be stale or in use.
build() {
    dotnet build "$root/src/ProxyHelper.Packaging" -c Release --artifacts-path "$work/build" --nologo -v quiet \
        -nodeReuse:false -p:UseSharedCompilation=false -p:ContinuousIntegrationBuild=true \
        </dev/null >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; give_up "the build failed"; }
}

# The list of all components in the module. PowerShellStandard.Library is left out, because only the compiler needs it.
write_bill_of_materials() {
    (
        cd "$root"
        dotnet tool restore
        dotnet tool run dotnet-CycloneDX src/ProxyHelper.PowerShell/ProxyHelper.PowerShell.csproj \
            --disable-package-restore --base-intermediate-output-path "$work/build/" --configuration Release \
            --include-project-references --exclude-dev --exclude-filter PowerShellStandard.Library \
            --no-serial-number --set-name ProxyHelper --set-version "$version" --set-type Library \
            --output "$1" --filename ProxyHelper.cdx.json
    ) </dev/null >"$work/materials.log" 2>&1 ||
        { cat "$work/materials.log" >&2; give_up "the bill of materials could not be made"; }
    local stamp
    stamp=$(date -u -d "@$time" +%Y-%m-%dT%H:%M:%SZ)
    sed -i "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$stamp\"/" "$1/ProxyHelper.cdx.json"
}

gather() {
    mkdir -p "$1"/{bin,en-US}
    cp "$root"/{ProxyHelper.psd1,LICENSE,README.md,CHANGELOG.md} "$1"
    cp "$root"/docs/en-US/*.{xml,help.txt} "$1/en-US"
    cp "$work"/build/bin/ProxyHelper.PowerShell/release/ProxyHelper.{Core,Diagnosis,PowerShell}.dll "$1/bin"
    cp "$work"/build/bin/ProxyHelper.PowerShell/release/ProxyHelper.{Format,Types}.ps1xml "$1/bin"
}

time=$(package_time) || true
[[ $time =~ ^[0-9]+$ ]] ||
    give_up "there is no commit that gives the time. Set SOURCE_DATE_EPOCH to seconds since 1970."
version=$(sed -n "s/^ *ModuleVersion *= *'\([^']*\)'.*/\1/p" "$root/ProxyHelper.psd1")
command -v dotnet >/dev/null ||
    give_up "the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download"
build
gather "$work/module"
write_bill_of_materials "$work/module"
"$work/build/bin/ProxyHelper.Packaging/release/ProxyHelper.Packaging" "$work/module" "$output" "$time"
