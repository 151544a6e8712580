#!/bin/bash
# Checks the variables of a pair of routers and installs the files of this folder on a router:
#   install.sh [--check] [--router a|b] [--root DIR] pair.conf
#     --check         checks everything, lists what would change, and changes nothing
#     --router a|b    the router to install for; the default is the router whose sync address this host has
#     --root DIR      installs below DIR, such as the mounted file system of another machine
# Run this script as root, with the same pair.conf on both routers. Either all files are installed or none. A file that
# somebody else wrote or changed is kept as FILE.saved. No service is started: the last lines say what to run.
# The exit status is 0 if the files are installed, 1 if a fault prevents that, and 2 for a wrong option.
set -euo pipefail
export LC_ALL=C PATH="${PATH:+$PATH:}/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
umask 022

here=$(dirname "$(readlink -f "$0")")
files=/etc/proxy-helper-pair # the folder of the script and the rules on a router
root='' router='' only_check=
work=                        # the folder of the new files until they are in place

# The destination and mode of each file.
declare -A destination=(
    [keepalived.conf]=/etc/keepalived/keepalived.conf
    [conntrackd.conf]=/etc/conntrackd/conntrackd.conf
    [sysctl.conf]=/etc/sysctl.d/60-proxy-helper-pair.conf
    [modules-load.conf]=/etc/modules-load.d/proxy-helper-pair.conf
    [rules.nft]=$files/rules.nft
    [hold.nft]=$files/hold.nft
    [primary-backup.sh]=$files/primary-backup.sh
    [proxy-helper.conf]=$files/proxy-helper.conf
    [systemd/proxy-helper-pair.service]=/etc/systemd/system/proxy-helper-pair.service
    [systemd/proxy-helper-pair-watch.service]=/etc/systemd/system/proxy-helper-pair-watch.service
    [systemd/keepalived.conf]=/etc/systemd/system/keepalived.service.d/proxy-helper-pair.conf
    [systemd/conntrackd.conf]=/etc/systemd/system/conntrackd.service.d/proxy-helper-pair.conf
    [systemd/nftables.conf]=/etc/systemd/system/nftables.service.d/proxy-helper-pair.conf
    [systemd/proxy-helper.conf]=/etc/systemd/system/proxy-helper.service.d/proxy-helper-pair.conf
)

usage() {
    echo "install.sh: $1. Use 'install.sh [--check] [--router a|b] [--root DIR] pair.conf'." >&2
    exit 2
}

# shellcheck source=variables.sh
. "$here/variables.sh"

