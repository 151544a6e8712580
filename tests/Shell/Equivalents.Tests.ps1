# The commands that docs/mappings.md calls equivalent. Each row of its tables runs, and both commands must select the same connections.

BeforeDiscovery {
    $rows = [System.Collections.Generic.List[hashtable]]::new()
    $section = ''
    foreach ($line in Get-Content "$PSScriptRoot/../../docs/mappings.md") {
        switch -Regex ($line) {
            '^##+ (.*)$' { $section = $Matches[1] }
            '^\| `' {
                $codes = [regex]::Matches($line.Replace('\|', '|'), '`([^`]+)`').ForEach{ $_.Groups[1].Value }
                if ($codes.Count -gt 1) {
                    $rows.Add(@{ Section = $section; Left = @($codes | Select-Object -SkipLast 1); Right = $codes[-1] })
                }
            }
        }
    }
    $byTool = $rows | Group-Object { $_.Section } -AsHashTable
    $listing = @($byTool['conntrack']).Where{ $_.Left[0] -match '^conntrack -[LG]' }
    $counting = @($byTool['conntrack']).Where{ $_.Left[0] -match '^conntrack -[CS]' }
    $removing = @($byTool['conntrack']).Where{ $_.Left[0] -match '^conntrack -D' }
    $watching = @($byTool['conntrack']).Where{ $_.Left[0] -match '^conntrack -E' }
    $counts = @{ Rows = $byTool['conntrack'].Count; Tested = $listing.Count + $counting.Count + $removing.Count + $watching.Count }
}

