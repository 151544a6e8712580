# Reads and checks the variables of a pair of routers. install.sh sources this file.
# shellcheck shell=bash

conf=                     # the file of the variables
declare -A value line_of  # the variables, and the line of each
declare -A faulty         # the variables that have a fault
faults=()                 # the messages

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

# --- Faults. ---

fault() { faults+=("$1"); }

# NAME TEXT: a fault of a variable.
fault_of() {
    faulty[$1]=1
    fault "$conf:${line_of[$1]}: $1: $2"
}

# --- The variable file. ---

read_variables() {
    local line number=0 has_returns=0 name text
    local form="^([A-Za-z_][A-Za-z0-9_]*)=([^[:space:]#'\"]*|'[^']*'|\"[^\"]*\")[[:space:]]*(#.*)?$"
    if [[ ! -f $conf || ! -r $conf ]]; then
        fault "$conf: the file is missing or cannot be read"
        return
    elif (($(stat -Lc %s "$conf") > 65536)); then
        fault "$conf: the file has more than 65,536 bytes"
        return
    elif [[ $(tr -d '\0' <"$conf" | wc -c) != $(stat -Lc %s "$conf") ]]; then
        fault "$conf: the file contains NUL bytes. Write the variables as plain text."
        return
    fi
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        if [[ $line == *$'\r' ]]; then
            ((has_returns++)) ||
                fault "$conf:$number: the line ends with CR and LF. Run 'sed -i s/\\\\r\$// $conf' for all lines."
            line=${line%$'\r'}
        fi
        if [[ $line =~ ^[[:space:]]*(#.*)?$ ]]; then
            continue
        elif [[ ! $line =~ $form ]]; then
            text=${line:0:60} # a binary file can have very long lines
            ((${#line} <= 60)) || text+=...
            fault "$conf:$number: ${text@Q} is not of the form NAME=VALUE"
            [[ ! $line =~ ([A-Za-z_]+)= ]] || faulty["${BASH_REMATCH[1]}"]=1
        else
            name=${BASH_REMATCH[1]} text=${BASH_REMATCH[2]}
            [[ $text != [\'\"]* ]] || text=${text:1:-1}
            set_variable
        fi
    done <"$conf"
    for name in "${names[@]%%:*}"; do
        [[ -v value[$name] || -v faulty[$name] ]] || fault "$conf: $name is missing"
    done
}

# Sets the variable 'name' of the line 'number' to 'text'.
set_variable() {
    if [[ " ${names[*]%%:*} " != *" $name "* ]]; then
        fault "$conf:$number: the variable $name is unknown"
    elif [[ -v value[$name] ]]; then
        fault "$conf:$number: $name is already set in line ${line_of[$name]}"
    else
        value["$name"]=$text line_of["$name"]=$number
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