stop_on_faults() {
    ((${#faults[@]})) || return 0
    printf '%s\n' "${faults[@]}" >&2
    echo "install.sh: faults: ${#faults[@]}. No file was changed." >&2
    exit 1
}

# --- This host. ---

# PROGRAM PACKAGE
require() {
    [[ -x $(command -v "$1") ]] || fault "the program $1 is missing. Run 'apt-get install $2'."
}

check_host() {
    ((EUID == 0)) || fault "install.sh must run as root"
    require keepalived keepalived
    require conntrackd conntrackd
    require conntrack conntrack
    require nft nftables
    require ip iproute2
    require flock util-linux
    # Without the name, conntrackd ignores 'Protocol Accept TCP', and '-R' reads no entry of the kernel.
    getent protocols tcp >/dev/null || fault "/etc/protocols does not name TCP. Run 'apt-get install netbase'."
}

# INTERFACE ADDRESS: whether this host has the address on the interface. A primary router has several. With '-q', grep
# would end at the first line, and with pipefail the broken pipe of ip would count.
has_address() {
    ip -4 -o address show dev "$1" 2>/dev/null | grep -wF "inet $2" >/dev/null
}

# Sets 'router', if it was not given, to the router whose sync address this host has.
choose_router() {
    local found=''
    is_valid SYNC_INTERFACE && is_valid A_SYNC_ADDRESS && is_valid B_SYNC_ADDRESS || return 0
    ! has_address "${value[SYNC_INTERFACE]}" "${value[A_SYNC_ADDRESS]}" || found+=a
    ! has_address "${value[SYNC_INTERFACE]}" "${value[B_SYNC_ADDRESS]}" || found+=b
    if [[ ! $router && $found == [ab] ]]; then
        router=$found
    elif [[ ! $router ]]; then
        fault "this host must have ${value[A_SYNC_ADDRESS]} (router a) or ${value[B_SYNC_ADDRESS]} (router b) on \
${value[SYNC_INTERFACE]}. Run 'ip -4 address show dev ${value[SYNC_INTERFACE]}', or use --router a or --router b."
    fi
}

# A router with the port range of the other router would give two users the same port. So the addresses of this
# host are compared. With --root, the files are for another host.
check_addresses_of_host() {
    local network name interface
    [[ $router && ! $root ]] || return 0
    for network in USERS PROXIES SYNC; do
        name=${router^}_${network}_ADDRESS
        interface=${network}_INTERFACE
        if is_valid "$interface" && is_valid "$name" && ! has_address "${value[$interface]}" "${value[$name]}"; then
            fault_of "$name" "this host does not have ${value[$name]} on ${value[$interface]}. Run 'ip -4 -br address'."
        fi
    done
}

# --- The new files. ---

derive_values() {
    local this=${router^} peer=B proxy map='' index=0
    local -a proxies
    [[ $router == a ]] || peer=A
    value[ROUTER]=$router
    value[FILES]=$files
    value[PRIORITY]=${value[${this}_PRIORITY]}
    value[SNAT_PORTS]=${value[${this}_SNAT_PORTS]}
    value[SYNC_ADDRESS]=${value[${this}_SYNC_ADDRESS]}
    value[PEER_SYNC_ADDRESS]=${value[${peer}_SYNC_ADDRESS]}
    value[SYNC_BUCKETS]=$((value[SYNC_ENTRIES] / 32))
    value[PROXY_SET]=${value[PROXY_ADDRESSES]//,/, }
    value[DNAT_TARGET]=${value[PROXY_ADDRESSES]}:${value[PROXY_PORT]}
    IFS=, read -ra proxies <<<"${value[PROXY_ADDRESSES]}"
    value[ALLOW_LINES]=$(printf 'allow = %s\n' "${proxies[@]}")
    ((${#proxies[@]} > 1)) || return 0
    for proxy in "${proxies[@]}"; do
        map+=", $((index++)) : $proxy . ${value[PROXY_PORT]}"
    done
    # Both routers use the same seed, so that a user stays at a proxy after a failover.
    value[DNAT_TARGET]="jhash ip saddr mod ${#proxies[@]} seed 0x1 map { ${map:2} }"
}

# Writes the new files below $work/new, each at its destination.
render() {
    local source name text target sums=
    for source in "${!destination[@]}"; do
        text=$(<"$here/$source")
        for name in "${!value[@]}"; do
            text=${text//"@$name@"/"${value[$name]}"}
        done
        target=$work/new${destination[$source]}
        mkdir -p "${target%/*}"
        printf '%s\n' "$text" >"$target"
        chmod 644 "$target"
        [[ $source != *.sh ]] || chmod 755 "$target"
        [[ ! $text =~ @[A-Z_]+@ ]] || fault "$source: no value for ${BASH_REMATCH[0]}"
    done
    cp "$conf" "$work/new$files/pair.conf"
    chmod 644 "$work/new$files/pair.conf"
    sums=$(cd "$work/new" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
    printf '%s\n' "$sums" >"$work/new$files/installed"
}

# NAME COMMAND...: runs a check of a new file. Its output is part of the fault.
verify() {
    local output
    output=$("${@:2}" 2>&1) && return
    output=${output//"$work/new"/}
    fault "$1 does not accept its file: ${output//$'\n'/; }"
}

# keepalived wants the interfaces and the script. A network namespace has interfaces of these names.
verify_keepalived() {
    local copy=$work/keepalived.conf
    sed "s|\"$files/|\"$work/new$files/|" "$work/new/etc/keepalived/keepalived.conf" >"$copy"
    # shellcheck disable=SC2016 # the inner shell expands the arguments
    verify keepalived unshare --net bash -ec '
        for name in "$2" "$3"; do
            for kind in veth bridge dummy; do
                ! ip link add name "$name" type "$kind" || continue 2
            done
        done
        exec keepalived --config-test --use-file "$1"' \
        - "$copy" "${value[USERS_INTERFACE]}" "${value[PROXIES_INTERFACE]}"
}

# conntrackd has no test of a file. Its command '-s' reads the file before it looks for the running conntrackd.
verify_conntrackd() {
    local output
    local file=$work/new/etc/conntrackd/conntrackd.conf
    if output=$(conntrackd -C "$file" -s 2>&1) || [[ $output == *can?t\ connect* ]]; then
        ! grep -qE 'not a valid|ignoring|unknown|cannot find' <<<"$output" ||
            fault "conntrackd ignores a part of its file: $output"
    else
        fault "conntrackd does not accept its file: ${output//$'\n'/; }"
    fi
}

verify_files() {
    verify nft unshare --net nft --check --file "$work/new$files/rules.nft"
    verify nft unshare --net nft --check --file "$work/new$files/hold.nft"
    verify bash bash -n "$work/new$files/primary-backup.sh"
    verify_keepalived
    verify_conntrackd
}

# --- Installing. ---

# Lists the files that differ from their destination, and finds destinations that cannot be replaced.
find_changes() {
    local file target folder
    changes=()
    while IFS= read -r -d '' file; do
        file=${file#"$work/new"} target=$root${file#"$work/new"}
        folder=${target%/*}
        while [[ ! -e $folder && $folder == */* ]]; do folder=${folder%/*}; done
        if [[ -n $folder && ! -d $folder ]]; then
            fault "$target: $folder is not a folder"
        elif [[ -L $target || (-e $target && ! -f $target) ]]; then
            fault "$target is not a regular file. Move it away."
        elif ! cmp -s "$work/new$file" "$target" ||
            [[ $(stat -c %a:%u "$target") != $(stat -c %a:%u "$work/new$file") ]]; then
            changes+=("$file")
        fi
    done < <(find "$work/new" -type f -print0 | sort -z)
}

# FILE: whether the file is as this script wrote it the last time.
is_ours() {
    local sum
    sum=$(sha256sum <"$root$1")
    grep -qsxF "${sum%% *}  .$1" "$root$files/installed"
}

# The name for the copy of a file that is not as this script wrote it.
saved_name() {
    local name=$root$1.saved index=1
    while [[ -e $name || -L $name ]]; do
        index=$((index + 1)) name=$root$1.saved.$index
    done
    printf '%s' "$name"
}

# Undoes what was done, in reverse order.
undo=()
take_back() {
    local index
    for ((index = ${#undo[@]} - 1; index >= 0; index--)); do
        eval "${undo[index]}" || true
    done
    undo=()
}

# COMMAND...: notes a command that undoes the next change.
undo_by() { undo+=("${*@Q}"); }

make_folder() {
    [[ ! -d $1 ]] || return 0
    make_folder "${1%/*}"
    undo_by rmdir "$1"
    mkdir "$1"
}

# All copies are written before the first file is replaced, so that a full disk is found before. The list of the
# installed files is replaced last, because 'is_ours' reads the list.
install_changes() {
    local file target
    for file in "${changes[@]}"; do
        target=$root$file
        make_folder "${target%/*}"
        undo_by rm -f "$target.pair-new"
        cp -p "$work/new$file" "$target.pair-new"
        [[ -e $target ]] || continue
        undo_by rm -f "$target.pair-old"
        cp -p "$target" "$target.pair-old"
    done
    sync
    for file in "${changes[@]}"; do
        [[ $file == "$files/installed" ]] || replace "$file"
    done
    [[ ! -e $root$files/installed.pair-new ]] || replace "$files/installed"
    trap '' INT TERM HUP
    undo=()
    for file in "${changes[@]}"; do
        rm -f "$root$file.pair-old"
    done
}

replace() {
    local target=$root$1 saved
    if [[ ! -e $target ]]; then
        undo_by rm -f "$target"
    else
        if [[ $1 != "$files/installed" ]] && ! is_ours "$1"; then
            saved=$(saved_name "$1")
            undo_by rm -f "$saved"
            cp -p "$target" "$saved"
            echo "kept $target as $saved"
        fi
        undo_by mv -T "$target.pair-old" "$target"
    fi
    mv -T "$target.pair-new" "$target"
}

clean_up() {
    local status=$?
    trap '' INT TERM HUP
    if ((${#undo[@]})); then
        take_back
        echo "install.sh: the installation failed. All files are as they were." >&2
        ((status)) || status=1
    fi
    [[ -z $work ]] || rm -rf "$work"
    exit "$status"
}

# Says what to do for the changed files to take effect.
advise() {
    local all=" ${changes[*]-} " commands=()
    [[ -z $root ]] || return 0
    advise_helper
    [[ $all != */etc/systemd/* ]] || commands+=(daemon-reload)
    [[ $all != */proxy-helper-pair.service\ * ]] || commands+=("enable proxy-helper-pair conntrackd keepalived")
    [[ $all != */etc/modules-load.d/* ]] || commands+=("restart systemd-modules-load")
    [[ $all != */etc/sysctl.d/* ]] || commands+=("restart systemd-sysctl")
    [[ $all != *.nft* && $all != *primary-backup.sh* ]] || commands+=("reload-or-restart proxy-helper-pair")
    [[ ! $helper_changes ]] || commands+=("enable proxy-helper" "restart proxy-helper")
    [[ $all != *primary-backup.sh* ]] || commands+=("restart proxy-helper-pair-watch")
    [[ $all != *conntrackd* ]] || commands+=("restart conntrackd")
    [[ $all != *keepalived* ]] || commands+=("reload-or-restart keepalived")
    ((${#commands[@]})) || return 0
    printf '%s\n' "$(describe_order)" "${commands[@]/#/  systemctl }"
}

# With different shared addresses, both routers would become primary.
describe_order() {
    case $all in
        */proxy-helper-pair.service\ *) echo "Run these commands:" ;;
        *keepalived*)
            echo "If a shared address or VRRP_ID changed, stop keepalived on the backup router and begin on the primary one."
            echo "Otherwise, begin on the backup router. Run these commands:"
            ;;
        *) echo "Run these commands, on the backup router first:" ;;
    esac
}

# The daemon's own file belongs to its package and to the administrator. Sets 'helper_changes' if the file lacks a line.
advise_helper() {
    helper_changes=
    [[ -f /etc/proxy-helper.conf ]] || return 0
    helper_changes=$(grep -v '^#' "$files/proxy-helper.conf" | grep -vxFf /etc/proxy-helper.conf) || return 0
    printf '%s\n' "Add these lines to /etc/proxy-helper.conf:" "$helper_changes"
}

read_arguments() {
    while (($#)); do
        case $1 in
            --check) only_check=1 ;;
            --router)
                router=${2-}
                [[ $router == [ab] ]] || usage "--router needs a or b"
                shift
                ;;
            --root)
                [[ -d ${2-} ]] || usage "--root needs a folder"
                root=$(readlink -f "$2")
                root=${root%/}
                shift
                ;;
            -*) usage "the option ${1@Q} is unknown" ;;
            *) [[ -z $conf ]] || usage "there are two files"; conf=$1 ;;
        esac
        shift
    done
    [[ -n $conf ]] || usage "the file with the variables is missing"
}

main() {
    read_arguments "$@"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    check_host
    read_variables
    check_forms
    check_relations
    choose_router
    check_addresses_of_host
    stop_on_faults
    exec 9<"${root:-/etc}" # the folder that the files come below
    flock --nonblock 9 || fault "another install.sh installs below ${root:-/etc}"
    stop_on_faults
    work=$(mktemp -d /run/proxy-helper-pair-install.XXXXXX)
    chmod 755 "$work"
    derive_values
    render
    stop_on_faults
    verify_files
    find_changes
    stop_on_faults
    if ((${#changes[@]} == 0)); then
        echo "Router $router: all files are as they should be."
        advise
    elif [[ $only_check ]]; then
        printf "Router $router: would change $root%s\n" "${changes[@]}"
    else
        install_changes
        printf "Router $router: wrote $root%s\n" "${changes[@]}"
        advise
    fi
}

main "$@"
