# Measure-NatMapping and Remove-NatMapping.

BeforeDiscovery { $needAName = "[pscustomobject]@{ Protocol = 'Tcp'; OriginalSource = '10.1.1.1:10943'; Id = '1' } | Remove-NatMapping -Confirm:`$false" }

Describe 'Measure-NatMapping' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $limit = [uint32](Get-Content /proc/sys/net/netfilter/nf_conntrack_max)
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'counts by protocol, state and kind of NAT' {
        $streams = Get-Streams { Measure-NatMapping }
        $summary = $streams.Output[0]
        "$($summary.Entries) $($summary.Mappings)" | Should -BeExactly '3 3'
        $summary.ByProtocol.ToString(), $summary.ByState.ToString() | Should -BeExactly "Tcp 2, Udp 1", "Established 2"
        $summary.ByNatType.ToString().Split(", ") | Sort-Object | Should -Be 'Both 1', 'None 1', 'Source 1'
        $summary.Maximum | Should -Be $limit
        $streams.Warning | Should -BeNullOrEmpty
    }

    It 'counts what the filters leave, and the whole table' {
        $summary = Measure-NatMapping -Protocol Udp
        "$($summary.Entries) $($summary.Mappings) $($summary.ByNatType)" | Should -BeExactly '3 1 Source 1'
    }

    It 'needs no listing with -Quick' {
        $summary = Measure-NatMapping -Quick
        $summary.Entries | Should -Be 3
        $summary.Mappings | Should -BeNullOrEmpty
        $summary.ByProtocol | Should -BeNullOrEmpty
    }

    It 'gives the same counters of the kernel as the tool conntrack' {
        $inserted = (conntrack -S | Select-String '\binsert=(\d+)').Matches | ForEach-Object { [long]$_.Groups[1].Value } | Measure-Object -Sum
        (Measure-NatMapping -Quick).Insert | Should -Be $inserted.Sum
    }
}

Describe 'Remove-NatMapping' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'removes the mappings of the pipeline and nothing else' {
        Get-NatMapping -Protocol Udp | Remove-NatMapping -Confirm:$false | Should -BeNullOrEmpty
        "$((Get-NatMapping).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
        "$((Remove-NatMapping (Get-NatMapping) -Confirm:$false -PassThru).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
        "$((Get-NatMapping -IncludeUntranslated).OriginalSource)" | Should -BeExactly '10.1.1.3:1025'
    }

    It 'says what it would remove with -WhatIf and removes nothing' {
        $shown = Invoke-NewShell 'Get-NatMapping -Protocol Udp | Remove-NatMapping -WhatIf'
        "$shown" | Should -BeLike '*Udp 10.1.1.2:5353 -> 4.1.1.53:53, translated to 194.0.1.1:5353 -> 4.1.1.53:53 (id *'
        @(Get-NatMapping).Count | Should -Be 2
    }

    It 'asks first, and removes nothing if the shell cannot ask' {
        "$(Invoke-NewShell 'Get-NatMapping | Remove-NatMapping')" | Should -BeLike '*NonInteractive*'
        @(Get-NatMapping).Count | Should -Be 2
        [System.Management.Automation.CommandMetadata]::new((Get-Command Remove-NatMapping)).ConfirmImpact | Should -Be High
    }

    It 'leaves a new connection with the same ends alone' {
        $seen = Get-NatMapping -Protocol Tcp
        Remove-Flow ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
        Add-Flow (New-Flow 10.9.9.9:1 4.1.1.53:53 4.1.1.53:53 10.9.9.9:1 -Udp) # takes the memory, and with it the id, of the removed entry
        Add-Flow ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
        $streams = Get-Streams { $seen | Remove-NatMapping -Confirm:$false }
        Assert-Error $streams.Error MappingGone RemoveNatMapping ObjectNotFound 'another Id'
        "$((Get-NatMapping -Protocol Tcp).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
    }

    It 'writes an error for each mapping that is gone and removes the others' {
        $all = @(Get-NatMapping -IncludeUntranslated)
        $all[1] | Remove-NatMapping -Confirm:$false
        (Get-Streams { $all | Remove-NatMapping -Confirm:$false }).Error.Count | Should -Be 1
        Get-NatMapping -IncludeUntranslated | Should -BeNullOrEmpty
    }

    It 'refuses what only looks like a mapping: <_>' -ForEach $needAName, 'Remove-NatMapping 10.1.1.1:10943 -Confirm:$false' {
        $failure = Get-Failure ([scriptblock]::Create("$_ -ErrorAction Stop"))
        $failure.FullyQualifiedErrorId | Should -BeExactly 'ParameterArgumentTransformationError,ProxyHelper.PowerShell.Commands.RemoveNatMappingCommand'
        "$failure" | Should -BeLike '*Import-Csv FILE | Get-NatMapping | Remove-NatMapping*'
        @(Get-NatMapping).Count | Should -Be 2
    }

    It 'names the capability that it lacks' {
        $failure = Invoke-WithoutCapability NetAdmin @'
            $mapping = [ProxyHelper.Conntrack.ConntrackEntry]$mappings[0]
            try { $mapping | Remove-NatMapping -Confirm:$false } catch { $_ }
'@ -Variable @{ mappings = @(Get-NatMapping) }
        Assert-Error $failure NeedsNetAdmin RemoveNatMapping PermissionDenied CAP_NET_ADMIN
    }
}
