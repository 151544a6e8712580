# Text of files, rules and other people reaches the terminal in messages. It must not control the terminal.

BeforeDiscovery {
    $places = @(
        @{ Place = 'a line from the pipeline'; Command = '"tcp 6 $text" | Get-NatMapping' }
        @{ Place = 'a line of a file'; Command = 'Set-Content "$TestDrive/table" "$savedLine`ntcp $text"; Get-NatMapping -Path "$TestDrive/table" -Verbose' }
        @{ Place = 'a file without a table'; Command = 'Set-Content "$TestDrive/table" "tcp $text"; Get-NatMapping -Path "$TestDrive/table"' }
        @{ Place = 'a path'; Command = 'Get-NatMapping -LiteralPath "/nowhere/$text" -Verbose' }
        @{ Place = 'a path with wildcards'; Command = 'Get-NatMapping -Path "/nowhere/$text*", "[$text"' }
        @{ Place = 'a drive'; Command = 'Get-NatMapping -LiteralPath "drive${text}:/table"' }
        @{ Place = 'a provider'; Command = 'Get-NatMapping -LiteralPath "provider${text}::table"' }
        @{ Place = 'the path of a secret'; Command = 'Start-ProxyHelper 194.0.1.1 -SecretFile "/nowhere/$text"' }
        @{ Place = 'the path of a PID file'; Command = 'Start-ProxyHelper 194.0.1.1 -PidFile "/nowhere/$text/pid"' }
        @{ Place = 'the name of a new helper'; Command = 'Start-ProxyHelper 194.0.1.1 -Name "helper$text" -Verbose | Stop-ProxyHelper -Verbose' }
        @{ Place = 'the name of a helper'; Command = 'Get-ProxyHelper -Name "helper$text"' }
        @{ Place = 'the name of a helper to stop'; Command = 'Stop-ProxyHelper -Name "helper$text"' }
        @{ Place = 'an address to listen on'; Command = 'Start-ProxyHelper "194.0.1.1$text"' }
        @{ Place = 'a host name'; Command = 'Test-ProxyHelper "host$text.invalid" -Source 194.0.1.1:1 -Destination 194.0.22.9:1 -Verbose' }
        @{ Place = 'an allowed proxy'; Command = 'Start-ProxyHelper 194.0.1.1 -AllowedProxy "10.1.1.1$text"' }
        @{ Place = 'a filter'; Command = 'Get-NatMapping -OriginalSource "10.1.1.1$text"' }
        @{ Place = 'an end point'; Command = 'Get-NatMapping -Source "10.1.1.1:1$text" -Destination 194.0.22.9:1' }
        @{ Place = 'a number'; Command = 'Get-NatMapping -Id "1$text"' }
        @{ Place = 'a state'; Command = 'Get-NatMapping -State "Established$text"' }
        @{ Place = 'a protocol'; Command = 'Get-NatMapping -Protocol "Tcp$text"' }
        @{ Place = 'a mark'; Command = 'Get-NatMapping -Mark "1$text"' }
        @{ Place = 'a delay'; Command = 'Start-ProxyHelper 194.0.1.1 -MaxQueueDelay "1$text"' }
        @{ Place = 'a port'; Command = 'Start-ProxyHelper 194.0.1.1 -Port "1$text"' }
        @{ Place = 'a row to look up'; Command = '[pscustomobject]@{ Source = "194.0.1.1:1$text"; Destination = "x" } | Get-NatMapping' }
        @{ Place = 'a row to ask about'; Command = '[pscustomobject]@{ Source = "194.0.1.1:1$text"; Destination = "x" } | Test-ProxyHelper' }
        @{ Place = 'a row of a mapping'; Command = '[pscustomobject]@{ Protocol = "Tcp$text"; OriginalSource = "x"; OriginalDestination = "y" } | Get-NatMapping' }
        @{ Place = 'the configuration of smtp-gated'; Command = 'Set-Content "$TestDrive/gated" "remote_port 1$text`nmode $text`nremote_udp_secret x$text"; Test-ProxyHelperSetup 194.0.1.1 -Role Proxy -SmtpGatedConfiguration "$TestDrive/gated" -TimeoutSeconds 0.01' }
        @{ Place = 'the path of a configuration'; Command = 'Test-ProxyHelperSetup 194.0.1.1 -Role Proxy -SmtpGatedConfiguration "/nowhere/$text" -TimeoutSeconds 0.01' }
    )
}

