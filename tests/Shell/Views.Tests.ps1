# The views, at real terminals of several widths.

BeforeDiscovery {
    $mapping = 'Proto State OriginalSource OriginalDestination TranslatedSource'
    $change = 'At Change OriginalSource OriginalDestination TranslatedSource'
    $answer = 'Source Outcome OriginalSource OriginalDestination'
    $responder = 'Id Name State Listening Since Queries'
    $tables = @(
        @{ Columns = 80; Headings = $mapping, $change, $answer, $responder, 'Check Severity Reason, and what to do' }
        @{ Columns = 104; Headings = @(
                "$mapping TranslatedDestinat" # 'ion' is in the next line, as long values are
                "$change TranslatedDestinat"
                "$answer Ident Sends"
                "$responder Found NotFound"
                'Check Severity Reason, and what to do'
            )
        }
        @{ Columns = 120; Headings = @(
                "$mapping TranslatedDestination NAT"
                "$change TranslatedDestination State/Proto"
                "$answer Ident Sends Seconds Agrees"
                "$responder Found NotFound Refused"
                'Check Severity Reason, and what to do'
            )
        }
        @{ Columns = 200; Headings = @(
                "$mapping TranslatedDestination NAT"
                "$change TranslatedDestination State/Proto"
                "$answer Ident Sends Seconds Agrees"
                "$responder Found NotFound Refused"
                'Check Severity Reason, and what to do'
            )
        }
    )
}

Describe 'A view' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'has whole headings and cuts nothing at <Columns> columns' -ForEach $tables {
        Add-Flow (New-Flow 203.113.111.101:10001 203.113.111.102:10002 203.113.111.103:10003 203.113.111.104:10004)
        $screen = Invoke-Terminal $Columns @'
            $null = Start-ProxyHelper 194.0.1.1
            Get-NatMapping | Out-Host
            Watch-NatMapping -TimeoutSeconds 0 | Out-Host
            Get-NatMapping -Protocol Tcp -TranslatedSource 194.0.1.1 | Test-ProxyHelper | Out-Host
            Measure-NatMapping | Out-Host
            Get-ProxyHelper | Out-Host
            Test-ProxyHelperSetup -TimeoutSeconds 0.1 194.0.1.1 | Out-Host
'@
        $screen | Where-Object { $_.Length -gt $Columns -or $_ -match '…' } | Should -BeNullOrEmpty
        $words = $screen | ForEach-Object { (-split $_) -join ' ' }
        foreach ($heading in $Headings) { $words | Should -Contain $heading }
        "$words" | Should -BeLike '*by protocol*'
        if ($Columns -gt 80) { "$words" | Should -BeLike '*203.113.111.101:10001 203.113.111.102:10002 203.113.111.104:10004 *' }
        if ($Columns -ge 120) { "$words" | Should -BeLike '*203.113.111.104:10004 203.113.111.103:10003 Both*' }
    }

    It 'continues a long IPv6 end point in the next line at <_> columns' -ForEach 80, 120 {
        $longest = '[2001:db8:aaaa:bbbb:cccc:dddd:eeee:1]:10943'
        Initialize-Router (New-Flow $longest '[2001:db8::2]:25' '[2001:db8::3]:9199' '[2001:db8::4]:20119')
        $screen = Get-NatMapping | Out-String -Width $_ -Stream
        $first = [Array]::FindIndex([string[]]$screen, [Predicate[string]] { $args[0].StartsWith('Tcp') })
        $rows = $screen[$first..$screen.Count] | Where-Object { $_ }
        $column = $rows[0].IndexOf('[')
        -join ($rows | ForEach-Object { $_.PadRight($column + 21).Substring($column, 21).TrimEnd() }) | Should -BeExactly $longest
    }

    It 'shows a mapping as a list, and wide by direction' {
        $mapping = $savedLine | Get-NatMapping
        $mapping | Format-List | Out-String | Should -Match 'TranslatedSource +: 194\.0\.1\.1:20119'
        $mapping | Format-Wide | Out-String | Should -Match 'Tcp 10\.1\.1\.1:10943 -> 4\.1\.1\.1:25'
        $mapping | Format-Wide -View MappingTranslated | Out-String | Should -Match 'Tcp 194\.0\.1\.1:20119 -> 194\.0\.22\.9:9199'
    }

    It 'shows a responder as a list with all its counts' {
        $null = Start-ProxyHelper 194.0.1.1
        $lines = (Get-ProxyHelper | Format-List | Out-String -Width 120).Split("`n") | Where-Object { $_ -match '^(?<label>.*?) +: ' } |
            ForEach-Object { $Matches.label.Trim() }
        $lines.Count | Should -Be 24
        foreach ($label in '- by reason', 'Last fault', 'Uptime') { $lines | Should -Contain $label }
    }

    It 'shows each reason to refuse a query, one on a line' {
        $null = Start-ProxyHelper 194.0.1.1
        $lines = (Get-ProxyHelper | Format-List | Out-String -Width 80).Split("`n").TrimEnd()
        $first = [Array]::IndexOf($lines, '- by reason         : not allowed 0')
        $lines[($first + 1)..($first + 3)].Trim() | Should -Be 'not its own 0', 'wrong secret 0', 'too often 0'
    }

    It 'has a property of the responder for each outcome' {
        $job = Start-ProxyHelper 194.0.1.1
        $names = [ProxyHelper.Telemetry.Outcomes]::All.Name
        $counts = ($job | Get-Member -MemberType Property | Where-Object Definition -Like 'long *').Name
        $counts | Where-Object { $_ -notin 'Queries', 'Refused' } | Should -Be ($names | Sort-Object)
        foreach ($name in $names) { $job.$name | Should -BeOfType long }
    }

    It 'has a property of the responder in each line: <_>' -ForEach 'Responder', 'ResponderList' {
        $job = Start-ProxyHelper 194.0.1.1
        $file = Join-Path (Get-Module ProxyHelper).ModuleBase bin ProxyHelper.Format.ps1xml
        $view = ([xml](Get-Content $file -Raw)).Configuration.ViewDefinitions.View | Where-Object Name -EQ $_
        $shown = $view.SelectNodes('.//PropertyName').InnerText
        $shown | Should -Contain Location
        $shown | Where-Object { $_ -notin $job.PSObject.Properties.Name } | Should -BeNullOrEmpty
    }

    It 'has these properties of a responder in its list' {
        $file = Join-Path (Get-Module ProxyHelper).ModuleBase bin ProxyHelper.Format.ps1xml
        $view = ([xml](Get-Content $file -Raw)).Configuration.ViewDefinitions.View | Where-Object Name -EQ ResponderList
        $view.SelectNodes('.//PropertyName').InnerText | Should -Be @(
            'Id', 'Name', 'State', 'Location', 'TcpLocation', 'StartedAt', 'Uptime'
            'Queries', 'Found', 'NotFound', 'FailedLookups', 'MedianMilliseconds', 'Percentile99Milliseconds'
            'Refused', 'Malformed', 'Late'
            'QueueDrops', 'ConnectionDrops', 'ConnectionTimeouts', 'UnsentReplies', 'ReceiveErrors', 'TableReopenings', 'LastFault'
        )
    }
}
