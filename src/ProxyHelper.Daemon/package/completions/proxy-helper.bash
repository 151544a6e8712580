# bash completion for proxy-helper(8)

_proxy_helper() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == relay ]]; then
        _proxy_helper_relay
        return
    fi
    if [[ $COMP_CWORD -eq 1 && $word != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W relay -- "$word")
        return
    fi
    case $previous in
        -I | --address)
            mapfile -t COMPREPLY < <(compgen -W "0.0.0.0 $(ip -4 -o address 2>/dev/null | sed 's|.* inet \([0-9.]*\).*|\1|')" -- "$word")
            ;;
        --secret-file | --table | -p | --pid-file | -c | --config)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            ;;
        --resolver-command)
            mapfile -t COMPREPLY < <(compgen -c -f -- "$word")
            ;;
        -u | --user)
            mapfile -t COMPREPLY < <(compgen -u -- "$word")
            ;;
        --ident)
            mapfile -t COMPREPLY < <(compgen -W 'address endpoint none' -- "$word")
            ;;
        -P | --port | --tcp-port | -s | --secret | --allow | --trust | --rate | --max-delay | --failover-grace | --workers | --table-max-age | --metrics | --peer-ports) ;;
        *)
            mapfile -t COMPREPLY < <(compgen -W '--address --port --tcp-port --secret --secret-file --allow --trust --ident --rate --max-delay
                --failover-grace --workers --allow-absent-address --resolver-command --table --table-max-age --user --pid-file --metrics --peer-ports --verbose --config --check --check-reload --version --help' -- "$word")
            ;;
    esac
}

_proxy_helper_relay() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    case $previous in
        --secret-file | -p | --pid-file | -c | --config)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            ;;
        -u | --user)
            mapfile -t COMPREPLY < <(compgen -u -- "$word")
            ;;
        --proxy-protocol)
            mapfile -t COMPREPLY < <(compgen -W 'v2 v1 none' -- "$word")
            ;;
        --to)
            mapfile -t COMPREPLY < <(compgen -W '127.0.0.1: unix:/run/' -- "$word")
            ;;
        --listen | --router | -P | --port | --allow-port | --max-connections | --max-connections-per-source | --max-queries | --connect-timeout | --idle-timeout | --half-closed-timeout | --drain | --workers | --metrics) ;;
        *)
            mapfile -t COMPREPLY < <(compgen -W '--listen --to --router --port --secret-file --proxy-protocol --allow-port --max-connections
                --max-connections-per-source --max-queries --connect-timeout --idle-timeout --half-closed-timeout --drain --workers
                --allow-absent-address --user --pid-file --metrics --verbose --config --check --check-reload --version --help' -- "$word")
            ;;
    esac
}

complete -F _proxy_helper proxy-helper
