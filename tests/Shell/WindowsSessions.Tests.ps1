# The sessions of Windows in each form that PowerShell writes. PowerShell itself writes the forms.

Describe 'Get-NatMapping on sessions of Get-NetNatSession' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $folder = "$TestDrive/sessions"
        $null = New-Item $folder -ItemType Directory
        # Gives an object with the properties of MSFT_NetNatSession in their order.
        function New-Session([string] $Protocol, [string[]] $End) {
            $session = [ordered]@{ NatName = 'nat of "office" & <lab>'; InternalRoutingDomainId = '{00000000-0000-0000-0000-000000000000}'; CreationTime = [datetime]'2026-11-26T12:00:01'; Protocol = $Protocol }
            foreach ($name in 'InternalSource', 'InternalDestination', 'ExternalSource', 'ExternalDestination') {
                $endPoint = [ipendpoint]::Parse($End[$session.Keys.Where{ $_ -like '*Port' }.Count])
                $session["${name}Address"] = "$($endPoint.Address)"
                $session["${name}Port"] = [uint16] $endPoint.Port
            }
            $session.CimClass = @{ CimSuperClassName = 'CIM_ManagedElement'; Protocol = 'of the class' }
            $session.PSComputerName = $null
            $object = [pscustomobject] $session
            $object.PSTypeNames.Insert(0, 'Microsoft.Management.Infrastructure.CimInstance#root/StandardCimv2/MSFT_NetNatSession')
            $object
        }
        $sessions = @(
            New-Session 6 '192.168.100.10:50112', '192.0.2.25:25', '203.0.113.5:62001', '192.0.2.25:25'
            New-Session TCP '192.168.100.11:50113', '192.0.2.26:443', '203.0.113.5:62002', '198.51.100.9:9199'
            New-Session 17 '[2001:db8:aaaa:bbbb:cccc:dddd:eeee:1]:5353', '[2001:db8::53]:53', '[2001:db8:ffff::1]:62003', '[2001:db8::53]:53'
        )
        $expected = @(
            'Tcp 192.168.100.10:50112 -> 192.0.2.25:25, translated to 203.0.113.5:62001 -> 192.0.2.25:25'
            'Tcp 192.168.100.11:50113 -> 192.0.2.26:443, translated to 203.0.113.5:62002 -> 198.51.100.9:9199'
            'Udp [2001:db8:aaaa:bbbb:cccc:dddd:eeee:1]:5353 -> [2001:db8::53]:53, translated to [2001:db8:ffff::1]:62003 -> [2001:db8::53]:53'
        )
        function Assert-Sessions([object[]] $Mapping, [string[]] $Text = $expected) {
            $Mapping | ForEach-Object { "$_" } | Should -BeExactly $Text
            $Mapping.System | Sort-Object -Unique | Should -Be 'Windows'
            $Mapping.Details | ForEach-Object { $_['NatName'] } | Sort-Object -Unique | Should -Be 'nat of "office" & <lab>'
        }
    }

    It 'reads the objects themselves' { Assert-Sessions ($sessions | Get-NatMapping) }

    It 'reads a list of any width' -ForEach 40, 57, 80, 300 {
        $sessions | Select-Object * -ExcludeProperty CimClass | Format-List | Out-String -Width $_ | Set-Content "$folder/list"
        Assert-Sessions (Get-NatMapping -LiteralPath "$folder/list")
    }

    It 'reads JSON in any encoding' -ForEach utf8, utf8BOM, unicode, bigendianunicode {
        $sessions | ConvertTo-Json -Depth 2 | Set-Content "$folder/json" -Encoding $_
        Assert-Sessions (Get-NatMapping -LiteralPath "$folder/json")
        $sessions[0] | ConvertTo-Json -Compress | Set-Content "$folder/json" -Encoding $_
        Assert-Sessions (Get-NatMapping -LiteralPath "$folder/json") $expected[0]
    }

    It 'reads Clixml of objects, of an array, and what Import-Clixml gives' {
        $sessions | Export-Clixml "$folder/objects"
        Assert-Sessions (Get-NatMapping -LiteralPath "$folder/objects")
        Export-Clixml "$folder/array" -InputObject $sessions
        Assert-Sessions (Get-NatMapping -LiteralPath "$folder/array")
        Assert-Sessions (Import-Clixml "$folder/array" | Get-NatMapping)
    }

    It 'finds the session of a connection from either side' {
        $sessions | Export-Clixml "$folder/objects"
        "$((Get-NatMapping -LiteralPath "$folder/objects" -Source 203.0.113.5:62002 -Destination 198.51.100.9:9199).OriginalSource)" | Should -BeExactly '192.168.100.11:50113'
        "$((Get-NatMapping -LiteralPath "$folder/objects" -Source 192.0.2.26:443 -Destination 192.168.100.11:50113).OriginalSource)" | Should -BeExactly '198.51.100.9:9199'
    }

    It 'reports a session without a port, and reads the next one' {
        $sessions[0].ExternalSourcePort = $null
        $streams = Get-Streams { $sessions | Get-NatMapping }
        $sessions[0].ExternalSourcePort = 62001
        $streams.Output.Count | Should -Be 2
        "$($streams.Error)" | Should -BeLike '*no value of ExternalSourcePort*'
    }
}
