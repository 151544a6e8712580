#!/usr/bin/env bash
# Shows the module at work: four hosts as network namespaces, and real connections through real NAT. First a proxy asks the helper
# itself. Then a relay asks, and curl reaches its server through HAProxy. The script leaves nothing behind. The exit status is 0 if the
# helper's reply and the log of HAProxy name the user's real connections, else 1.
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

# HOST [SCRIPT]: runs demo/SCRIPT.ps1 on the host, in the background; a failure is an event, too
play() {
    local script=${2:-$1}
    { timeout --kill-after=5 300 ip netns exec "$1-$$" "$here/pwsh" -NoProfile -NonInteractive -File "$here/demo/$script.ps1" ||
        echo "failed $script" >&"$events"; } &
    players+=($!)
}

# HOST PORT: waits until a program on the host listens on the TCP port.
await_port() {
    local deadline=$((SECONDS + patience))
    until [[ $(on "$1" ss --no-header --listening --tcp --numeric "sport = :$2") ]]; do
        ((SECONDS < deadline)) || give_up "waited $patience seconds for port $2 of the $1"
        sleep 0.1
    done
}

# FILE WORDS: waits until the file has a line with the words.
await_line() {
    local deadline=$((SECONDS + patience))
    until grep -q -F "$2" "$1"; do
        ((SECONDS < deadline)) || give_up "waited $patience seconds for '$2' in ${1##*/}"
        sleep 0.1
    done
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
install_missing ip nft curl haproxy
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

step "The helper has counted the query"
echo turn >&"$router_turn"
await router-counted

step "Is the reply correct?" \
    "the user's connection   ${said[user-connected]}" \
    "the helper's reply      ${said[proxy-answered]}"
[[ ${said[user-connected]} == "${said[proxy-answered]}" ]] || give_up "the reply is wrong"
echo "   Yes, including the port."

step "HAProxy cannot ask a helper. So a relay on the proxy's host asks, and gives HAProxy both ends in a PROXY header" \
    "  user 10.1.1.1 ─────── router 194.0.1.1 ─────── web server 4.1.1.1:80" \
    "                               │" \
    "                        proxy 194.0.22.9:9199, relay ── HAProxy 127.0.0.1:9001"

step "One more NAT rule on the router sends the web connections of its users to the relay"
on router nft -f "$here/demo/web.nft"
grep -v '^#' "$here/demo/web.nft" | sed 's/^/     /'
echo
play mail web
on proxy haproxy -db -f "$here/demo/haproxy.cfg" >"$work/haproxy.log" 2>&1 &
players+=($!)
await_port proxy 9001
play proxy relay
await relay-listens
await web-listens

step "The user runs curl, which knows nothing of a proxy"
echo "user> curl --local-port 10943 http://4.1.1.1/"
page=$(on user curl --silent --show-error --max-time "$patience" --local-port 10943 http://4.1.1.1/) || give_up "curl got no page"
echo "$page"
echo turn >&"$proxy_turn"
await relay-stopped
echo turn >&"$router_turn"
await router-stopped

ends="10.1.1.1:10943 -> 4.1.1.1:80"
await_line "$work/haproxy.log" "$ends"
step "Is it the correct server, and does the proxy know the user?" \
    "the user's connection   $ends" \
    "the server's page       $page" \
    "the log of HAProxy      $(grep -F -- ' -> ' "$work/haproxy.log")"
[[ $page == "This is 4.1.1.1:80." ]] || give_up "curl reached a wrong server"
[[ $(grep -c -F -- ' -> ' "$work/haproxy.log") == 1 ]] || give_up "HAProxy got another connection"
echo "   Yes, including the port."
