# Test-ProxyHelperSetup on a router that has the rules of docs/router.md and docs/security.md. Its proxy is another host.

Describe 'Test-ProxyHelperSetup' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"

        # Gives the findings. None of them is without a reason, and they come without errors.
        function Get-Finding([hashtable] $Parameters = @{}) {
            $all = @{ TimeoutSeconds = 0.2 }
            if ($gated) { $all.SmtpGatedConfiguration = $gated }
            foreach ($name in $Parameters.Keys) { $all[$name] = $Parameters[$name] }
            $findings = @(Test-ProxyHelperSetup @all -ErrorVariable failures)
            $failures | Should -BeNullOrEmpty
            $findings | Where-Object Reason -EQ '' | Should -BeNullOrEmpty
            $findings
        }

        function Assert-Finding($Findings, [string] $Check, [string] $Severity, [string] $Action) {
            $finding = @($Findings | Where-Object Check -EQ $Check)
            $finding.Count | Should -Be 1 -Because "there is one finding of the check '$Check'"
            $finding[0].Severity | Should -Be $Severity -Because "$($finding[0])"
            if ($Action) { $finding[0].Action | Should -BeLike "*$Action*" }
            $finding[0]
        }
    }
    BeforeEach {
        Initialize-Router @()
        ip address delete 194.0.22.9/32 dev lo # the proxy's
        nft ([ProxyHelper.TestSupport.RouterFixture]::NatRules)
        nft ([ProxyHelper.TestSupport.RouterFixture]::QueryRules)
        $gated = "$TestDrive/smtp-gated.conf"
        Set-Content $gated 'mode remote-udp', 'remote_port 114', 'max_per_host 1000'
    }
    AfterEach {
        Clear-Router
        ip address replace 194.0.22.9/32 dev lo
    }

    It 'finds no fault on a correct router' {
        $null = Start-ProxyHelper 194.0.1.1
        $findings = Get-Finding @{ TimeoutSeconds = 30 }
        $findings | Where-Object { $_.Severity -ne 'Passed' -or $_.Action } | Should -BeNullOrEmpty
        $findings.Check | Should -Be @(
            'Host', 'Kernel conntrack', 'Permission', 'Conntrack table', 'Conntrack drops', 'Helper address', 'DNAT rule', 'SNAT rule', 'UDP answer', 'Secret'
            'Notrack rules', 'Flow table', 'smtp-gated mode', 'smtp-gated remote_port', 'smtp-gated secret', 'smtp-gated max_per_host'
        )
        (Assert-Finding $findings 'DNAT rule' Passed).Reason | Should -BeLike '*194.0.22.9:9199*'
        (Assert-Finding $findings 'SNAT rule' Passed).Reason | Should -BeLike '*194.0.1.1*'
    }

    It 'checks a pair of routers where conntrackd sends entries to another router, and only there' {
        $configuration = "$TestDrive/conntrackd.conf"
        Set-Content $configuration @"
Sync {
    Mode FTFW {
    }
    UDP {
        IPv4_address 127.0.0.1
        IPv4_Destination_Address 127.0.0.2
        Port 3780
        Interface lo
    }
}
General {
    Systemd off
    HashLimit 1024
    LockFile $TestDrive/conntrackd.lock
    UNIX {
        Path $TestDrive/conntrackd.ctl
    }
}
"@
        (Get-Finding @{ HelperAddress = '194.0.1.1' }).Check -like 'Pair*' | Should -BeNullOrEmpty
        conntrackd -d -C $configuration
        try {
            $findings = Get-Finding @{ HelperAddress = '194.0.1.1' }
            $null = Assert-Finding $findings 'Pair conntrackd' Warning "conntrackd -C $configuration -s link"
            $null = Assert-Finding $findings 'Pair HashLimit' Warning 'HashLimit '
            $null = Assert-Finding $findings 'Pair helper' Skipped -AllowAbsentAddress
            $null = Assert-Finding $findings 'Pair source ports' Failed 'snat to 194.0.1.1:1024-32767'
            nft 'flush chain ip mail_gateway postrouting; add rule ip mail_gateway postrouting ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1:1024-32767'
            $null = Assert-Finding (Get-Finding @{ HelperAddress = '194.0.1.1' }) 'Pair source ports' Skipped '-PeerPortRange 32768-65535'
            $null = Start-ProxyHelper 194.0.1.1 -FailoverGrace 0
            $findings = Get-Finding @{ PeerPortRange = '30000-65535' }
            $null = Assert-Finding $findings 'Pair source ports' Failed '1024-32767 and 32768-65535'
            $null = Assert-Finding $findings 'Pair helper' Warning -AllowAbsentAddress
            $null = Assert-Finding $findings 'Pair failover grace' Warning '-FailoverGrace 3'
            $null = Assert-Finding (Get-Finding @{ PeerPortRange = '32768-65535' }) 'Pair source ports' Passed
        }
        finally {
            conntrackd -C $configuration -k
        }
    }

    It 'changes nothing' -Tag 'read-only-check' {
        $before = nft list ruleset | Out-String
        $null = Get-Finding @{ HelperAddress = '194.0.1.1' }
        nft list ruleset | Out-String | Should -BeExactly $before
        Get-NatMapping -IncludeUntranslated | Should -BeNullOrEmpty
    }

    It 'says how to give an address if it has none, and makes the other checks' {
        $findings = Get-Finding @{ Role = 'Router' }
        $null = Assert-Finding $findings 'Helper address' Skipped -HelperAddress
        $null = Assert-Finding $findings 'UDP answer' Skipped -HelperAddress
        $null = Assert-Finding $findings 'SNAT rule' Passed
        $null = Assert-Finding $findings 'Notrack rules' Passed
    }

    It 'gives the NAT rules that are missing' {
        nft delete table ip mail_gateway
        $null = Start-ProxyHelper 194.0.1.1
        $findings = Get-Finding @{ Proxy = '194.0.22.9:9199' }
        $null = Assert-Finding $findings 'DNAT rule' Failed 'tcp dport 25 dnat to 194.0.22.9:9199'
        $null = Assert-Finding $findings 'SNAT rule' Failed 'ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1'
    }

    It 'looks for the rules of another port' {
        $null = Assert-Finding (Get-Finding @{ HelperAddress = '194.0.1.1'; SmtpPort = 587 }) 'DNAT rule' Failed 'tcp dport 587'
    }

    It 'reports missing notrack rules and the entries that queries left' {
        nft delete table inet proxy_helper
        $null = Start-ProxyHelper 194.0.1.1
        $finding = Assert-Finding (Get-Finding) 'Notrack rules' Warning 'docs/security.md'
        $finding.Reason | Should -BeLike '*The table has 1 entry about UDP port 114*'
    }

    It 'fails for an address that the host does not have' {
        $null = Assert-Finding (Get-Finding @{ HelperAddress = '192.0.2.1'; Role = 'Router' }) 'Helper address' Failed 192.0.2.1
    }

    It 'says how to start a helper if none runs' {
        $findings = Get-Finding @{ HelperAddress = '194.0.1.1' }
        $null = Assert-Finding $findings 'UDP answer' Failed 'Start-ProxyHelper 194.0.1.1'
        $null = Assert-Finding $findings 'Secret' Skipped 'UDP answer'
    }

    It 'compares the secret with the secret of the responder in this session, and shows neither' {
        $null = Start-ProxyHelper 194.0.1.1 -Secret 4711
        $findings = Get-Finding @{ Secret = 4712 }
        $null = Assert-Finding $findings 'Secret' Failed -SecretFile
        $null = Assert-Finding $findings 'UDP answer' Passed
        "$findings" | Should -Not -Match 471
        $null = Assert-Finding (Get-Finding @{ Secret = 4711 }) 'Secret' Passed
    }

    It 'says that a helper of another session may be silent because of the secret' {
        $session = [powershell]::Create().AddScript('Import-Module ProxyHelper; Start-ProxyHelper 194.0.1.1 -Secret 4711')
        $null = $session.Invoke()
        $gated = $null # /etc/smtp-gated.conf, which does not exist
        $findings = Get-Finding @{ HelperAddress = '194.0.1.1'; Secret = 4712 }
        $session.Runspace.Dispose()
        (Assert-Finding $findings 'UDP answer' Failed -SecretFile).Reason | Should -BeLike '*the secret is wrong*'
        $null = Assert-Finding $findings 'Secret' Skipped 'UDP answer'
        $null = Assert-Finding $findings 'smtp-gated max_per_host' Skipped '-Role Proxy'
    }

    It 'reports a secret that the responder does not have' {
        $null = Start-ProxyHelper 194.0.1.1
        (Assert-Finding (Get-Finding @{ Secret = 4712 }) 'Secret' Failed remote_udp_secret).Reason | Should -BeLike '*has no secret*'
    }

    It 'makes the checks that need no capability without it' {
        $null = Start-ProxyHelper 194.0.1.1
        $findings = Invoke-WithoutCapability NetAdmin "Test-ProxyHelperSetup 194.0.1.1 -SmtpGatedConfiguration '$gated' -TimeoutSeconds 0.2"
        $null = Assert-Finding $findings 'Permission' Failed CAP_NET_ADMIN
        $null = Assert-Finding $findings 'Conntrack table' Skipped root
        $null = Assert-Finding $findings 'UDP answer' Passed
        $null = Assert-Finding $findings 'Helper address' Passed
    }

    It 'takes the port and the secret from the configuration of smtp-gated on the proxy' {
        $null = Start-ProxyHelper 194.0.1.1 -Port 1114 -Secret 4711
        Set-Content $gated 'mode remote-udp', 'remote_port 1114', 'remote_udp_secret 4711'
        $findings = Get-Finding @{ HelperAddress = '194.0.1.1'; Role = 'Proxy' }
        $findings.Check | Should -Be @(
            'Host', 'UDP answer', 'Secret', 'smtp-gated mode', 'smtp-gated remote_port', 'smtp-gated secret', 'smtp-gated max_per_host'
        )
        $findings | Select-Object -SkipLast 1 | Where-Object Severity -NE Passed | Should -BeNullOrEmpty
        $null = Assert-Finding $findings 'smtp-gated max_per_host' Warning 'max_per_host 1000'
    }

    It 'claims nothing about rules if PATH has no nft, and makes the other checks' {
        $null = Start-ProxyHelper 194.0.1.1
        $path = $env:PATH
        try { $env:PATH = ''; $findings = Get-Finding @{ Proxy = '194.0.22.9:9199' } }
        finally { $env:PATH = $path }
        $ofRules, $others = $findings.Where({ $_.Check -in 'DNAT rule', 'SNAT rule', 'Notrack rules', 'Flow table' }, 'Split')
        $ofRules.Severity | Should -Be Warning, Warning, Warning, Warning
        $ofRules.Reason | Should -BeLike '*nft is not in PATH*'
        $null = Assert-Finding $findings 'DNAT rule' Warning 'apt install nftables'
        $others | Where-Object Severity -NE Passed | Should -BeNullOrEmpty
    }

    It 'passes no rule that an nft without JSON may have hidden, and says what nft said' {
        $null = Start-ProxyHelper 194.0.1.1
        $tools = New-Item -ItemType Directory "$TestDrive/without-json"
        Set-Content "$tools/nft" '#!/bin/sh', 'echo "Error: JSON support not compiled-in" >&2', 'exit 1'
        chmod +x "$tools/nft"
        nft delete table ip mail_gateway
        iptables-legacy -t nat -A PREROUTING -i users -p tcp --dport 25 -j DNAT --to-destination 194.0.22.9:9199
        iptables-legacy -t nat -A POSTROUTING -d 194.0.22.9 -p tcp --dport 9199 -j SNAT --to-source 194.0.1.1
        $path = $env:PATH
        try { $env:PATH = "${tools}:$path"; $findings = Get-Finding }
        finally { $env:PATH = $path; iptables-legacy -t nat -F }
        foreach ($check in 'DNAT rule', 'SNAT rule', 'Notrack rules') {
            (Assert-Finding $findings $check Warning 'nft list ruleset').Reason | Should -BeLike '*JSON support not compiled-in*'
        }
    }

    It 'compares the list of allowed proxies with the DNAT rule' {
        $job = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.8 -TcpPort 114 -TrustedClient 194.0.22.7 -MaxQueueDelay 0.5 -FailoverGrace 1.5 -Workers 2 -AllowAbsentAddress -Name "a's" -Secret 7
        $finding = Assert-Finding (Get-Finding) 'Allowed proxies' Failed (
            "Stop-ProxyHelper -Id $($job.Id); Start-ProxyHelper 194.0.1.1 -Port 114 -TcpPort 114 -SecretFile FILE -AllowedProxy 194.0.22.8, 194.0.22.9 -TrustedClient 194.0.22.7 -MaxQueueDelay 0.5 -FailoverGrace 1.5 -Workers 2 -AllowAbsentAddress -Name 'a''s'")
        $finding.Reason | Should -BeLike '*silent to queries from 194.0.22.9.*'
        [ProxyHelper.PowerShell.WrappedText]::Of($finding, 80) -split "`n" | Should -Contain ($finding.Action -replace '^.*: ', '     ')
        [ProxyHelper.PowerShell.WrappedText]::Of("The rule of smtp-gated's host is missing, so add the rule: iptables -t nat -I 'a'\''b: c' -p tcp --dport 25 -j ACCEPT", 80) -split "`n" |
            Should -Contain "iptables -t nat -I 'a'\''b: c' -p tcp --dport 25 -j ACCEPT"
        Stop-ProxyHelper -Id $job.Id
        $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.0/24
        $null = Assert-Finding (Get-Finding) 'Allowed proxies' Passed
    }

    It 'names the address that the proxy sees if the helper answers on another' {
        ip address add 194.0.1.2/32 dev lo
        $null = Start-ProxyHelper 194.0.1.2
        $null = Assert-Finding (Get-Finding) 'SNAT rule' Failed 'The proxy sees 194.0.1.1. Use it as the helper address: Start-ProxyHelper 194.0.1.1'
        ip address delete 194.0.1.2/32 dev lo
    }

    It 'warns of a DNAT rule that catches the connections of the proxy, with the command' {
        nft flush chain ip mail_gateway prerouting
        nft 'add rule ip mail_gateway prerouting tcp dport 25 dnat to 194.0.22.9:9199'
        $null = Assert-Finding (Get-Finding @{ HelperAddress = '194.0.1.1' }) 'DNAT rule' Warning (
            'nft insert rule ip mail_gateway prerouting ip saddr 194.0.22.9 tcp dport 25 accept')
    }

    It 'asks for the role if nothing shows the role' {
        nft delete table ip mail_gateway
        $gated = $null # /etc/smtp-gated.conf, which does not exist
        $findings = Get-Finding @{ HelperAddress = '203.0.113.5' }
        $null = Assert-Finding $findings Host Warning '-Role Router*-Role Proxy'
        $findings.Check | Should -Not -Contain 'DNAT rule'
        $null = Assert-Finding (Get-Finding @{ HelperAddress = '203.0.113.5'; Role = 'Proxy' }) Host Passed
    }

    It 'fails for a given configuration that is no file, and names <Path>' -ForEach @{ Path = '/nowhere/smtp-gated.conf' }, @{ Path = '/etc' }, @{ Path = 'Env:PATH' } {
        $gated = $Path
        (Assert-Finding (Get-Finding @{ HelperAddress = '194.0.1.1' }) 'smtp-gated file' Failed 'Correct the path').Reason |
            Should -BeLike "$Path is not a file*"
    }

    It 'refuses <Value> as -<Name>, with the next step' -ForEach @(
        @{ Name = 'HelperAddress'; Value = '224.0.0.1'; Step = 'Give an address of the router' }
        @{ Name = 'HelperAddress'; Value = '255.255.255.255'; Step = 'Give an address of the router' }
        @{ Name = 'Proxy'; Value = '0.0.0.0:0'; Step = 'that DNAT translates the mail to' }
        @{ Name = 'Proxy'; Value = '224.0.0.9:9199'; Step = 'that DNAT translates the mail to' }
        @{ Name = 'Proxy'; Value = '194.0.22.9:0'; Step = 'that DNAT translates the mail to' }
        @{ Name = 'PeerPortRange'; Value = '32768'; Step = 'such as 32768-65535' }
        @{ Name = 'PeerPortRange'; Value = '65535-32768'; Step = 'such as 32768-65535' }
        @{ Name = 'PeerPortRange'; Value = '0-5'; Step = 'such as 32768-65535' }
        @{ Name = 'PeerPortRange'; Value = '1-65536'; Step = 'such as 32768-65535' }
    ) {
        $given = @{ $Name = $Value }
        (Get-Failure { Test-ProxyHelperSetup @given }).Exception.Message | Should -BeLike "*'$Value'*$Step*"
    }

    It 'refuses IPv6 addresses' {
        Assert-Error (Get-Failure { Test-ProxyHelperSetup ::1 }) EndPointNotIPv4 TestProxyHelperSetup InvalidArgument IPv4
    }

    It 'gives an action for each finding that has not passed' {
        Get-Finding @{ HelperAddress = '194.0.1.1'; Port = 9 } | Where-Object { ($_.Severity -eq 'Passed') -ne ($_.Action -eq '') } | Should -BeNullOrEmpty
    }

    It 'shows reasons and actions whole at <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $text = Get-Finding @{ HelperAddress = '194.0.1.1' } | Out-String -Width $Width
        $text.Split("`n").TrimEnd() | Where-Object { $_.Length -gt $Width -or $_ -match '…' } | Should -BeNullOrEmpty
        $text | Should -BeLike '*Failed   UDP answer: No program listens on 194.0.1.1:114*'
        $text | Should -BeLike '*=> Run ''Start-ProxyHelper 194.0.1.1 -Port*'
    }
}
