#!/bin/bash
# Brings the hold and conntrackd into line with the state of keepalived on a router of a pair.
#   primary-backup.sh primary|backup|fault|stop    when the state changes; keepalived calls this form
#   primary-backup.sh load                         loads the packet rules; systemd calls this form at boot
#   primary-backup.sh synchronize                  when conntrackd has started; systemd calls this form
#   primary-backup.sh watch                        refreshes when the other router has a new conntrackd; a service
#   primary-backup.sh refresh                      replaces the copy of the other router's entries
# Each step is logged with its duration, in /run/proxy-helper-pair/log and in the system log. A step that fails is
# reported, and the next step runs. The exit status is 1 if a step failed.
#
# keepalived starts these scripts without waiting for the script before. So a script records the state that it was
# called for, and applies the state only while no later script has recorded another state.
set -u
export LC_ALL=C PATH="${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

files=${BASH_SOURCE[0]%/*} # rules.nft and hold.nft
run=/run/proxy-helper-pair # the state, the locks and the log; empty after a boot
time_limit=@COMMIT_TIMEOUT@ # seconds for a step of conntrackd, COMMIT_TIMEOUT of pair.conf
log_size=262144            # bytes
state=${1-}
previous=                  # the state before this script
failures=0
lines=

# MESSAGE: writes the time and the message to the log. The system log gets all lines at the end, because a call of
# logger takes as long as the commit of a small table.
log() {
    local now=$EPOCHREALTIME line
    printf -v line '%(%F %T)T.%s %s: %s' "${now%.*}" "${now#*.}" "$state" "$1"
    printf '%s\n' "$line" >>"$run/log"
    lines+="$state: $1"$'\n'
}

leave() {
    log "done, $failures steps failed"
    printf '%s' "$lines" >&2
    logger -t proxy-helper-pair <<<"${lines%$'\n'}" 2>/dev/null
    [[ $(stat -c %s "$run/log") -lt $log_size ]] || mv "$run/log" "$run/log.old"
    exit $((failures > 0))
}

# NAME ADVICE COMMAND...: runs a step.
step() {
    local begin=${EPOCHREALTIME/./} output status=0 taken
    output=$("${@:3}" 2>&1 8>&- 9>&-) || status=$?
    taken=$((${EPOCHREALTIME/./} - begin))
    printf -v taken '%d.%06d' $((taken / 1000000)) $((taken % 1000000))
    if ((status == 0)); then
        log "$1 has taken $taken s"
        return 0
    fi
    failures=$((failures + 1))
    ((status != 124)) || output="no end after $time_limit s."
    # conntrackd writes warnings before the error.
    [[ ! $output =~ \[ERROR\]\ ([^$'\n']*) ]] || output=${BASH_REMATCH[1]}
    log "$1 FAILED after $taken s with status $status: ${output//$'\n'/ } $2"
    return 1
}

# OPTION ADVICE [ARGUMENT]: gives a command to the running conntrackd.
command_conntrackd() {
    step "conntrackd $1" "$2" timeout --kill-after=1 "$time_limit" conntrackd "$1" "${@:3}"
}

close_hold() {
    step "closing the hold" "Run 'nft -f $files/hold.nft'." nft -f "$files/hold.nft"
}

# A table that is already missing is no error.
open_hold() {
    step "opening the hold" "THE USERS HAVE NO CONNECTION. Run 'nft delete table inet proxy_helper_hold'." \
        nft "table inet proxy_helper_hold; delete table inet proxy_helper_hold"
}

lock_state() { exec 8>>"$run/state.lock" && flock 8; }
unlock_state() { exec 8>&-; }

# Reads the last recorded state into 'last', and the time and process ID of its script.
read_state() {
    last='' last_time=0 last_id=0
    [[ ! -e $run/state ]] || read -r last last_time last_id <"$run/state" || true
}

is_current() {
    read_state
    [[ $last_id == "$$" && $last_time == "$own_time" ]]
}

# Leaves if a later script has recorded another state.
require_current() {
    is_current && return
    unlock_state
    log "the state is '$last' now, so the remaining steps are left out"
    leave
}

# Records the state of this script, and closes the hold unless the state is primary. keepalived starts scripts in order.
# So a script is later if its process is later, even if the script comes here first.
record_state() {
    local stat
    read -r stat <"/proc/$$/stat"
    read -ra stat <<<"${stat##*) }"
    own_time=${stat[19]}
    lock_state
    read_state
    previous=$last
    if ((last_time > own_time || (last_time == own_time && last_id > $$))); then
        require_current
    fi
    printf '%s %s %s\n' "$state" "$own_time" "$$" >"$run/state"
    [[ $state == primary ]] || close_hold
    unlock_state
}

# Sets 'copied' to the number of the other router's entries. Fails if conntrackd does not answer.
read_copied() {
    local statistics counts='external:[^a-z]*current active connections:[^0-9]*([0-9]+)'
    statistics=$(timeout "$time_limit" conntrackd -s 2>/dev/null 8>&- 9>&-) || return
    [[ $statistics =~ $counts ]] && copied=${BASH_REMATCH[1]}
}

# Deletes the entries of the time when this router was primary before, if the other router has been primary since. A
# port of an ended connection can belong to another user now: the copied entry of that user would get another port.
delete_old_entries() {
    [[ $previous != primary ]] && read_copied && ((copied)) || return 0
    step "deleting old entries" "The helper can name a wrong user." delete_mail_entries
}

# Deletes these entries on a backup router, as soon as the entries of the primary router are here. At the next failover
# the address comes before this script, and the helper would answer from the old entries in between.
forget_old_entries() {
    local attempt
    has_mail_entries || return 0
    for ((attempt = 0; attempt < 100; attempt++)); do
        is_current && read_copied || return 0
        if ((copied)); then
            # Without its own list, conntrackd does not tell the other router that the connections have ended.
            command_conntrackd -f "The helper can name a wrong user after a failover." internal || return
            step "deleting old entries" "The helper can name a wrong user after a failover." delete_mail_entries
            return
        fi
        sleep 0.1
    done
}

has_mail_entries() {
    read -r < <(timeout "$time_limit" conntrack -L -p tcp --reply-dst @SNAT_ADDRESS@ 2>/dev/null 8>&- 9>&-)
}

# conntrack has the exit status 1 if there is nothing to delete.
delete_mail_entries() {
    local output
    output=$(timeout "$time_limit" conntrack -D -p tcp --reply-dst @SNAT_ADDRESS@ 2>&1 >/dev/null) && return
    [[ $output == *" 0 flow entries"* ]] || { printf '%s' "$output"; return 1; }
}

# The entries go into the kernel before a packet of a user can make a new entry. If that fails, the hold opens too: the
# old connections stall and are "not found", but new connections work.
become_primary() {
    # Somebody may have removed the rules, such as with 'nft flush ruleset'.
    nft list table ip proxy_helper_pair >/dev/null 2>&1 || load_rules
    delete_old_entries
    command_conntrackd -c "Old connections stall, new connections work. Run 'systemctl status conntrackd'."
    lock_state
    require_current
    open_hold
    unlock_state
    # The other router gets the whole table, also the entries that it sent before it failed.
    command_conntrackd -f "conntrackd keeps old entries. Run 'systemctl restart conntrackd'."
    command_conntrackd -R "The other router gets no old entries. Run 'conntrackd -R', then 'conntrackd -B'."
    send_entries
}

send_entries() {
    command_conntrackd -B "The other router gets no old entries. Run 'conntrackd -B'."
}

request_entries() {
    command_conntrackd -n "This router has no entries of the primary router. Run 'conntrackd -n'."
}

become_backup() {
    command_conntrackd -t "The kernel keeps the entries of this router's time as primary."
    request_entries
    forget_old_entries
}

# Replaces the copy of the other router's entries. A conntrackd that starts does not know which connections ended
# before, so their entries would stay in the copy. When another user gets the port, the copy has two entries of a port.
refresh() {
    [[ $last == backup ]] || return 0
    command_conntrackd -f "This router has entries of ended connections. Run 'systemctl restart conntrackd'." external
    request_entries
}

# A new conntrackd of the other router sends from a new port. A link that was down for 30 seconds looks the same.
watch_peer() {
    local peer=(-p udp --orig-src @PEER_SYNC_ADDRESS@ --orig-dst @SYNC_ADDRESS@ --orig-port-dst @SYNC_PORT@)
    "$0" refresh
    while read -r; do
        "$0" refresh
    done < <(exec conntrack -E -e NEW "${peer[@]}")
    failures=1
}

load_rules() {
    step "loading the rules" "Run 'nft -f $files/rules.nft'." nft -f "$files/rules.nft"
}

# Loads the hold first, so that no packet passes between the two. A primary router keeps its hold open.
load_hold_and_rules() {
    lock_state
    read_state
    [[ $last == primary ]] || close_hold
    load_rules
    unlock_state
}

# A conntrackd that starts again on the primary router reads the entries of the kernel, but sends them only on request.
synchronize() {
    read_state
    case $last in
        primary) send_entries ;;
        backup) become_backup ;;
    esac
}

case $state in
    primary | backup | fault | stop | load | synchronize | watch | refresh) ;;
    *)
        echo "primary-backup.sh: the state ${state@Q} is unknown." \
            "Use primary, backup, fault, stop, load, synchronize, watch or refresh." >&2
        exit 2
        ;;
esac
[[ -d $run ]] || mkdir -p "$run" || exit 1
log "begins"
case $state in
    load) load_hold_and_rules; leave ;;
    synchronize) synchronize; leave ;;
    watch) watch_peer; leave ;;
esac
# systemd sets SERVICE_RESULT when keepalived has ended. A killed keepalived leaves the addresses on the router, so the
# router goes on forwarding until keepalived starts again. With the hold, all connections would stand still until then.
if [[ $state == stop && ${SERVICE_RESULT:-success} != success ]]; then
    log "keepalived was killed, so the hold stays as it is"
    leave
fi
[[ $state == refresh ]] || record_state
exec 9>>"$run/script.lock"
flock 9
if [[ $state == refresh ]]; then read_state; else require_current; fi
case $state in
    primary) become_primary ;;
    backup) become_backup ;;
    refresh) refresh ;;
esac
leave
