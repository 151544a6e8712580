# Objects of the module in JSON, CSV and Clixml.

Describe 'A mapping' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $mapping = $savedLine | Get-NatMapping
    }

    It 'has addresses and ports in JSON' {
        $json = $mapping, $mapping | ConvertTo-Json -WarningVariable truncated | ConvertFrom-Json
        $truncated | Should -BeNullOrEmpty
        "$($json[1].OriginalSource.Address):$($json[1].OriginalSource.Port)" | Should -BeExactly '10.1.1.1:10943'
    }

    It 'has the port and the address of an end point in JSON, and not its tuples' {
        $json = $mapping | ConvertTo-Json | ConvertFrom-Json
        $json.OriginalSource.PSObject.Properties.Name | Should -Be 'Port', 'Address'
        $json.PSObject.Properties.Name | Should -Be @(
            'System', 'Protocol', 'OriginalSource', 'OriginalDestination', 'TranslatedSource', 'TranslatedDestination', 'State'
            'Timeout', 'Status', 'Mark', 'Zone', 'OriginalZone', 'ReplyZone', 'Id', 'OriginalPackets', 'OriginalBytes', 'ReplyPackets', 'ReplyBytes'
            'StartedAt', 'NatType', 'TimeoutSeconds'
        )
    }

    It 'has end points as text in CSV' {
        $row = $mapping | ConvertTo-Csv | ConvertFrom-Csv
        "$($row.TranslatedSource) $($row.Protocol) $($row.NatType)" | Should -BeExactly '194.0.1.1:20119 Tcp Both'
    }

    It 'is the same mapping after Clixml, which keeps its end points as text, too' {
        $mapping | Export-Clixml "$TestDrive/mapping.xml"
        "$TestDrive/mapping.xml" | Should -FileContentMatch '<ToString>10\.1\.1\.1:10943</ToString>'
        $read = Import-Clixml "$TestDrive/mapping.xml"
        $read | Should -Be $mapping
        Initialize-Router
        $null = Start-ProxyHelper 194.0.1.1
        ($read | Test-ProxyHelper -TimeoutSeconds 30).Outcome | Should -Be Found
        Clear-Router
    }

    It 'counts groups as text in CSV' {
        Initialize-Router
        $row = Measure-NatMapping | ConvertTo-Csv | ConvertFrom-Csv
        Clear-Router
        $row.ByProtocol | Should -BeExactly 'Tcp 2, Udp 1'
    }
}
