# The cmdlets take the values that the module, .NET and files give.

Describe 'A value' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        Initialize-Router
        $mapping = Get-NatMapping -Protocol Tcp
        $mapping | Export-Clixml "$TestDrive/mapping.xml"
        $forms = @{
            Mapping = $mapping
            Wrapped = [psobject]$mapping
            Clixml  = Import-Clixml "$TestDrive/mapping.xml"
            Json    = $mapping | ConvertTo-Json | ConvertFrom-Json
            Csv     = $mapping | ConvertTo-Csv | ConvertFrom-Csv
            Chosen  = $mapping | Select-Object Protocol, OriginalSource, OriginalDestination
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'is a filter: <Value>' -ForEach @(
        @{ Value = '$mapping.OriginalSource' }
        @{ Value = '$forms.Clixml.OriginalSource' }
        @{ Value = '$forms.Json.OriginalSource' }
        @{ Value = '[psobject]$mapping.OriginalSource' }
        @{ Value = '[ipaddress]"10.1.1.1"' }
        @{ Value = '[ipaddress]"::ffff:10.1.1.1"' }
        @{ Value = '[ipendpoint]"10.1.1.1:10943"' }
        @{ Value = '[System.Net.IPNetwork]"10.1.1.0/31"' }
        @{ Value = '[ProxyHelper.Addresses.EndPointPattern]"10.1.1.1"' }
        @{ Value = '[pscustomobject]@{ Address = "10.1.1.1"; Port = 10943 }' }
        @{ Value = '@([ipaddress]"192.0.2.1", "10.1.1.1:10943", [System.Net.IPNetwork]"192.0.2.0/24", $mapping.TranslatedSource)' }
        @{ Value = '[System.Collections.Generic.List[object]]@("10.1.1.1")' }
    ) {
        $filter = & ([scriptblock]::Create($Value))
        "$(Get-NatMapping -OriginalSource $filter)" | Should -BeExactly "$mapping"
        "$(Get-NatMapping $filter)" | Should -BeExactly "$mapping" # by position
        "$((Watch-NatMapping $filter -Count 1).OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
        (Measure-NatMapping $filter).Mappings | Should -Be 1
    }

    It 'is an end point of IPv6: <Value>' -ForEach @(
        @{ Value = '[ipaddress]"2001:db8::1"' }
        @{ Value = '[ipendpoint]"[2001:db8::1]:1025"' }
        @{ Value = '[System.Net.IPNetwork]"2001:db8::/127"' }
        @{ Value = '[pscustomobject]@{ Address = "2001:db8::1"; Port = 1025 }' }
    ) {
        Add-Flow (New-Flow '[2001:db8::1]:1025' '[2001:db8::2]:25' '[2001:db8::3]:9199' '[2001:db8::4]:20119')
        $filter = & ([scriptblock]::Create($Value))
        "$((Get-NatMapping -OriginalSource $filter).OriginalSource)" | Should -BeExactly '[2001:db8::1]:1025'
    }

    It 'is an end point to look up: <Value>' -ForEach @(
        @{ Value = '$mapping.TranslatedSource, $mapping.TranslatedDestination' }
        @{ Value = '$forms.Clixml.TranslatedSource, $forms.Clixml.TranslatedDestination' }
        @{ Value = '$forms.Json.TranslatedSource, $forms.Json.TranslatedDestination' }
        @{ Value = '[ipendpoint]"194.0.1.1:20119", [ipendpoint]"194.0.22.9:9199"' }
        @{ Value = '[ProxyHelper.Addresses.EndPointPattern]"194.0.1.1:20119", "194.0.22.9:9199"' }
    ) {
        $source, $destination = & ([scriptblock]::Create($Value))
        "$(Get-NatMapping -Source $source -Destination $destination)" | Should -BeExactly "$mapping"
        $null = Start-ProxyHelper 194.0.1.1
        (Test-ProxyHelper -Source $source -Destination $destination -TimeoutSeconds 30).Outcome | Should -Be Found
        ([pscustomobject]@{ Source = $source; Destination = $destination } | Test-ProxyHelper -TimeoutSeconds 30).Outcome | Should -Be Found
    }

    It 'is an allowed proxy: <Value>' -ForEach @(
        @{ Value = '[ipaddress]"194.0.22.9"' }
        @{ Value = '[System.Net.IPNetwork]"194.0.22.0/24"' }
        @{ Value = '[ProxyHelper.Addresses.EndPointPattern]"194.0.22.9"' }
    ) {
        $job = Start-ProxyHelper 194.0.1.1 -AllowedProxy (& ([scriptblock]::Create($Value)))
        (Test-ProxyHelper @question).Outcome | Should -Be Found
        $job.Refused | Should -Be 0
    }

    It 'of another kind is refused by name: <Command>' -ForEach @(
        @{ Command = 'Get-NatMapping -OriginalSource (Get-Process -Id $PID)'; Message = "*'OriginalSource'*type Process*" }
        @{ Command = 'Get-NatMapping -OriginalSource ([ipaddress]"fe80::1%1")'; Message = "*'OriginalSource'*fe80::1%1*" }
        @{ Command = 'Get-NatMapping -OriginalSource 25'; Message = "*'OriginalSource'*:25*" }
        @{ Command = 'Get-NatMapping -OriginalSource $true'; Message = "*'OriginalSource'*True*" }
        @{ Command = 'Get-NatMapping -Source ([ipaddress]"194.0.1.1") -Destination 194.0.22.9:9199'; Message = "*'Source'*194.0.1.1:20119*" }
        @{ Command = 'Get-NatMapping -Source ([System.Net.IPNetwork]"194.0.1.0/24") -Destination 194.0.22.9:9199'; Message = "*'Source'*194.0.1.0/24*" }
        @{ Command = 'Start-ProxyHelper 194.0.1.1 -AllowedProxy ([ipendpoint]"194.0.22.9:9199")'; Message = "*'AllowedProxy'*194.0.22.9:9199*" }
        @{ Command = 'Get-NatMapping -Mark @{}'; Message = "*'Mark'*0x10/0xff*" }
    ) {
        "$(Get-Failure ([scriptblock]::Create($Command)))" | Should -BeLike $Message
    }

    It 'names a mapping that Get-NatMapping reads again: <_>' -ForEach 'Mapping', 'Wrapped', 'Clixml', 'Json', 'Csv', 'Chosen' {
        $mapping = Get-NatMapping -Protocol Tcp
        $value = $forms[$_]
        $value.PSObject.Properties['Id'] -and ($value = $value | Select-Object * -ExcludeProperty Id) # the router was set up again
        "$($value | Get-NatMapping)" | Should -BeExactly "$mapping"
        "$(Get-NatMapping -Mapping $value)" | Should -BeExactly "$mapping"
        (Get-NatMapping -Mapping $value).Id | Should -Be $mapping.Id
        "$($value, $value | Get-NatMapping)" | Should -BeExactly "$mapping $mapping"
        $value | Get-NatMapping -State TimeWait | Should -BeNullOrEmpty
    }

    It 'names a mapping in another zone and of another protocol' {
        $flow = New-Flow 10.1.1.7:5353 4.1.1.53:53 4.1.1.53:53 194.0.1.1:5300 -Udp
        Set-FlowProperty $flow @{ Zone = [uint16]7 }
        Add-Flow $flow
        "$(Get-NatMapping -Zone 7 | Get-NatMapping)" | Should -BeLike 'Udp 10.1.1.7:5353 -> 4.1.1.53:53*'
        @(Get-NatMapping -IncludeUntranslated | Get-NatMapping).Count | Should -Be 4
    }

    It 'shows what changed when a mapping is read again' {
        $before = Get-NatMapping -Protocol Tcp
        conntrack -U -p tcp --orig-src 10.1.1.1 --mark 7 2>$null
        ($before | Get-NatMapping).Mark | Should -Be 7
        $before.Mark | Should -Be 0
    }

    It 'is an error if the mapping is gone, also if a new connection has its ends: <_>' -ForEach 'Mapping', 'Clixml', 'Json', 'Csv' {
        $value = $forms[$_] # the router was set up again, so the entry has another id
        $streams = Get-Streams { $value | Get-NatMapping }
        $streams.Output | Should -BeNullOrEmpty
        Assert-Error $streams.Error MappingEnded GetNatMapping ObjectNotFound 'Get-NatMapping -OriginalSource 10.1.1.1:10943'
        "$($streams.Error)" | Should -BeLike "*Tcp 10.1.1.1:10943 -> 4.1.1.1:25 (id $($mapping.Id), zone 0)*"
    }

    It 'is a mapping to ask about by name, by position and from the pipeline' {
        $null = Start-ProxyHelper 194.0.1.1
        $mapping = Get-NatMapping -Protocol Tcp
        (Test-ProxyHelper -Mapping $mapping -TimeoutSeconds 30).AgreesWithMapping | Should -BeTrue
        (Test-ProxyHelper 194.0.1.1 -Mapping $mapping -TimeoutSeconds 30).AgreesWithMapping | Should -BeTrue
        ($mapping | Test-ProxyHelper -TimeoutSeconds 30).AgreesWithMapping | Should -BeTrue
        ($mapping | Test-ProxyHelper 194.0.1.1 -TimeoutSeconds 30).AgreesWithMapping | Should -BeTrue
    }

    It 'is a protocol: <Value> selects "<Sources>"' -ForEach @(
        @{ Value = '50'; Sources = '10.1.1.8:0' }
        @{ Value = "'50'"; Sources = '10.1.1.8:0' }
        @{ Value = 'Gre,50'; Sources = '10.1.1.8:0' }
        @{ Value = '([long]50)'; Sources = '10.1.1.8:0' }
        @{ Value = '50.0'; Sources = '10.1.1.8:0' }
        @{ Value = '([System.Net.Sockets.ProtocolType]50)'; Sources = '10.1.1.8:0' }
        @{ Value = '(Get-NatMapping 10.1.1.8 -IncludeUntranslated).Protocol'; Sources = '10.1.1.8:0' }
        @{ Value = '(Import-Clixml "$TestDrive/esp.xml").Protocol'; Sources = '10.1.1.8:0' }
        @{ Value = '6'; Sources = '10.1.1.1:10943 10.1.1.3:1025' }
        @{ Value = 'tcp'; Sources = '10.1.1.1:10943 10.1.1.3:1025' }
        @{ Value = 'T'; Sources = '10.1.1.1:10943 10.1.1.3:1025' }
        @{ Value = 'Udp'; Sources = '10.1.1.2:5353' }
        @{ Value = '([System.Net.Sockets.ProtocolType]::Udp)'; Sources = '10.1.1.2:5353' }
        @{ Value = '0'; Sources = '' }
        @{ Value = '255'; Sources = '' }
        @{ Value = '6,17,50'; Sources = '10.1.1.1:10943 10.1.1.2:5353 10.1.1.3:1025 10.1.1.8:0' }
    ) {
        conntrack -I -p 50 -s 10.1.1.8 -d 4.1.1.8 -r 4.1.1.8 -q 10.1.1.8 -t 600 2>$null
        Get-NatMapping 10.1.1.8 -IncludeUntranslated | Export-Clixml "$TestDrive/esp.xml"
        $found = & ([scriptblock]::Create("Get-NatMapping -IncludeUntranslated -Protocol $Value"))
        "$($found.OriginalSource | Sort-Object)" | Should -BeExactly $Sources
    }

    It 'is no protocol: <_>' -ForEach '256', '-1', "'256'", '1.5', 'tpc', 'U', "'50x'", "'Tcp,Udp'", '([double]::NaN)', '99999999999999999999' {
        $failure = Get-Failure ([scriptblock]::Create("Get-NatMapping -Protocol $_"))
        "$failure" | Should -BeLike "*'Protocol'*Icmp, *Tcp, Udp*from 0 to 255*"
    }

    It 'is offered for -Protocol by the Tab key' {
        Get-Completion 'Get-NatMapping -Protocol ' | Should -Contain 'Gre'
        Get-Completion 'Get-NatMapping -Protocol U' | Should -Be 'Udp', 'UdpLite'
    }
}
