#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# What a user sees of the packaged module.

BeforeDiscovery {
    $script:scenarios = & "$PSScriptRoot/../Scenarios/Invoke-Scenario.ps1"
}

BeforeAll {
    $folder = (Get-Module ProxyHelper -ListAvailable).ModuleBase
    $script:manifest = "$folder/ProxyHelper.psd1"
    $script:runner = "$PSScriptRoot/../Scenarios/Invoke-Scenario.ps1"
    $devices = [System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces() | Where-Object NetworkInterfaceType -NE Loopback
    $script:isRouter = -not $devices -and (id -u) -eq 0
    $script:unlessRouter = 'it needs root, and a network namespace of its own (unshare -n)'
}

Describe 'A user' {
    It '<_.Name>' -ForEach $scenarios {
        if ($_.Needs -eq 'Router' -and -not $isRouter) { Set-ItResult -Skipped -Because $unlessRouter }
        & $runner -Name $_.Name -Module $manifest
    }
}

# What follows takes cmdlets of the shell's own modules.
Describe 'In the shell' {
    BeforeAll {
        Import-Module $manifest -Force
        $line = 'tcp 6 300 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1'
        $script:mapping = $line | Get-NatMapping
        Set-Content "$TestDrive/table" $line, ($line -replace '10943', '10944')
    }

    AfterAll {
        Get-ProxyHelper | Stop-ProxyHelper
        Remove-Module ProxyHelper
    }

    It 'the manifest is valid' {
        (Test-ModuleManifest $manifest).Name | Should -Be 'ProxyHelper'
    }

    It 'end points are useful text in JSON and CSV' {
        $json = $mapping, $mapping | ConvertTo-Json -WarningVariable truncated | ConvertFrom-Json
        $truncated | Should -BeNullOrEmpty
        "$($json[1].OriginalSource.Address):$($json[1].OriginalSource.Port)" | Should -Be '10.1.1.1:10943'
        ($mapping | ConvertTo-Csv | ConvertFrom-Csv).TranslatedSource | Should -Be '194.0.1.1:20119'
    }

    It 'JSON has the port and the address of an end point, and not the tuples of a mapping' {
        $json = $mapping | ConvertTo-Json | ConvertFrom-Json
        $json.OriginalSource.PSObject.Properties.Name | Should -Be 'Port', 'Address'
        $json.PSObject.Properties.Name | Should -Be @(
            'Protocol', 'OriginalSource', 'OriginalDestination', 'TranslatedSource', 'TranslatedDestination', 'NatType', 'State',
            'Timeout', 'Status', 'Mark', 'Zone', 'Id', 'OriginalPackets', 'OriginalBytes', 'ReplyPackets', 'ReplyBytes', 'StartedAt')
    }

    It 'a mapping is shown as a table, as a list, and wide by direction' {
        $mapping | Out-String -Width 120 | Should -Match 'Established 10\.1\.1\.1:10943 +4\.1\.1\.1:25 +194\.0\.1\.1:20119 +194\.0\.22\.9:9199 +Both'
        $mapping | Format-List | Out-String | Should -Match 'TranslatedSource +: 194\.0\.1\.1:20119'
        $mapping | Format-Wide | Out-String | Should -Match 'Tcp 10\.1\.1\.1:10943 -> 4\.1\.1\.1:25'
        $mapping | Format-Wide -View MappingTranslated | Out-String | Should -Match 'Tcp 194\.0\.1\.1:20119 -> 194\.0\.22\.9:9199'
    }

    It 'what Get-ChildItem, Get-Content and Select-String give of a saved table is read' {
        @(Get-ChildItem "$TestDrive/table" | Get-NatMapping).Count | Should -Be 2
        @(Get-Content "$TestDrive/table" | Get-NatMapping).Count | Should -Be 2
        "$((Select-String 10944 "$TestDrive/table" | Get-NatMapping).OriginalSource)" | Should -Be '10.1.1.1:10944'
    }

    It 'a responder is shown with its counts, and the figures with their groups' {
        if (-not $isRouter) { Set-ItResult -Skipped -Because $unlessRouter }
        ip link set lo up
        $null = Start-ProxyHelper 127.0.0.1
        Get-ProxyHelper | Format-List | Out-String | Should -Match '- wrong secret +: 0\b'
        Get-ProxyHelper | Out-String -Width 80 | Should -Match 'ProxyHelper +Running +127\.0\.0\.1:114 .* 0\b'
        (Measure-NatMapping | ConvertTo-Csv | ConvertFrom-Csv).ByProtocol | Should -Not -Match 'ConntrackGroup'
        Stop-ProxyHelper ProxyHelper # what follows asks for what runs
    }

    It 'Test-ProxyHelperSetup gives a severity and a reason for each check, an action where it has not passed, and no errors' {
        $findings = Test-ProxyHelperSetup 127.0.0.1 -Port 9 -TimeoutSeconds 0.1 -ErrorVariable failures
        $failures | Should -BeNullOrEmpty
        $findings.Check | Should -Contain 'DNAT rule'
        $findings | Where-Object Reason -EQ '' | Should -BeNullOrEmpty
        $findings | Where-Object { ($_.Severity -eq 'Passed') -ne ($_.Action -eq '') } | Should -BeNullOrEmpty
        ($findings | Where-Object Check -EQ 'UDP answer').Severity | Should -Be 'Failed'
    }

    It 'Test-ProxyHelperSetup is shown as a table that fits a screen of <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $lines = (Test-ProxyHelperSetup -TimeoutSeconds 0.1 | Out-String -Width $Width) -split "`n"
        $lines | Where-Object { $_.TrimEnd().Length -gt $Width -or $_ -match '…' } | Should -BeNullOrEmpty
        $lines -match '^UDP answer +Skipped +It is not known whom to ask' | Should -Not -BeNullOrEmpty
    }
}
