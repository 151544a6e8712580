#!/usr/bin/env bash
# Shows the module at work: four hosts as network namespaces, a real connection through real NAT, one query and its reply.
# It leaves nothing behind. The exit status is 0 if the reply names the user's real connection, else 1.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
patience=60 # seconds for each event
steps=0
players=()
declare -A said=()

give_up() { echo "demo: $*" >&2; exit 1; }
step() { printf '\n%d. %s\n\n' $((++steps)) "$1"; (($# == 1)) || printf '   %s\n' "${@:2}"; }
on() { ip netns exec "$1-$$" "${@:2}"; } # HOST COMMAND...

clean_up() {
    trap '' INT TERM
    local host
    kill "${players[@]}" 2>/dev/null || true
    for host in user router proxy mail; do
        ip netns pids "$host-$$" 2>/dev/null | xargs -r kill 2>/dev/null || true
    done
    wait 2>/dev/null
    for host in user router proxy mail; do
        ip netns delete "$host-$$" 2>/dev/null || true
    done
    rm -rf "$work"
}

# LINK HOST ADDRESS ROUTER-ADDRESS: makes a host and its cable to the router
connect_host() {
    ip netns add "$2-$$"
    ip link add "$1" netns "router-$$" type veth peer name uplink netns "$2-$$"
    on "$2" ip link set lo up
    on "$2" ip address add "$3/24" dev uplink
    on "$2" ip link set uplink up
    on router ip address add "$4/24" dev "$1"
    on router ip link set "$1" up
    on "$2" ip route add default via "$4"
}

lay_out_hosts() {
    ip netns add "router-$$"
    on router ip link set lo up
    on router ip address add 194.0.1.1/32 dev lo
    on router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    connect_host users user 10.1.1.1 10.1.1.254
    connect_host proxies proxy 194.0.22.9 194.0.22.254
    connect_host internet mail 4.1.1.1 4.1.1.254
}

# HOST: runs demo/HOST.ps1 on the host, in the background; a failure is an event, too
play() {
    { timeout --kill-after=5 180 ip netns exec "$1-$$" "$here/pwsh" -NoProfile -NonInteractive -File "$here/demo/$1.ps1" || echo "failed $1" >&"$events"; } &
    players+=($!)
}

# EVENT: waits until a host sends the event; its words are in ${said[EVENT]}
await() {
    local event words
    until [[ -v said[$1] ]]; do
        read -r -t "$patience" -u "$events" event words || give_up "waited $patience seconds for '$1'"
        [[ $event != failed ]] || give_up "the script of the $words failed"
        said[$event]=$words
    done
}

[[ $EUID == 0 ]] || give_up "network namespaces need root: sudo $0"
work=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
. "$here/prepare.sh"
install_missing ip nft
# Opened for reading and writing, so that no end of a pipe waits until the other end is opened.
export DEMO_PIPES=$work
mkfifo "$work/events" "$work/router" "$work/proxy"
exec {events}<>"$work/events" {router_turn}<>"$work/router" {proxy_turn}<>"$work/proxy"

echo "ProxyHelper on four hosts (the build takes up to a minute)"
build src/ProxyHelper.PowerShell
prepare_shell

step "Four hosts, each a network namespace of this machine" \
    "  user 10.1.1.1 ─────── router 194.0.1.1 ─────── mail server 4.1.1.1:25" \
    "                               │" \
    "                        proxy 194.0.22.9:9199"
lay_out_hosts
play mail
play proxy

step "Two NAT rules on the router send all mail of its users to the proxy"
on router nft -f "$here/demo/router.nft"
grep -v '^#' "$here/demo/router.nft" | sed 's/^/     /'

step "The user connects to 4.1.1.1:25 and reaches the proxy instead"
await mail-listens
await proxy-listens
play user
await user-connected
await proxy-accepted
printf '   %-28s%s\n' "what the user sees" "${said[user-connected]}" "what the proxy sees" "${said[proxy-accepted]}"
echo "   Which user is this, and which server did the user want? Only the router knows:"

step "The connection tracking of the router has both sides of the mapping"
play router
await router-listens

step "The proxy asks the helper on the router over UDP port 114, as smtp-gated does"
echo turn >&"$proxy_turn"
await proxy-answered
await user-greeted

step "With the reply, the proxy has connected to the real server and passed its greeting on" \
    "the user reads: ${said[user-greeted]}"

step "The responder has counted the query; then it is stopped"
echo turn >&"$router_turn"
await router-stopped

step "Is the reply correct?" \
    "the user's connection   ${said[user-connected]}" \
    "the helper's reply      ${said[proxy-answered]}"
[[ ${said[user-connected]} == "${said[proxy-answered]}" ]] || give_up "the reply is wrong"
echo "   Yes, including the port."
