# Get-NatMapping on the tables of every kind of router: each sample of tests/Support/NatTables gives the rows, errors, look-ups and joined
# connections of its .expected.json.

BeforeDiscovery {
    $samples = Get-ChildItem "$PSScriptRoot/../Support/NatTables" -Recurse -Filter *.expected.json | Sort-Object FullName | ForEach-Object {
        $name = $_.Name -replace '\.expected\.json$'
        $file = Get-ChildItem $_.Directory -File | Where-Object { $_.BaseName -eq $name -and $_.Extension -notin '.md', '.json' -or $_.Name -eq "$name.json" }
        @{ Sample = "$($_.Directory.Name)/$name"; File = $file.FullName; Folder = $_.Directory.Name; Expected = Get-Content -Raw $_ | ConvertFrom-Json }
    }
    $lookUps = foreach ($one in $samples) {
        foreach ($lookUp in $one.Expected.lookups) { $one + @{ Query = $lookUp.query; Answer = $lookUp.answer; Why = $lookUp.why } }
    }
    $counts = @{ Samples = @($samples).Count; LookUps = @($lookUps).Count; Folders = @($samples.Folder | Select-Object -Unique).Count }
}

Describe 'The table of a router' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $protocols = @{ icmp = 1; igmp = 2; tcp = 6; udp = 17; gre = 47; esp = 50; 'ipv6-icmp' = 58; ospf = 89; sctp = 132 }
        $systems = @{ cisco = 'Cisco'; ipf = 'IPFilter'; junos = 'Junos'; linux = 'Conntrack'; mikrotik = 'MikroTik'; pf = 'Pf'; windows = 'Windows' }
        $states = @{ SYN_RECV = 'SynReceived' } # the others only differ in their case and their blanks

        # The samples leave out a port that does not exist. An end point has port 0.
        function ConvertTo-End($End) {
            if ($null -eq $End) { return '' }
            $text = "$End"
            $address, $port = $text -match '^\[(?<a>.+)\]:(?<p>\d+)$|^(?<a>[\d.]+):(?<p>\d+)$' ? ($Matches.a, $Matches.p) : ($text, '0')
            "$([ipaddress]$address) $port"
        }

        function Get-Ends($Row) {
            ($Row.originalSource, $Row.originalDestination, $Row.translatedSource, $Row.translatedDestination | ForEach-Object { ConvertTo-End $_ }) -join ', '
        }

        # A row as one text: its four ends and its other values. A sample leaves out an extra value that it does not tell.
        function Get-Text($Row, [string] $System, $Told, [string] $State, [string] $Protocol, [string] $Part) {
            $ends = $System -eq 'Conntrack' -and $Protocol -eq 47 ? ((Get-Ends $Row) -replace ' \d+') : (Get-Ends $Row) # a key of GRE is in the port
            $extra = foreach ($name in 'direction', 'id') { $Told.PSObject.Properties[$name] ? "$name $($Row.$name)" : '' }
            "$System $Protocol, $ends, state $State, timeout $($Row.timeoutSeconds), " +
                "$($Row.originalPackets)/$($Row.originalBytes)/$($Row.replyPackets)/$($Row.replyBytes), $extra $Part"
        }

        function Get-Expected($Row, [string] $System) {
            $protocol = $null -eq $Row.protocol ? '' : ($protocols[$Row.protocol] ?? [int]$Row.protocol)
            $state = $System -eq 'Conntrack' -and $Row.state ? ($states[$Row.state] ?? ($Row.state -replace '_')) : $Row.state
            Get-Text $Row $System $Row $state $protocol ($Row.mapping ? 'mapping' : '')
        }

        function Get-Actual($Mapping, $Told) {
            $protocol = $null -eq $Mapping.Protocol ? '' : [int]$Mapping.Protocol
            Get-Text $Mapping $Mapping.System $Told $Mapping.State $protocol ($Mapping.Part -eq 'Static' ? 'mapping' : '')
        }

        function Assert-Faults($Streams) {
            foreach ($record in $Streams.Error) {
                $record.FullyQualifiedErrorId | Should -BeLike '*,ProxyHelper.PowerShell.Commands.GetNatMappingCommand'
                $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            }
        }
    }

    It 'is here of every router' -ForEach $counts {
        $Samples | Should -BeGreaterOrEqual 21
        $Folders | Should -Be 7
        $LookUps | Should -BeGreaterOrEqual 30
    }

    It 'has the rows of the sample: <Sample>' -ForEach $samples {
        $unjoined = $Folder -in 'pf', 'ipf' # Cisco shows the direction of a row in another row
        $streams = Get-Streams { Get-NatMapping -LiteralPath $File -IncludeUntranslated -Unjoined:$unjoined }
        $rows = @($Expected.entries | ForEach-Object { Get-Expected $_ $systems[$Folder] })
        $streams.Output.Count | Should -Be $rows.Count -Because "$($streams.Error)"
        $actual = for ($i = 0; $i -lt $rows.Count; $i++) { Get-Actual $streams.Output[$i] $Expected.entries[$i] }
        ($actual -join "`n") | Should -Be ($rows -join "`n")
        Assert-Faults $streams
    }

    It 'has an error for each faulty line and no other: <Sample>' -ForEach $samples {
        $streams = Get-Streams { Get-Content $File | Get-NatMapping -IncludeUntranslated -Unjoined }
        $lines = @($Expected.errors | ForEach-Object { $_.line ?? $_.lines[0] })
        $reported = @($streams.Error | ForEach-Object { "$_" -match '^Lines? (?<first>\d+)' ? [int]$Matches.first : "$_" })
        "$reported" | Should -BeExactly "$lines"
    }

    It 'gives the same rows as lines and as text of the pipeline, and with -Format: <Sample>' -ForEach $samples {
        $ofFile = @((Get-Streams { Get-NatMapping -LiteralPath $File -IncludeUntranslated -Unjoined }).Output | ForEach-Object { "$($_.System) $_" })
        $ofLines = @((Get-Streams { Get-Content $File | Get-NatMapping -IncludeUntranslated -Unjoined }).Output | ForEach-Object { "$($_.System) $_" })
        $ofText = @((Get-Streams { Get-Content -Raw $File | Get-NatMapping -IncludeUntranslated -Unjoined -Format $systems[$Folder] }).Output | ForEach-Object { "$($_.System) $_" })
        ($ofLines -join "`n") | Should -BeExactly ($ofFile -join "`n")
        ($ofText -join "`n") | Should -BeExactly ($ofFile -join "`n")
    }

    It 'joins the two states of a connection: <Sample>' -ForEach @($samples.Where({ $_.Expected.joined })) {
        $listed = @((Get-Streams { Get-NatMapping -LiteralPath $File -IncludeUntranslated }).Output)
        $joined = @($listed | Where-Object Part -EQ Whole | ForEach-Object { "$([int]$_.Protocol), $(Get-Ends $_)" })
        $pairs = @($Expected.joined | ForEach-Object { "$($protocols[$_.protocol]), $(Get-Ends $_)" })
        foreach ($one in $pairs) { $joined | Should -Contain $one }
        $states = @((Get-Streams { Get-NatMapping -LiteralPath $File -IncludeUntranslated -Unjoined }).Output)
        $listed.Count | Should -Be ($states.Count - $pairs.Count)
    }

    It 'answers <Query.protocol> <Query.source> -> <Query.destination>: <Sample> <Why>' -ForEach $lookUps {
        $ends = @{ Protocol = $Query.protocol -eq 'ipv6-icmp' ? 58 : $Query.protocol }
        foreach ($end in 'Source', 'Destination') { $ends[$end] = $Query.$end -match ':\d+$' ? $Query.$end : "$($Query.$end):0" }
        $streams = Get-Streams { Get-NatMapping -LiteralPath $File @ends }
        $found = @($streams.Error | Where-Object FullyQualifiedErrorId -Like 'MappingNotFound,*')
        if ($Answer) {
            $streams.Output.Count | Should -Be 1 -Because "$($streams.Error)"
            "$($streams.Output[0].OriginalSource) $($streams.Output[0].OriginalDestination)" | Should -Be "$($Answer.originalSource) $($Answer.originalDestination)"
            $found | Should -BeNullOrEmpty
        }
        else {
            $streams.Output | Should -BeNullOrEmpty
            Assert-Error $found MappingNotFound GetNatMapping ObjectNotFound ''
        }
        $warnings = $Expected.errors ? 1 : 0
        @($streams.Warning).Count | Should -BeGreaterOrEqual $warnings
    }
}