Describe 'A message' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        # The names say what a text does, because a report of a failure must not do that.
        $texts = [ordered]@{
            'CSI, which sets colours' = -join (0x1b, 0x5b, 0x33, 0x31, 0x6d | ForEach-Object { [char]$_ })
            'CSI, which clears the screen' = -join (0x1b, 0x5b, 0x32, 0x4a | ForEach-Object { [char]$_ })
            'OSC, which sets the title' = -join (0x1b, 0x5d, 0x30, 0x3b, 0x78, 0x07 | ForEach-Object { [char]$_ })
            'OSC 8, which makes a link' = -join (0x1b, 0x5d, 0x38, 0x3b, 0x3b, 0x78, 0x1b, 0x5c | ForEach-Object { [char]$_ })
            'CSI in one character' = -join (0x9b, 0x33, 0x31, 0x6d | ForEach-Object { [char]$_ })
            'OSC in one character' = -join (0x9d, 0x30, 0x3b, 0x78, 0x9c | ForEach-Object { [char]$_ })
            'backspaces' = -join (0x08, 0x08, 0x08 | ForEach-Object { [char]$_ })
            'a bell and a deletion' = -join (0x07, 0x7f | ForEach-Object { [char]$_ })
            'a return' = -join (0x0d | ForEach-Object { [char]$_ })
            'next line' = -join (0x85 | ForEach-Object { [char]$_ })
            'line separators' = -join (0x2028, 0x2029 | ForEach-Object { [char]$_ })
            'the other direction' = -join (0x202e, 0x2066, 0x200f | ForEach-Object { [char]$_ })
            'characters without width' = -join (0x200b, 0xfeff | ForEach-Object { [char]$_ })
            'half a character' = -join (0xd800 | ForEach-Object { [char]$_ })
            'much text' = 'A' * 100000
        }

        # Only the engine ends lines.
        function Assert-Harmless([string] $Shown, [string] $Name) {
            $bad = @($Shown.Split([Environment]::NewLine) | Where-Object { $_ -match '[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]' })
            $bad | ForEach-Object { $_ -replace '[^ -~]', '#' } | Should -BeNullOrEmpty -Because "the text has $Name"
        }

        function Assert-HarmlessError($Record, [string] $Name) {
            "$Record".Length | Should -BeLessThan 6000
            Assert-Harmless "$Record" $Name
            Assert-Harmless $Record.ErrorDetails.RecommendedAction $Name
            for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) { Assert-Harmless $exception.Message $Name }
            # The engine's record about an object that cannot be bound has the object as its target.
            $isOfEngine = $Record.TargetObject -is [System.Management.Automation.PSCustomObject]
            foreach ($view in $isOfEngine ? @('ConciseView') : @('ConciseView', 'NormalView', 'CategoryView')) {
                $ErrorView = $view
                Assert-Harmless ($Record | Out-String -Width 10000) $Name
            }
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'does not control the terminal if the text of a stranger is <Place>' -ForEach $places {
        $PSStyle.OutputRendering = 'PlainText'
        $messages = 0
        foreach ($name in $texts.Keys) {
            $text = $texts[$name]
            $records = try { @(& ([scriptblock]::Create($Command)) *>&1 -ErrorAction Continue) } catch { @($_) }
            $messages += $records.Count # line ends after a number are no fault
            foreach ($record in $records) {
                if ($record -is [System.Management.Automation.ErrorRecord]) { Assert-HarmlessError $record $name }
                else { Assert-Harmless ($record | Format-List * | Out-String -Width 10000) $name }
            }
        }
        $messages | Should -BeGreaterOrEqual ($texts.Count - 3)
    }
}
