# A look-up in saved tables gives the mapping, or one error with the reason.

Describe 'A look-up in a saved table' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $ends = @{ Source = '203.0.113.1:20119'; Destination = '198.51.100.9:9199' }
        $entry = 'tcp 6 300 ESTABLISHED src=10.1.1.1 dst=192.0.2.25 sport=10943 dport=25 src=198.51.100.9 dst=203.0.113.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1'
        $heading = 'Pro Inside global      Inside local       Outside local      Outside global'
        $row = 'tcp 203.0.113.1:20119  10.1.1.1:10943     192.0.2.25:25      198.51.100.9:9199'
        $folder = "$TestDrive/tables"
        $null = New-Item $folder -ItemType Directory

        function Assert-NoAnswer($Streams, [string] $Reason, [string] $NextStep) {
            $Streams.Output | Should -BeNullOrEmpty
            Assert-Error @($Streams.Error).Where({ $_.FullyQualifiedErrorId -like 'MappingNotFound,*' }) MappingNotFound GetNatMapping ObjectNotFound $NextStep
            "$($Streams.Error)" | Should -BeLike "*$Reason*"
        }
    }
    AfterEach { Remove-Item "$folder/*" }

    It 'finds the mapping in text, in a file and in a file of the pipeline' {
        Set-Content "$folder/table" $entry
        foreach ($found in ($entry | Get-NatMapping @ends), (Get-NatMapping -Path "$folder/*" @ends), (Get-NatMapping -LiteralPath "$folder/table" @ends), (Get-Item "$folder/table" | Get-NatMapping @ends)) {
            "$($found.OriginalSource) $($found.OriginalDestination)" | Should -BeExactly '10.1.1.1:10943 192.0.2.25:25'
        }
    }

    It 'needs no -IncludeUntranslated, and applies the other filters' {
        $plain = 'tcp 6 300 ESTABLISHED src=10.1.1.1 dst=192.0.2.25 sport=1 dport=25 src=192.0.2.25 dst=10.1.1.1 sport=25 dport=1 mark=0 use=1'
        ($plain | Get-NatMapping -Source 10.1.1.1:1 -Destination 192.0.2.25:25).NatType | Should -Be None
        $streams = Get-Streams { $entry | Get-NatMapping @ends -State TimeWait }
        $streams.Output + $streams.Error | Should -BeNullOrEmpty
    }

    It 'has no answer for other ends and for another protocol' {
        Assert-NoAnswer (Get-Streams { $entry | Get-NatMapping -Source 203.0.113.1:20120 -Destination 198.51.100.9:9199 }) 'no mapping has these translated ends' 'not swapped'
        Assert-NoAnswer (Get-Streams { $entry | Get-NatMapping @ends -Protocol Udp }) '*Udp 203.0.113.1:20119*' 'another -Protocol'
        ($entry | Get-NatMapping @ends -Protocol Udp, Tcp).Protocol | Should -Be Tcp
    }

    It 'is an error with one end only' {
        $failure = Get-Failure { $entry | Get-NatMapping -Source 203.0.113.1:20119 }
        Assert-Error $failure EndMissing GetNatMapping InvalidArgument '-Source and -Destination together'
    }

    It 'has no answer if two files contradict each other, and one if they agree' {
        Set-Content "$folder/one" $entry
        Set-Content "$folder/two" $entry
        @(Get-NatMapping -Path "$folder/*" @ends).Count | Should -Be 1
        Set-Content "$folder/two" $heading, $row.Replace('10.1.1.1:10943', '10.1.1.7:10943')
        Assert-NoAnswer (Get-Streams { Get-NatMapping -Path "$folder/*" @ends }) 'several mappings fit' '-Unjoined'
        Assert-NoAnswer (Get-Streams { Get-Item "$folder/*" | Get-NatMapping @ends }) 'several mappings fit' '-Unjoined'
    }

    It 'has no answer from events, which are the past' {
        $streams = Get-Streams { "    [NEW] $entry" | Get-NatMapping @ends }
        Assert-NoAnswer $streams 'past events' 'conntrack -L'
        ("    [NEW] $entry" | Get-NatMapping).OriginalSource | Should -Be '10.1.1.1:10943'
    }

    It 'that finds nothing in paged text has no answer and a warning' {
        $paged = $heading, $row.Replace('20119', '20118'), ' --More-- '
        $streams = Get-Streams { $paged | Get-NatMapping @ends }
        Assert-NoAnswer $streams 'pager' 'terminal length 0'
        "$($streams.Warning)" | Should -BeLike '*pager*terminal length 0*'
    }

    It 'warns if a line could not be read' {
        $streams = Get-Streams { $entry, 'tcp 6 junk' | Get-NatMapping @ends }
        $streams.Output.Count | Should -Be 1
        $streams.Error.Count | Should -Be 1
        "$($streams.Warning)" | Should -BeLike '*could not be read: 1*'
    }

    It 'has no answer from half of a connection, unless the inside interface is skipped' {
        $state = 'all tcp 203.0.113.1:20119 (10.1.1.1:10943) -> 198.51.100.9:9199       ESTABLISHED:ESTABLISHED'
        Assert-NoAnswer (Get-Streams { $state | Get-NatMapping @ends }) 'only one half' '-InsideSkipped'
        "$(($state | Get-NatMapping @ends -InsideSkipped).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
    }

    It 'has an answer in one routing domain if two have the same ends' {
        $verbose = foreach ($vrf in 'green', 'red') {
            $row.Replace('10.1.1.1', $vrf -eq 'red' ? '10.1.1.7' : '10.1.1.1')
            '    create 00:00:34, use 00:00:33 timeout:86400000, left 00:00:26, '
            '    flags: '
            "extended, use_count: 0, VRF : $vrf, entry-id: 10, lc_entries: 0"
        }
        Assert-NoAnswer (Get-Streams { @($heading) + $verbose | Get-NatMapping @ends }) 'several mappings fit' '-TranslatedDestination 198.51.100.9:9199 -Unjoined. If they belong to several routing domains, give -RoutingDomain'
        "$((@($heading) + $verbose | Get-NatMapping @ends -RoutingDomain RED).OriginalSource)" | Should -BeExactly '10.1.1.7:10943'
        "$((@($heading) + $verbose | Get-NatMapping -RoutingDomain green).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
    }
}
