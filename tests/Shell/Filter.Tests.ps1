# Get-NatMapping: the filters as an administrator types them.

Describe 'Get-NatMapping with filters' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $flows = @(
            New-Flow 10.1.1.1:10943 4.1.1.1:25 194.0.22.9:9199 194.0.1.1:20119
            New-Flow 10.1.1.2:5353 4.1.1.53:53 4.1.1.53:53 194.0.1.1:5353 -Udp
            New-Flow 10.1.1.3:1025 10.2.2.2:22 10.2.2.2:22 10.1.1.3:1025
            New-Flow '[2001:db8::1]:1025' '[2001:db8::2]:25' '[2001:db8::3]:9199' '[2001:db8::4]:20119'
            New-Flow 10.1.2.9:500 4.1.1.1:500 194.0.22.9:500 10.1.2.9:500 -Udp
        )
        Set-FlowProperty $flows[0] @{ Mark = [uint32]0x11; Status = [uint32]6 } # SEEN_REPLY and ASSURED
        Set-FlowProperty $flows[1] @{ Zone = [uint16]7 }
        Set-FlowProperty $flows[2] @{ TcpState = [byte]7 } # TIME_WAIT
    }
    BeforeEach { Initialize-Router $flows }
    AfterEach { Clear-Router }

    It 'lists "<Sources>" with <Filters>' -ForEach @(
        @{ Filters = ''; Sources = '10.1.1.1 10.1.1.2 10.1.2.9 2001:db8::1' }
        @{ Filters = '-IncludeUntranslated'; Sources = '10.1.1.1 10.1.1.2 10.1.1.3 10.1.2.9 2001:db8::1' }
        @{ Filters = '-OriginalSource 10.1.1.1'; Sources = '10.1.1.1' }
        @{ Filters = '-OriginalSource 10.1.1.0/24'; Sources = '10.1.1.1 10.1.1.2' }
        @{ Filters = '-OriginalSource 10.1.1.1, 10.1.2.0/24'; Sources = '10.1.1.1 10.1.2.9' }
        @{ Filters = '-OriginalSource :500'; Sources = '10.1.2.9' }
        @{ Filters = '-OriginalSource ::/0'; Sources = '2001:db8::1' }
        @{ Filters = '-OriginalDestination 4.1.1.1'; Sources = '10.1.1.1 10.1.2.9' }
        @{ Filters = '-OriginalDestination 4.1.1.1:25'; Sources = '10.1.1.1' }
        @{ Filters = '-TranslatedSource 194.0.1.1'; Sources = '10.1.1.1 10.1.1.2' }
        @{ Filters = '-TranslatedSource ([ipendpoint[]]("194.0.1.1:20119", "194.0.1.1:5353"))'; Sources = '10.1.1.1 10.1.1.2' }
        @{ Filters = '-TranslatedSource ([System.Collections.Generic.List[ipendpoint]]@("194.0.1.1:20119"))'; Sources = '10.1.1.1' }
        @{ Filters = '-OriginalSource ([System.Collections.Generic.List[object]]@([ipaddress]"10.1.1.2", "10.1.2.9"))'; Sources = '10.1.1.2 10.1.2.9' }
        @{ Filters = '-TranslatedSource (Write-Output -NoEnumerate ([ipendpoint[]]"194.0.1.1:5353"))'; Sources = '10.1.1.2' }
        @{ Filters = '-TranslatedDestination 194.0.22.9 -Protocol Udp'; Sources = '10.1.2.9' }
        @{ Filters = "-TranslatedDestination '[2001:db8::3]:9199'"; Sources = '2001:db8::1' }
        @{ Filters = '-Port 25'; Sources = '10.1.1.1 2001:db8::1' }
        @{ Filters = '-Port 53, 500'; Sources = '10.1.1.2 10.1.2.9' }
        @{ Filters = '-Protocol tcp'; Sources = '10.1.1.1 2001:db8::1' }
        @{ Filters = '-Protocol Tcp, 17'; Sources = '10.1.1.1 10.1.1.2 10.1.2.9 2001:db8::1' }
        @{ Filters = '-NatType Any'; Sources = '10.1.1.1 10.1.1.2 10.1.2.9 2001:db8::1' }
        @{ Filters = '-NatType Both'; Sources = '10.1.1.1 2001:db8::1' }
        @{ Filters = '-NatType Source, None'; Sources = '10.1.1.2 10.1.1.3' }
        @{ Filters = '-NatType Destination'; Sources = '10.1.2.9' }
        @{ Filters = '-NatType Both -IncludeUntranslated'; Sources = '10.1.1.1 10.1.1.3 2001:db8::1' }
        @{ Filters = '-State Established'; Sources = '10.1.1.1 2001:db8::1' }
        @{ Filters = '-State TimeWait -IncludeUntranslated'; Sources = '10.1.1.3' }
        @{ Filters = '-Status Assured, SeenReply'; Sources = '10.1.1.1' }
        @{ Filters = '-Mark 0x11'; Sources = '10.1.1.1' }
        @{ Filters = '-Mark 0x10/0xf0'; Sources = '10.1.1.1' }
        @{ Filters = '-Mark 17'; Sources = '10.1.1.1' }
        @{ Filters = '-Zone 7'; Sources = '10.1.1.2' }
        @{ Filters = '-Zone 0 -Protocol Udp'; Sources = '10.1.2.9' }
        @{ Filters = '-OriginalSource 10.1.1.1 -State CloseWait'; Sources = '' }
    ) {
        $streams = Get-Streams ([scriptblock]::Create("Get-NatMapping $Filters"))
        ($streams.Output | ForEach-Object { $_.OriginalSource.Address } | Sort-Object) -join ' ' | Should -BeExactly $Sources
        $streams.Error | Should -BeNullOrEmpty
    }

    It 'finds one connection with <_>' -ForEach @(
        '-OriginalSource 10.1.1.1:10943 -OriginalDestination 4.1.1.1:25'
        '-TranslatedSource 194.0.1.1:20119 -TranslatedDestination 194.0.22.9:9199'
        '-OriginalSource 10.1.1.1:10943 -OriginalDestination 4.1.1.1:25 -Protocol Udp, Tcp -Zone 0 -State Established'
        '-Id (Get-NatMapping -OriginalSource 10.1.1.1).Id'
    ) {
        "$((& ([scriptblock]::Create("Get-NatMapping $_"))).TranslatedSource)" | Should -BeExactly '194.0.1.1:20119'
    }

    It 'finds a connection without NAT by both original ends' {
        (Get-NatMapping -OriginalSource 10.1.1.3:1025 -OriginalDestination 10.2.2.2:22).NatType | Should -Be None
    }

    It 'writes an error if no connection has these ends: <Ends>' -ForEach @(
        @{ Ends = '-OriginalSource 10.1.1.1:10943 -OriginalDestination 4.1.1.1:26'; Message = 'No connection has the original ends Tcp 10.1.1.1:10943 -> 4.1.1.1:26' }
        @{ Ends = '-OriginalSource 10.1.1.2:5353 -OriginalDestination 4.1.1.53:53 -Zone 0'; Message = 'in zone 0' } # the entry is in zone 7
        @{ Ends = '-TranslatedSource 194.0.1.1:20119 -TranslatedDestination 194.0.22.9:9200'; Message = 'the translated ends Tcp' }
    ) {
        $streams = Get-Streams ([scriptblock]::Create("Get-NatMapping $Ends"))
        $streams.Output | Should -BeNullOrEmpty
        Assert-Error $streams.Error MappingNotFound GetNatMapping ObjectNotFound 'another -Zone'
        "$($streams.Error)" | Should -BeLike "*$Message*"
    }

    It 'says what <Mistake> should be' -ForEach @(
        @{ Mistake = '-OriginalSource 10.1.1.1/24'; Message = 'Did you mean 10.1.1.0/24' }
        @{ Mistake = '-OriginalSource mail.example'; Message = '10.1.0.0/16' }
        @{ Mistake = '-Mark 1/0'; Message = 'has bits outside its mask' }
        @{ Mistake = '-Mark red'; Message = '0x10/0xff' }
        @{ Mistake = '-Protocol tpc'; Message = 'Tcp' }
        @{ Mistake = '-State Open2'; Message = 'Established' }
    ) {
        "$(Get-Failure ([scriptblock]::Create("Get-NatMapping $Mistake")))" | Should -BeLike "*$Message*"
    }

    It 'gives end points that compare and sort as addresses and ports' {
        $ends = @((Get-NatMapping).OriginalSource)
        [Array]::Sort($ends)
        "$ends" | Should -BeExactly '10.1.1.1:10943 10.1.1.2:5353 10.1.2.9:500 [2001:db8::1]:1025'
        $ends[0] -lt $ends[1] | Should -BeTrue
        $ends[0] -eq '10.1.1.1:10943' | Should -BeTrue
        $ends[0].PSObject.Properties.Name | Sort-Object | Should -Be 'Address', 'Port'
    }
}
