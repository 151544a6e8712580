# Mappings with a conntrack zone for both directions or for one, and with IP protocol 0, in every cmdlet.

Describe 'A mapping <Option>' -ForEach @(
    @{ Option = '--orig-zone 7'; Zones = '7 7 0'; Text = 'zone 7 in the original direction' }
    @{ Option = '--reply-zone 7'; Zones = '7 0 7'; Text = 'zone 7 in the reply direction' }
    @{ Option = '--zone 7'; Zones = '7 7 7'; Text = 'zone 7' }
) {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach {
        Initialize-Router ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
        $null = conntrack -I -p tcp -t 300 --state ESTABLISHED -s 10.1.1.7 -d 4.1.1.1 --sport 7 --dport 25 -r 194.0.22.9 -q 194.0.1.7 --reply-port-src 9199 --reply-port-dst 7777 @(-split $Option) 2>&1
    }
    AfterEach { Clear-Router }

    It 'has the zone of each direction' {
        $mapping = Get-NatMapping -OriginalSource 10.1.1.7
        "$($mapping.Zone) $($mapping.OriginalZone) $($mapping.ReplyZone)" | Should -BeExactly $Zones
        $mapping | Format-List | Out-String | Should -BeLike "*OriginalZone *: $($mapping.OriginalZone)*ReplyZone *: $($mapping.ReplyZone)*"
        conntrack -L -s 10.1.1.7 2>$null | Get-NatMapping | ForEach-Object { "$($_.Zone) $($_.OriginalZone) $($_.ReplyZone)" } | Should -BeExactly $Zones
    }

    It 'is listed with every combination of filters that it matches' {
        $id = (Get-NatMapping -OriginalSource 10.1.1.7).Id
        $filters = @(
            '-OriginalSource 10.1.1.7:7', '-OriginalDestination 4.1.1.1:25', '-TranslatedSource 194.0.1.7:7777'
            '-TranslatedDestination 194.0.22.9:9199', '-Protocol Tcp', '-Zone 7', "-Id $id"
        )
        foreach ($chosen in 1..127) {
            $given = (0..6 | Where-Object { $chosen -band (1 -shl $_) } | ForEach-Object { $filters[$_] }) -join ' '
            (& ([scriptblock]::Create("Get-NatMapping $given"))).Id | Should -Contain $id -Because $given
        }
        (Get-NatMapping -Source 194.0.1.7:7777 -Destination 194.0.22.9:9199 -Zone 7).Id | Should -Be $id
    }

    It 'is found by its translated ends in the zone of either direction, as it is listed' {
        $mapping = Get-NatMapping -OriginalSource 10.1.1.7
        foreach ($zone in 0, 7, 9) {
            $found = Get-NatMapping -Source 194.0.1.7:7777 -Destination 194.0.22.9:9199 -Zone $zone -ErrorAction SilentlyContinue
            $found.Id | Should -Be ($mapping | Where-Object { $zone -in $_.OriginalZone, $_.ReplyZone }).Id -Because "zone $zone"
        }
        $null = conntrack -I -p tcp -t 300 --state ESTABLISHED -s 10.1.1.6 -d 4.1.1.1 --sport 6 --dport 25 -r 194.0.22.9 -q 194.0.1.7 --reply-port-src 9199 --reply-port-dst 7777 --reply-zone 9 2>&1
        $null = conntrack -I -p udp -t 300 -s 10.1.1.6 -d 4.1.1.1 --sport 6 --dport 25 -r 194.0.22.9 -q 194.0.1.7 --reply-port-src 9199 --reply-port-dst 7777 2>&1
        $listed = Get-NatMapping -TranslatedSource 194.0.1.7:7777 -TranslatedDestination 194.0.22.9:9199 -Zone 0 -Protocol Tcp
        $found = Get-NatMapping -Source 194.0.1.7:7777 -Destination 194.0.22.9:9199 -Zone 0
        $found.Id | Sort-Object | Should -Be ($listed.Id | Sort-Object)
    }

    It 'differs in the table from the same connection without a zone at <_> columns' -ForEach 80, 104, 120, 200 {
        $width = $_
        $mapping = Get-NatMapping -OriginalSource 10.1.1.7
        # At 80 columns, the translated source of a change takes two lines.
        $commands = @('Get-NatMapping | Out-Host') + ($width -gt 80 ? 'Watch-NatMapping -TimeoutSeconds 0 | Out-Host' : @())
        $screen = Invoke-Terminal $width ($commands -join '; ')
        $screen | Where-Object { $_.Length -gt $width -or $_ -match '…' } | Should -BeNullOrEmpty
        $rows = @($screen | Where-Object { $_ -match '10\.1\.1\.7:7 ' })
        $zones = @($screen | Where-Object { $_ -match 'zone' })
        $rows.Count, $zones.Count | Should -Be $commands.Count, $commands.Count
        foreach ($place in 0..($commands.Count - 1)) {
            $shown = [regex]::Matches($zones[$place], 'zone 7').Index
            $shown | Should -Be @(
                if ($mapping.OriginalZone) { $rows[$place].IndexOf('10.1.1.7:7') }
                if ($mapping.ReplyZone) { $rows[$place].IndexOf('194.0.1.7:') }
            )
        }
    }

    It 'is removed, and the entry of zone 0 with the same ends stays' {
        $null = conntrack -I -p tcp -t 300 --state ESTABLISHED -s 10.1.1.7 -d 4.1.1.1 --sport 7 --dport 25 -r 194.0.22.9 -q 194.0.1.8 --reply-port-src 9199 --reply-port-dst 7777 --zone 9 2>&1
        $streams = Get-Streams { Get-NatMapping -TranslatedSource 194.0.1.7 | Remove-NatMapping -Confirm:$false -PassThru }
        $streams.Error | Should -BeNullOrEmpty
        $streams.Output.Zone | Should -Be 7
        (Get-NatMapping -OriginalSource 10.1.1.7).Zone | Should -Be 9
    }

    It 'is named with its zone before it is removed' {
        $screen = Invoke-Terminal 200 "Import-Module ProxyHelper; Get-NatMapping -OriginalSource 10.1.1.7 | Remove-NatMapping -WhatIf"
        "$screen" | Should -BeLike "*, $Text)*"
    }

    It 'is counted and watched' {
        (Measure-NatMapping -Zone 7).Mappings | Should -Be 1
        (Watch-NatMapping -Zone 7 -TimeoutSeconds 0).OriginalSource | Should -Be '10.1.1.7:7'
    }
}

