# Prepares the machine for the tests and the demonstration. A script sources this file after it has set $root and $work, and after
# it has defined 'give_up MESSAGE...', which ends the script.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en POWERSHELL_TELEMETRY_OPTOUT=1
PATH=$PATH:/usr/sbin:/sbin

# The Debian packages of programs that the tests use.
declare -A package_of=(
    [ip]=iproute2 [nft]=nftables [iptables]=iptables [conntrack]=conntrack
    [keepalived]=keepalived    # with conntrackd, runs the pair of routers
    [conntrackd]=conntrackd
    [gcc]="gcc libc6-dev"      # links the native daemon
    [systemd-analyze]=systemd  # checks the daemon's unit
    [strace]=strace            # lists the system calls that the unit must allow
    [lintian]=lintian          # checks the Debian package
    [setfacl]=acl              # gives secret files access lists
    [/bin/kill]=procps         # reloads the daemon
    [sshd]=openssh-server      # carries objects between two sessions of PowerShell
    [netstat-nat]=netstat-nat  # lists translated connections, which the documents compare
    [curl]=curl                # is a user of the demonstration
    [haproxy]=haproxy          # with nginx, squid and mitmdump, gets the connections of the relay
    [nginx]="nginx-light libnginx-mod-stream"
    [squid]=squid
    [mitmdump]=mitmproxy
)

# The services of packages. They must not run.
declare -A service_of=([keepalived]=keepalived [conntrackd]=conntrackd [openssh-server]=ssh [haproxy]=haproxy [nginx-light]=nginx [squid]=squid)

# PROGRAM...: installs the packages of the programs that are missing.
install_missing() {
    local program packages=()
    for program; do
        # shellcheck disable=SC2206 # one program can need two packages
        command -v "$program" >/dev/null || packages+=(${package_of[$program]})
    done
    if ((EUID == 0 && ${#packages[@]})); then
        echo "Installing ${packages[*]}"
        install_packages "${packages[@]}" </dev/null >"$work/apt.log" 2>&1 ||
            { cat "$work/apt.log"; give_up "cannot install ${packages[*]}"; }
    fi
    command -v dotnet >/dev/null || give_up "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download"
}

# PACKAGE...: installs packages. Their services do not start, neither now nor at the next boot: the tests start their own.
install_packages() {
    local package status=0 policy=/usr/sbin/policy-rc.d own_policy=
    timeout 300 apt-get update || return 1
    if [[ ! -e $policy ]]; then
        own_policy=$policy
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    timeout 300 apt-get install -y "$@" || status=$?
    [[ ! $own_policy ]] || rm -f "$own_policy"
    for package; do
        # update-rc.d also works in an image in which no systemd runs.
        [[ ! -v service_of[$package] ]] || update-rc.d "${service_of[$package]}" disable || status=$?
    done
    return "$status"
}

# PROJECT: builds a project or a solution. Under sudo, the user behind sudo builds, so that root owns no file of the working copy.
build() {
    local as_user=()
    ((EUID)) || [[ -z ${SUDO_USER:-} || $SUDO_USER == root ]] || as_user=(sudo -H -u "$SUDO_USER")
    timeout 900 "${as_user[@]}" dotnet build "$root/$1" -c Release --nologo -v quiet \
        -nodeReuse:false -p:UseSharedCompilation=false </dev/null >"$work/build.log" 2>&1 ||
        { cat "$work/build.log"; give_up "$1 does not build"; }
}

# Starts PowerShell once. The first start can download PowerShell, which is impossible inside a network namespace.
prepare_shell() {
    timeout 300 "$root/tests/pwsh" -Version </dev/null >"$work/shell.log" 2>&1 || { cat "$work/shell.log"; give_up "PowerShell does not start"; }
}
