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
root='' router='' conf='' only_check=
work=                        # the folder of the new files until they are in place
declare -A value line_of     # the variables of pair.conf, and the line of each
declare -A faulty            # the variables with a fault
faults=()

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
    [systemd/keepalived.conf]=/etc/systemd/system/keepalived.service.d/proxy-helper-pair.conf
    [systemd/conntrackd.conf]=/etc/systemd/system/conntrackd.service.d/proxy-helper-pair.conf
    [systemd/proxy-helper.conf]=/etc/systemd/system/proxy-helper.service.d/proxy-helper-pair.conf
)

# The variables and the form of their values.
names=(
    USERS_INTERFACE:interface PROXIES_INTERFACE:interface SYNC_INTERFACE:interface
    USERS_GATEWAY:prefix PROXIES_GATEWAY:prefix SNAT_ADDRESS:address
    PROXY_ADDRESSES:addresses PROXY_PORT:port MAIL_PORT:port HELPER_PORT:port
    A_USERS_ADDRESS:address A_PROXIES_ADDRESS:address A_SYNC_ADDRESS:address A_PRIORITY:1-254 A_SNAT_PORTS:ports
    B_USERS_ADDRESS:address B_PROXIES_ADDRESS:address B_SYNC_ADDRESS:address B_PRIORITY:1-254 B_SNAT_PORTS:ports
    VRRP_ID:1-255 VRRP_INTERVAL:interval
    SYNC_PORT:port SYNC_ENTRIES:1024-1000000000 SYNC_QUEUE:1024-1000000000 COMMIT_TIMEOUT:1-600
)

usage() {
    echo "install.sh: $1. Use 'install.sh [--check] [--router a|b] [--root DIR] pair.conf'." >&2
    exit 2
}

# --- Faults. All faults are found before the script ends. ---

fault() { faults+=("$1"); }

# NAME TEXT: a fault of a variable.
fault_of() {
    faulty[$1]=1
    fault "$conf:${line_of[$1]}: $1: $2"
}