Describe 'An entry of IP protocol 0' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach {
        Initialize-Router
        $null = conntrack -I -p 0 -t 300 -s 10.1.1.8 -d 4.1.1.8 -q 194.0.1.1 2>&1
    }
    AfterEach { Clear-Router }

    It 'is listed, counted, watched, completed and removed like every other entry' {
        @(Get-NatMapping).Count | Should -Be 3
        $mapping = Get-NatMapping -OriginalSource 10.1.1.8
        "$($mapping.Protocol.value__) $($mapping.OriginalDestination) $($mapping.TranslatedSource)" | Should -BeExactly '0 4.1.1.8:0 194.0.1.1:0'
        (Get-NatMapping -Protocol 0).Id | Should -Be $mapping.Id
        (Get-NatMapping -OriginalSource 10.1.1.8:0 -OriginalDestination 4.1.1.8:0).Id | Should -Be $mapping.Id
        (Measure-NatMapping).Mappings | Should -Be 4
        (Measure-NatMapping -Protocol 0).Mappings | Should -Be 1
        @(Watch-NatMapping -TimeoutSeconds 0).OriginalSource | Should -Contain '10.1.1.8:0'
        Get-Completion 'Get-NatMapping -OriginalSource 10.1.1.8' | Should -Not -BeNullOrEmpty
        conntrack -L 2>$null | Get-NatMapping -Protocol 0 | ForEach-Object { "$($_.OriginalSource)" } | Should -BeExactly '10.1.1.8:0'
        $mapping | Remove-NatMapping -Confirm:$false
        Get-NatMapping -Protocol 0 | Should -BeNullOrEmpty
        @(Get-NatMapping).Count | Should -Be 2
    }
}
