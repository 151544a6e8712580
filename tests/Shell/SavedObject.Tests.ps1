# Rows of other routers as objects: from the pipeline, in views, in files and in other commands.

Describe 'A row of another router' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $session = [ordered]@{
            NatName = 'nat'; Protocol = 6; InternalSourceAddress = '192.168.100.10'; InternalSourcePort = [uint16]50112; InternalDestinationAddress = '192.0.2.25'
            InternalDestinationPort = [uint16]25; ExternalSourceAddress = '203.0.113.5'; ExternalSourcePort = [uint16]62001
            ExternalDestinationAddress = '192.0.2.25'; ExternalDestinationPort = [uint16]25; CreationTime = [datetime]::UnixEpoch; PSComputerName = $null
        }
        $ofWindows = [pscustomobject]$session
        $ofWindows.PSTypeNames.Insert(0, 'Deserialized.Microsoft.Management.Infrastructure.CimInstance#root/StandardCimv2/MSFT_NetNatSession')
        $json = '[{".id":"*1","protocol":"tcp","src-address":"10.1.1.1","src-port":"10943","dst-address":"192.0.2.25","dst-port":"25","reply-src-address":"198.51.100.9","reply-src-port":"9199","reply-dst-address":"203.0.113.1","reply-dst-port":"20119","tcp-state":"established","timeout":"5s"}]'
        $mapping = $json | ConvertFrom-Json | Get-NatMapping
    }

    It 'is an object of Get-NetNatSession, in every form' {
        $lower = [pscustomobject]@{}
        foreach ($name in $session.Keys) { $lower | Add-Member $name.ToLowerInvariant() $session[$name] }
        $forms = $ofWindows, $lower, $session, ($ofWindows | ConvertTo-Json | ConvertFrom-Json), ([System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($ofWindows)))
        foreach ($form in $forms) {
            $found = $form | Get-NatMapping -Source 203.0.113.5:62001 -Destination 192.0.2.25:25
            "$($found.System) $($found.OriginalSource) $($found.NatType)" | Should -BeExactly 'Windows 192.168.100.10:50112 Source'
        }
        @($ofWindows, $ofWindows | Get-NatMapping).Count | Should -Be 2
        (Get-NatMapping -InputObject $ofWindows).TranslatedSource | Should -Be '203.0.113.5:62001'
    }

    It 'is an object of the REST answer, as Invoke-RestMethod gives it' {
        $answer = ConvertFrom-Json $json -NoEnumerate # one list
        "$(, $answer | Get-NatMapping)" | Should -BeExactly "$mapping"
        "$($mapping.Id) $($mapping.State) $($mapping.TimeoutSeconds)" | Should -BeExactly '*1 established 5'
    }

    It 'is an error with its number if a value is wrong, and the next object is read' {
        $bad = $ofWindows.PSObject.Copy()
        $bad.ExternalSourcePort = 70000
        $streams = Get-Streams { $ofWindows, $bad, $ofWindows | Get-NatMapping }
        $streams.Output.Count | Should -Be 2
        Assert-Error $streams.Error SavedLineInvalid GetNatMapping ParserError 'Get-NetNatSession'
        "$($streams.Error)" | Should -BeLike 'Object 2 is not a session of Windows NAT*'
    }

    It 'is not read again from the kernel, and not removed' {
        foreach ($command in { $mapping | Get-NatMapping }, { $mapping | Remove-NatMapping -Confirm:$false }, { $mapping | Select-Object * | Get-NatMapping }) {
            $failure = Get-Failure $command
            "$failure" | Should -BeLike '*table of MikroTik*'
        }
    }

    It 'has text in CSV, and its values in JSON' {
        $row = $mapping | ConvertTo-Csv | ConvertFrom-Csv
        "$($row.System) $($row.TranslatedSource) $($row.State) $($row.Part) $($row.TimeoutSeconds)" | Should -BeExactly 'MikroTik 203.0.113.1:20119 established Whole 5'
        $read = $mapping | ConvertTo-Json -EnumsAsStrings -WarningVariable cut | ConvertFrom-Json
        $cut | Should -BeNullOrEmpty
        "$($read.System) $($read.OriginalSource.Address) $($read.OriginalSource.Port)" | Should -BeExactly 'MikroTik 10.1.1.1 10943'
    }

    It 'sorts by its ends, groups and compares' {
        $rows = foreach ($last in 10, 9, 2) { $json.Replace('10.1.1.1"', "10.1.1.$last`"") | ConvertFrom-Json | Get-NatMapping }
        "$($rows | Sort-Object | ForEach-Object { $_.OriginalSource.Address })" | Should -BeExactly '10.1.1.2 10.1.1.9 10.1.1.10'
        ($rows | Group-Object State).Count | Should -Be 3
        (Compare-Object $rows $rows[0, 1]).InputObject.OriginalSource | Should -Be '10.1.1.2:10943'
    }

    It 'names its system and its ends in the table at <_> columns' -ForEach 80, 120 {
        $shown = $mapping | Out-String -Width $_
        $shown | Should -BeLike '*System: MikroTik*'
        $shown | Should -BeLike '*Tcp    established 10.1.1.1:10943        192.0.2.25:25         203.0.113.1:20119*'
        $mapping | Format-List | Out-String | Should -BeLike '*Id * : `*1*'
        $mapping | Format-Wide -Column 1 | Out-String | Should -BeLike '*Tcp 10.1.1.1:10943 -> 192.0.2.25:25*'
        $mapping | Format-Wide -Column 1 -View MappingTranslated | Out-String | Should -BeLike '*203.0.113.1:20119 -> 198.51.100.9:9199*'
    }

    It 'shows equal states of both ends once, and what a row stands for' {
        foreach ($case in @('A:A', 'Whole', 'A'), @('A:B', 'InState', 'A|:B|in-state'), @('0:0', 'OutState', '0|out-state'), @($null, 'Static', 'static'), @('Valid', 'Whole', 'Valid')) {
            [ProxyHelper.PowerShell.MappingText]::StateAndPart($case[0], $case[1]) -replace '\r?\n', '|' | Should -BeExactly $case[2]
        }
    }
}