stop_on_faults() {
    ((${#faults[@]})) || return 0
    printf '%s\n' "${faults[@]}" >&2
    echo "install.sh: nothing was changed, because of the number of faults: ${#faults[@]}" >&2
    exit 1
}

# --- The variable file. ---

read_variables() {
    local line number=0 name text
    local form="^([A-Za-z_][A-Za-z0-9_]*)=([^[:space:]#'\"]*|'[^']*'|\"[^\"]*\")[[:space:]]*(#.*)?$"
    if [[ ! -f $conf || ! -r $conf ]]; then
        fault "$conf: the file is missing or is no file that can be read"
        return
    elif (($(stat -Lc %s "$conf") > 65536)); then
        fault "$conf: the file has more than 65,536 bytes"
        return
    elif [[ $(tr -d '\0' <"$conf" | wc -c) != $(stat -Lc %s "$conf") ]]; then
        fault "$conf: the file has NUL bytes, so it is no text"
        return
    fi
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        if [[ $line == *$'\r' ]]; then
            fault "$conf:$number: the line ends with CR and LF. Run 'sed -i s/\\\\r\$// $conf'."
        elif [[ $line =~ ^[[:space:]]*(#.*)?$ ]]; then
            continue
        elif [[ ! $line =~ $form ]]; then
            fault "$conf:$number: ${line@Q} is not of the form NAME=VALUE"
        else
            name=${BASH_REMATCH[1]} text=${BASH_REMATCH[2]}
            [[ $text != [\'\"]* ]] || text=${text:1:-1}
            set_variable
        fi
    done <"$conf"
    for name in "${names[@]%%:*}"; do
        [[ -v value[$name] ]] || fault "$conf: $name is missing"
    done
}

# Sets the variable 'name' of the line 'number' to 'text'.
set_variable() {
    if [[ " ${names[*]%%:*} " != *" $name "* ]]; then
        fault "$conf:$number: the variable $name is unknown"
    elif [[ -v value[$name] ]]; then
        fault "$conf:$number: $name is already set in line ${line_of[$name]}"
    else
        value[$name]=$text line_of[$name]=$number
    fi
}

# --- Forms. The checked values contain no character that has a meaning in one of the files. ---

is_address() {
    local octet='(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])'
    [[ $1 =~ ^$octet\.$octet\.$octet\.$octet$ ]] &&
        ((BASH_REMATCH[1] != 0 && BASH_REMATCH[1] != 127 && BASH_REMATCH[1] < 224))
}

is_number_in() {
    [[ $1 =~ ^(0|[1-9][0-9]{0,9})$ ]] && (($1 >= $2 && $1 <= $3))
}

# Each of the following functions checks the value of the variable 'name'.
check_interface() {
    [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$ && $1 != lo ]] ||
        fault_of "$name" "${1@Q} is not the name of a network interface. Run 'ip -br link' to list the interfaces."
}

check_address() {
    is_address "$1" || fault_of "$name" "${1@Q} is not an IPv4 address of a host, such as 10.1.0.2"
}

check_prefix() {
    [[ $1 == */* ]] && is_address "${1%/*}" && is_number_in "${1##*/}" 8 32 && return
    fault_of "$name" "${1@Q} is not an IPv4 address with a prefix length of 8 to 32, such as 10.1.0.1/16"
}

check_addresses() {
    local proxy proxies
    IFS=, read -ra proxies <<<"$1"
    ((${#proxies[@]} <= 16)) || fault_of "$name" "there are ${#proxies[@]} addresses. Use 16 at most."
    [[ $1 != *, && $1 != *$'\n'* ]] || fault_of "$name" "${1@Q} is not a list of addresses, separated by commas"
    for proxy in "${proxies[@]}"; do
        check_address "$proxy"
    done
}

check_port() {
    is_number_in "$1" 1 65535 || fault_of "$name" "${1@Q} is not a port, 1 to 65535"
}

check_interval() {
    local hundredths
    if [[ $1 =~ ^([0-9]|[1-3][0-9]|40)(\.([0-9]{1,2}))?$ ]]; then
        hundredths=${BASH_REMATCH[3]}00
        hundredths=$((BASH_REMATCH[1] * 100 + 10#${hundredths:0:2}))
        ((hundredths >= 5 && hundredths <= 4000)) && return
    fi
    fault_of "$name" "${1@Q} is not a time of 0.05 to 40 seconds, in steps of 0.01"
}

check_ports() {
    if [[ ! $1 =~ ^([1-9][0-9]{0,4})-([1-9][0-9]{0,4})$ ]]; then
        fault_of "$name" "${1@Q} is not a range of ports, such as 1024-32767"
    elif ((BASH_REMATCH[1] > BASH_REMATCH[2])); then
        fault_of "$name" "the range $1 is reversed: the lower port comes first"
    elif ((BASH_REMATCH[1] < 1024 || BASH_REMATCH[2] > 65535)); then
        fault_of "$name" "the range $1 is not within 1024-65535"
    fi
}

check_forms() {
    local entry name form
    for entry in "${names[@]}"; do
        name=${entry%%:*} form=${entry#*:}
        [[ -v value[$name] ]] || continue
        if [[ -z ${value[$name]} ]]; then
            fault_of "$name" "the value is empty"
        elif [[ $form == [0-9]* ]]; then
            is_number_in "${value[$name]}" "${form%-*}" "${form#*-}" ||
                fault_of "$name" "${value[$name]@Q} is not a whole number, ${form%-*} to ${form#*-}"
        else
            "check_$form" "${value[$name]}"
        fi
    done
}

# --- Relations of the values. A value that has a fault is not compared. ---

is_valid() { [[ -v value[$1] && ! -v faulty[$1] ]]; }

# NAMES...: the values of these variables differ from each other. The length of a prefix does not count.
check_distinct() {
    local name text
    local -A user_of=()
    for name; do
        is_valid "$name" || continue
        text=${value[$name]%/*}
        [[ ! -v user_of[$text] ]] || fault_of "$name" "$text is already the value of ${user_of[$text]}"
        user_of[$text]=$name
    done
}

check_proxies() {
    local proxy name
    local -a proxies
    local -A seen=()
    IFS=, read -ra proxies <<<"${value[PROXY_ADDRESSES]}"
    for proxy in "${proxies[@]}"; do
        [[ ! -v seen[$proxy] ]] || fault_of PROXY_ADDRESSES "$proxy is in the list twice"
        seen[$proxy]=1
        for name in "${addresses[@]}"; do
            ! is_valid "$name" || [[ ${value[$name]%/*} != "$proxy" ]] ||
                fault_of PROXY_ADDRESSES "$proxy is already the value of $name"
        done
    done
}

# NAME FIRST LAST: whether the port range of the variable has a port from FIRST to LAST.
overlaps() {
    ((${value[$1]%-*} <= $3 && $2 <= ${value[$1]#*-}))
}

check_relations() {
    local name addresses=(USERS_GATEWAY PROXIES_GATEWAY SNAT_ADDRESS {A,B}_{USERS,PROXIES,SYNC}_ADDRESS)
    check_distinct USERS_INTERFACE PROXIES_INTERFACE SYNC_INTERFACE
    check_distinct A_PRIORITY B_PRIORITY
    check_distinct "${addresses[@]}"
    ! is_valid PROXY_ADDRESSES || check_proxies
    if is_valid A_SNAT_PORTS && is_valid B_SNAT_PORTS &&
        overlaps A_SNAT_PORTS "${value[B_SNAT_PORTS]%-*}" "${value[B_SNAT_PORTS]#*-}"; then
        fault_of B_SNAT_PORTS "the range ${value[B_SNAT_PORTS]} overlaps ${value[A_SNAT_PORTS]} of A_SNAT_PORTS"
    fi
    for name in A_SNAT_PORTS B_SNAT_PORTS; do
        if is_valid HELPER_PORT && is_valid "$name" &&
            overlaps "$name" "${value[HELPER_PORT]}" "${value[HELPER_PORT]}"; then
            fault_of "$name" "the range ${value[$name]} contains HELPER_PORT"
        fi
    done
}

# --- This host. ---

# PROGRAM PACKAGE
require() {
    command -v "$1" >/dev/null || fault "the program $1 is missing. Run 'apt-get install $2'."
}

check_host() {
    ((EUID == 0)) || fault "install.sh must run as root"
    require keepalived keepalived
    require conntrackd conntrackd
    require nft nftables
    require ip iproute2
    require flock util-linux
}

# INTERFACE ADDRESS: whether this host has the address on the interface.
has_address() {
    ip -4 -o address show dev "$1" 2>/dev/null | grep -qwF "inet $2"
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
    output=$(conntrackd -C "$work/new/etc/conntrackd/conntrackd.conf" -s 2>&1) || true
    ! grep -qE 'parsing config file|not a valid|ignoring|unknown' <<<"$output" ||
        fault "conntrackd does not accept its file: ${output//$'\n'/; }"
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

# All copies are written before the first file is replaced, so that a full disk is found before.
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
        replace "$file"
    done
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
    local all=" ${changes[*]} "
    [[ -z $root ]] || return 0
    echo "Run these commands, on the backup router first:"
    [[ $all != */etc/systemd/* ]] || echo "  systemctl daemon-reload"
    [[ $all != */etc/modules-load.d/* ]] || echo "  systemctl restart systemd-modules-load"
    [[ $all != */etc/sysctl.d/* ]] || echo "  sysctl -p ${destination[sysctl.conf]}"
    [[ $all != *proxy-helper-pair.service* ]] || echo "  systemctl enable --now proxy-helper-pair conntrackd keepalived"
    [[ $all != *.nft* && $all != *primary-backup.sh* ]] || echo "  systemctl reload-or-restart proxy-helper-pair"
    [[ $all != *conntrackd* ]] || echo "  systemctl restart conntrackd"
    [[ $all != *keepalived* ]] || echo "  systemctl restart keepalived"
    echo "The helper needs the lines of $files/proxy-helper.conf in /etc/proxy-helper.conf."
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
    exec 9<"$here/install.sh"
    flock --nonblock 9 || fault "another install.sh runs"
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
    elif [[ $only_check ]]; then
        printf "Router $router: would change $root%s\n" "${changes[@]}"
    else
        install_changes
        printf "Router $router: wrote $root%s\n" "${changes[@]}"
        advise
    fi
}

main "$@"
