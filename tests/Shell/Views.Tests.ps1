# The views, at real terminals of several widths.

BeforeDiscovery {
    # At 104 columns, the last letters of 'TranslatedDestination' are in the next line, as the rest of long values is.
    $mapping = 'Proto State OriginalSource OriginalDestination TranslatedSource'
    $change = 'Change State/Proto OriginalSource OriginalDestination'
    $answer = 'Outcome Agrees OriginalSource OriginalDestination Source'
    $responder = 'Id Name State Listening Found NotFound Refused'
    $tables = @(
        @{ Columns = 80; Headings = $mapping, "$change TranslatedSou", $answer, $responder }
        @{ Columns = 104; Headings = "$mapping TranslatedDestinat", "$change TranslatedSource TranslatedDesti", "$answer Ident", "$responder Since" }
        @{ Columns = 120; Headings = @(
                "$mapping TranslatedDestination NAT"
                "$change TranslatedSource TranslatedDestination At"
                "$answer Ident Seconds Sends"
                "$responder Since Queries"
            )
        }
        @{ Columns = 200; Headings = @(
                "$mapping TranslatedDestination NAT"
                "$change TranslatedSource TranslatedDestination At"
                "$answer Ident Seconds Sends"
                "$responder Since Queries"
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
            $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
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

    It 'has no narrow column at <_> columns, whatever the values' -ForEach 80, 104, 120 {
        $columns = $_
        Initialize-Router (New-Flow '[2001:db8:aaaa:bbbb:cccc:dddd:eeee:1]:10943' '[2001:db8::2]:25' '[2001:db8::3]:9199' '[2001:db8:aaaa:bbbb:cccc:dddd:eeee:4]:20119')
        $screen = Invoke-Terminal $_ @'
            $null = Start-ProxyHelper 194.0.1.1, 194.0.22.9 -AllowedProxy 194.0.22.9 -Name 'the helper of the second floor'
            Get-NatMapping | Out-Host
            Watch-NatMapping -TimeoutSeconds 0 | Out-Host
            Test-ProxyHelper -Source 194.0.1.1:65535 -Destination 194.0.22.9:65535 | Out-Host
            Get-ProxyHelper | Out-Host
'@
        $rules = $screen | Where-Object { $_ -match '^[- ]+$' -and $_ -match '-' }
        $rules.Count | Should -Be 4
        foreach ($rule in $rules) { (-split $rule).Length | ForEach-Object { $_ | Should -BeGreaterThan 1 } }
        $screen | Where-Object { $_.Length -gt $columns } | Should -BeNullOrEmpty
    }

    It 'breaks no command of a finding and of a hint at <_> columns' -ForEach 80, 104, 120 {
        $screen = Invoke-Terminal $_ @'
            Test-ProxyHelperSetup -TimeoutSeconds 0.1 194.0.1.1 -SmtpPort 587 | Tee-Object -Variable found | Out-Host
            Test-ProxyHelper -Source 194.0.1.1:65535 -Destination 194.0.22.9:65535 -TimeoutSeconds 0.1 | Tee-Object -Variable answer | Out-Host
            'The commands:'
            # As a line that is longer than the screen, the terminal breaks them itself.
            foreach ($action in @($found.Action) + $answer.Hint) {
                [regex]::Matches("$action", "(?<= )'(?<command>[^']+)'|: (?<command>[^':.]+( dnat to [\d.:]+)?)$").ForEach{ "command $($_.Groups['command'].Value)" }
            }
'@
        $start = [Array]::IndexOf($screen, 'The commands:')
        $start | Should -BeGreaterThan 0
        $commands = $screen[$start..$screen.Count] | Where-Object { $_ -like 'command *' } | ForEach-Object { $_.Substring(8) }
        $commands.Count | Should -BeGreaterThan 2
        foreach ($command in $commands) { $screen[0..($start - 1)] | Where-Object { $_.Contains($command) } | Should -Not -BeNullOrEmpty -Because $command }
    }

    It 'shows a finding as <_>' -ForEach 'Format-Table', 'Format-List' {
        $shown = Test-ProxyHelperSetup 194.0.1.1 -TimeoutSeconds 0.1 | & $_ | Out-String -Width 120
        $shown | Should -BeLike '*Severity*'
    }

    It 'of a helper leaves Get-Job a table with other jobs: helper <_>' -ForEach 'first', 'last' {
        $screen = Invoke-Terminal 80 @"
            `$start = { Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 }, { Start-ThreadJob { 'x' } -Name other }
            if ('$_' -eq 'last') { [Array]::Reverse(`$start) }
            `$null = `$start.ForEach{ & `$_ }
            `$null = Wait-Job -Name other
            Get-Job | Out-Host
"@
        $rows = $screen | Where-Object { $_ -match '^ *\d+ ' }
        $rows.Count | Should -Be 2
        $rows -match 'ProxyHelper +.*Running' | Should -HaveCount 1
        $rows -match 'other .*Completed' | Should -HaveCount 1
        $screen -match ' : ' | Should -BeNullOrEmpty
    }

    It 'leaves ordinary jobs alone' {
        Start-ThreadJob { 'x' } -Name other | Out-String -Width 120 | Should -BeLike '*PSJobTypeName*HasMoreData*'
    }

    It 'shows a hint once for equal outcomes, and none for an answer with the connection' {
        $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
        $questions = 1..3 | ForEach-Object { [pscustomobject]@{ Source = "194.0.1.1:$_"; Destination = '194.0.22.9:9199' } }
        $shown = $questions | Test-ProxyHelper -TimeoutSeconds 30 | Out-String -Width 120
        [regex]::Matches($shown, 'Hint: ').Count | Should -Be 1
        Test-ProxyHelper @question | Out-String -Width 120 | Should -Not -BeLike '*Hint*'
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
        $lines.Count | Should -Be 27
        foreach ($label in '- by reason', 'Last fault', 'Uptime') { $lines | Should -Contain $label }
    }

    It 'shows each reason to refuse a query, one on a line' {
        $null = Start-ProxyHelper 194.0.1.1
        $lines = (Get-ProxyHelper | Format-List | Out-String -Width 80).Split("`n").TrimEnd()
        $first = [Array]::IndexOf($lines, '- by reason         : not allowed 0')
        $lines[($first + 1)..($first + 4)].Trim() | Should -Be 'not its own 0', 'wrong secret 0', 'broadcast 0', 'too often 0'
    }

    It 'has a property of the responder for each outcome' {
        $job = Start-ProxyHelper 194.0.1.1
        $names = [ProxyHelper.Telemetry.Outcomes]::All.Name
        $counts = ($job | Get-Member -MemberType Property | Where-Object Definition -Like 'long *').Name
        $counts | Where-Object { $_ -notin 'Queries', 'Refused', 'ResolverFaults' } | Should -Be ($names | Sort-Object)
        foreach ($name in $names) { $job.$name | Should -BeOfType long }
    }

    It 'has a property of the responder in each line: <_>' -ForEach 'Responder', 'ResponderList' {
        $job = Start-ProxyHelper 194.0.1.1
        $file = Join-Path (Get-Module ProxyHelper).ModuleBase bin ProxyHelper.Format.ps1xml
        $view = ([xml](Get-Content $file -Raw)).Configuration.ViewDefinitions.View | Where-Object Name -EQ $_
        $shown = $view.SelectNodes('.//PropertyName').InnerText
        $shown | Should -Contain State
        $shown | Where-Object { $_ -notin $job.PSObject.Properties.Name } | Should -BeNullOrEmpty
    }

    It 'has these properties of a responder in its list' {
        $file = Join-Path (Get-Module ProxyHelper).ModuleBase bin ProxyHelper.Format.ps1xml
        $view = ([xml](Get-Content $file -Raw)).Configuration.ViewDefinitions.View | Where-Object Name -EQ ResponderList
        $view.SelectNodes('.//PropertyName').InnerText | Should -Be @(
            'Id', 'Name', 'State', 'Location', 'TcpLocation', 'Source', 'StartedAt', 'Uptime'
            'Queries', 'Found', 'NotFound', 'FailedLookups', 'ResolverFaults'
            'MedianMilliseconds', 'Percentile99Milliseconds'
            'Refused', 'Malformed', 'Late'
            'QueueDrops', 'ConnectionDrops', 'ConnectionTimeouts', 'UnsentReplies', 'ReceiveErrors', 'TableReopenings'
            'GraceWaits', 'GraceFinds', 'LastFault'
        )
    }
}
