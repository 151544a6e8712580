# Get-NatMapping: the listing and look-ups.

Describe 'Get-NatMapping' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'finds the original ends of a connection by its translated ends' {
        $mapping = Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199
        "$mapping" | Should -BeExactly 'Tcp 10.1.1.1:10943 -> 4.1.1.1:25, translated to 194.0.1.1:20119 -> 194.0.22.9:9199'
        "$($mapping.OriginalSource) $($mapping.OriginalDestination)" | Should -BeExactly '10.1.1.1:10943 4.1.1.1:25'
        "$($mapping.NatType) $($mapping.State)" | Should -BeExactly 'Both Established'
        $mapping | Should -BeOfType ProxyHelper.Conntrack.ConntrackEntry
    }

    It 'looks up objects with a source and a destination from the pipeline' {
        $found = [pscustomobject]@{ Source = '194.0.1.1:20119'; Destination = '194.0.22.9:9199' } | Get-NatMapping
        "$($found.OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
    }

    It 'writes an error about <_> and goes on' -ForEach @(
        '194.0.1.1:20120 194.0.22.9:9199'
        '194.0.22.9:9199 194.0.1.1:20119' # swapped
        '10.1.1.1:10943 4.1.1.1:25'       # the original direction
        '194.0.1.1:20119 194.0.22.9:9199 -Zone 7'
        '194.0.1.1:20119 194.0.22.9:9199 -Protocol Udp'
    ) {
        $source, $destination, $rest = -split $_
        $streams = Get-Streams ([scriptblock]::Create("Get-NatMapping -Source $source -Destination $destination $rest; 'went on'"))
        $streams.Output | Should -Be 'went on'
        Assert-Error $streams.Error MappingNotFound GetNatMapping ObjectNotFound 'translated source and destination'
        $streams.Error[0].TargetObject | Should -BeOfType ProxyHelper.Conntrack.ConntrackTuple
    }

    It 'looks up the rest of the pipeline after an error' {
        $asked = '194.0.1.1:1', '194.0.1.1:20119' | ForEach-Object { [pscustomobject]@{ Source = $_; Destination = '194.0.22.9:9199' } }
        $found = @($asked | Get-NatMapping -ErrorVariable failures -ErrorAction SilentlyContinue)
        $found.Count | Should -Be 1
        "$($failures[0].TargetObject)" | Should -BeLike '*194.0.1.1:1 *'
    }

    It 'finds another protocol in another zone' {
        $flow = New-Flow 10.1.1.2:5353 4.1.1.53:53 4.1.1.53:53 194.0.1.1:5353 -Udp
        Set-FlowProperty $flow @{ Zone = [uint16]7 }
        Initialize-Router $flow
        $found = Get-NatMapping -Source 194.0.1.1:5353 -Destination 4.1.1.53:53 -Protocol Udp -Zone 7
        "$($found.OriginalSource) in $($found.Zone)" | Should -BeExactly '10.1.1.2:5353 in 7'
    }

    It 'lists translated connections' {
        (Get-NatMapping).OriginalSource | Sort-Object | Should -Be '10.1.1.1:10943', '10.1.1.2:5353'
    }

    It 'lists connections without NAT with -IncludeUntranslated' {
        (Get-NatMapping -IncludeUntranslated).OriginalSource | Should -Contain '10.1.1.3:1025'
    }

    It 'lists the same entries as the tool conntrack' {
        Add-Flow (New-Flow '[2001:db8::1]:1025' '[2001:db8::2]:25' '[2001:db8::3]:9199' '[2001:db8::4]:20119')
        Add-Flow ([ProxyHelper.TestSupport.ConntrackFlow]::Echo('10.1.1.1', '4.1.1.1', 77))
        $listed = foreach ($family in 'ipv4', 'ipv6') { conntrack -L -f $family -o id 2>$null | ForEach-Object { [uint32]($_ -replace '.* id=') } }
        $mappings = @(Get-NatMapping -IncludeUntranslated)
        $mappings.Count | Should -Be 5
        $mappings.Id | Sort-Object | Should -Be ($listed | Sort-Object)
        "$((Get-NatMapping -Source '[2001:db8::4]:20119' -Destination '[2001:db8::3]:9199').OriginalSource)" | Should -BeExactly '[2001:db8::1]:1025'
        "$((Get-NatMapping -Protocol Icmp -Source 10.1.1.1:77 -Destination 4.1.1.1:0).OriginalSource)" | Should -BeExactly '10.1.1.1:77'
    }

    It 'stops when the pipeline has enough' {
        @(Get-NatMapping -IncludeUntranslated | Select-Object -First 1).Count | Should -Be 1
    }

    It 'accepts end points of .NET' {
        $ends = @{ Source = [ipendpoint]::Parse('194.0.1.1:20119'); Destination = [ipendpoint]::Parse('194.0.22.9:9199') }
        "$((Get-NatMapping @ends).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
        "$((Get-NatMapping -TranslatedSource $ends.Source, ([ipaddress]'192.0.2.1')).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
    }

    It 'says how an end point is written when it gets <_>' -ForEach '194.0.1.1', '25', '2001:db8::1:25', '194.0.1.1:65536' {
        $failure = Get-Failure { Get-NatMapping -Source $_ -Destination 194.0.22.9:9199 }
        $failure.FullyQualifiedErrorId | Should -BeExactly 'ParameterArgumentTransformationError,ProxyHelper.PowerShell.Commands.GetNatMappingCommand'
        $failure.Exception.Message | Should -BeLike '*194.0.1.1:20119 or `[2001:db8::1`]:25*'
    }

    It 'refuses two address families in one look-up' {
        $streams = Get-Streams { Get-NatMapping -Source 194.0.1.1:20119 -Destination '[2001:db8::1]:25' }
        Assert-Error $streams.Error MixedFamilies GetNatMapping InvalidArgument 'two IPv4 or two IPv6'
    }

    It 'names the capability that it lacks: <_>' -ForEach @(
        'Get-NatMapping'
        'Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199'
        'Measure-NatMapping'
        'Watch-NatMapping -TimeoutSeconds 0'
    ) {
        $failure = Invoke-WithoutCapability NetAdmin "try { $_ } catch { `$_ }"
        Assert-Error $failure NeedsNetAdmin ($_.Split(' ')[0] -replace '-') PermissionDenied CAP_NET_ADMIN
    }
}