Describe 'An equivalent command' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"

        # conntrack itself makes these entries, so that they have the status bits that conntrack compares.
        function Initialize-Entries {
            Initialize-Router @()
            $tcp = '-p', 'tcp', '-t', '300'
            $toProxy = '--dport', '25', '--dst-nat', '194.0.22.9:9199'
            $untranslated = '-d', '10.2.2.2', '--dport', '22'
            conntrack -I @tcp --state ESTABLISHED -u SEEN_REPLY,ASSURED -m 1 -s 10.1.1.1 --sport 10943 -d 4.1.1.1 @toProxy --src-nat 194.0.1.1:20119 2>$null
            conntrack -I @tcp --state TIME_WAIT -s 10.1.1.5 --sport 10944 -d 4.1.1.1 @toProxy --src-nat 194.0.1.1:20120 2>$null
            conntrack -I @tcp --state SYN_SENT -s 10.1.1.4 --sport 1030 -d 194.0.1.2 --dport 80 --dst-nat 10.1.1.80:80 2>$null
            conntrack -I -p udp -t 300 -s 10.1.1.2 --sport 5353 -d 4.1.1.53 --dport 53 --src-nat 194.0.1.1 2>$null
            conntrack -I @tcp --state ESTABLISHED -s 10.1.1.1 --sport 1025 @untranslated 2>$null
            conntrack -I @tcp --state ESTABLISHED -s 10.1.1.3 --sport 1025 -w 7 @untranslated 2>$null
            conntrack -I @tcp --state ESTABLISHED -s 2001:db8::1 --sport 1025 -d 2001:db8::2 --dport 22 2>$null
        }

        # Runs a command of the page. Everything from a Format cmdlet on changes only the view.
        function Get-Selected([string] $Command) { & ([scriptblock]::Create(($Command -replace '\| Format-Table.*'))) }

        function Get-Text([object[]] $Mapping) { @($Mapping | ForEach-Object { "$_" } | Sort-Object) }

        function Get-Remaining { Get-Text (Get-NatMapping -IncludeUntranslated) }

        # Gives the inodes of the netfilter sockets (12) that get messages of a group.
        function Get-Listener { (Get-Content /proc/net/netlink) -match '^\S+ +12 +\d+ +(?!0{8})\S' | ForEach-Object { (-split $_)[-1] } }

        # Both commands select connections, and the same connections.
        function Assert-Same([object[]] $Expected, [object[]] $Selected) {
            $Expected | Should -Not -BeNullOrEmpty
            $Selected | Should -BeExactly $Expected
        }
    }
    AfterAll { Clear-Router }

    Context 'for conntrack' {
        BeforeEach { Initialize-Entries }

        It 'is tested for each row' -ForEach $counts { $Tested | Should -Be $Rows }

        It 'selects the same: <Left>' -ForEach $listing {
            $text = bash -c "$Left 2>/dev/null"
            Assert-Same (Get-Text ($text | Get-NatMapping -IncludeUntranslated)) (Get-Text (Get-Selected $Right))
        }

        It 'has the same numbers: <Left>' -ForEach $counting {
            $summary = Get-Selected $Right
            (bash -c $Left[0]) | Should -Be $summary.Entries
            $lines = bash -c $Left[1]
            foreach ($name in 'Found', 'Invalid', 'Insert', 'InsertFailed', 'Drop', 'EarlyDrop', 'Error', 'SearchRestart') {
                $counter = ($name -creplace '(?<!^)([A-Z])', '_$1').ToLowerInvariant()
                $sum = ([regex]::Matches($lines, "\b$counter=(\d+)").ForEach{ [long]$_.Groups[1].Value } | Measure-Object -Sum).Sum
                "$name $($summary.$name)" | Should -BeExactly "$name $sum"
            }
        }

        It 'removes the same: <Left>' -ForEach $removing {
            $all = Get-Remaining
            $null = bash -c "$Left 2>/dev/null"
            $expected = Get-Remaining
            Initialize-Entries
            $ConfirmPreference = 'None'
            Get-Selected $Right
            Assert-Same $expected (Get-Remaining)
            $all.Count | Should -BeGreaterThan $expected.Count
        }

        It 'reports the same changes: <Left>' -ForEach $watching {
            $present = @(Get-NatMapping -IncludeUntranslated).Count
            $others = @(Get-Listener)
            $program, $arguments = -split $Left
            $start = [System.Diagnostics.ProcessStartInfo]::new($program, [string[]]$arguments)
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            $process = [System.Diagnostics.Process]::Start($start)
            $watch = Start-ThreadJob { & ([scriptblock]::Create("$using:Right -Count $(2 + $using:present)")) }
            try {
                # Both programs listen, and the watch has shown what is there.
                Wait-Until { @(Get-Listener | Where-Object { $_ -notin $others }).Count -eq 2 -and $watch.Output.Count -eq $present }
                conntrack -I -p tcp -t 300 --state ESTABLISHED -s 10.1.1.9 --sport 1 -d 4.1.1.1 --dport 25 2>$null
                conntrack -D -p tcp -s 10.1.1.9 2>$null | Out-Null
                $lines = 1..2 | ForEach-Object { $process.StandardOutput.ReadLine() }
                $changes = $watch | Receive-Job -Wait | Select-Object -Last 2
            }
            finally {
                $process.Kill()
                $process.Dispose()
                $watch | Remove-Job -Force
            }
            $shown = $lines | Get-NatMapping -IncludeUntranslated | ForEach-Object { "$($_.Change) $($_.OriginalSource)" }
            Assert-Same $shown ($changes | ForEach-Object { "$($_.Change) $($_.OriginalSource)" })
        }
    }

    Context 'for netstat-nat' {
        BeforeEach { Initialize-Entries }

        It 'selects the same: <Left>' -ForEach $byTool['netstat-nat'] {
            if (-not (Test-Path /proc/net/nf_conntrack)) { Set-ItResult -Skipped -Because 'netstat-nat needs /proc/net/nf_conntrack' }
            # It shows the original source, with -N the translated source, and the translated destination. It cuts IPv6 addresses.
            $names = 'OriginalSource', ($Left -cmatch '-N' ? 'TranslatedSource' : $null), 'TranslatedDestination' -ne $null
            $shown = bash -c $Left[0] | Where-Object { $_ -match '^(tcp|udp) +\d+\.' } | ForEach-Object { (-split $_ | Select-Object -SkipLast 1) -join ' ' }
            $selected = Get-Selected $Right | Where-Object { "$($_.OriginalSource)" -notlike '`[*' } |
                ForEach-Object { $mapping = $_; "$("$($_.Protocol)".ToLowerInvariant()) $($names.ForEach{ $mapping.$_ } -join ' ')" }
            if ($Left -cmatch '-r') { Assert-Same $shown $selected } else { Assert-Same ($shown | Sort-Object) ($selected | Sort-Object) }
            & ([scriptblock]::Create("$Right | Out-String")) | Should -Match '10\.1\.1\.'
        }
    }

    Context 'for ss' {
        BeforeAll {
            Initialize-Router @()
            $addresses = '10.1.1.1', '4.1.1.1'
            foreach ($address in $addresses) { ip address add $address/32 dev lo }
            nft -f "$PSScriptRoot/connection.nft"
            $listener = [System.Net.Sockets.TcpListener]::new([ipendpoint]::Parse('194.0.22.9:9199'))
            $listener.Start()
            $client = [System.Net.Sockets.TcpClient]::new([ipendpoint]::Parse('10.1.1.1:10943'))
            $client.Connect([ipaddress]'4.1.1.1', 25)
            $server = $listener.AcceptTcpClient()
        }
        AfterAll {
            $client.LingerState = [System.Net.Sockets.LingerOption]::new($true, 0) # no TIME_WAIT keeps the port
            $client.Dispose()
            $server.Dispose()
            $listener.Stop()
            Clear-Router
            foreach ($address in $addresses) { ip address delete $address/32 dev lo }
        }

        It 'selects the same: <Left>' -ForEach $byTool['ss'] {
            $shown = bash -c $Left[0] | ForEach-Object { (-split $_)[-2, -1] -join ' ' }
            Assert-Same $shown (Get-Selected $Right | ForEach-Object { "$($_.TranslatedDestination) $($_.TranslatedSource)" })
        }
    }

    Context 'for Get-NetNatSession' {
        BeforeAll {
            # Gives the translated connections of the table as sessions of Windows.
            function Get-NetNatSession {
                foreach ($mapping in $sessions) {
                    $session = [ordered]@{
                        PSTypeName = 'Microsoft.Management.Infrastructure.CimInstance#root/StandardCimv2/MSFT_NetNatSession'
                        NatName    = 'nat'
                        Protocol   = "$($mapping.Protocol)".ToUpperInvariant()
                    }
                    foreach ($end in @{ Internal = 'Original'; External = 'Translated' }.GetEnumerator()) {
                        foreach ($side in 'Source', 'Destination') {
                            $session["$($end.Key)${side}Address"] = "$($mapping."$($end.Value)$side".Address)"
                            $session["$($end.Key)${side}Port"] = [uint16]$mapping."$($end.Value)$side".Port
                        }
                    }
                    [pscustomobject]$session
                }
            }
            Initialize-Entries
            $sessions = Get-NatMapping
        }

        It 'selects the same: <Left>' -ForEach $byTool['Get-NetNatSession'] {
            $shown = Get-Text (& ([scriptblock]::Create($Left)) | Get-NatMapping)
            Assert-Same $shown (Get-Text (Get-Selected $Right))
            Assert-Same $shown (Get-Text (Get-Selected "Get-NetNatSession | $Right"))
        }
    }
}
