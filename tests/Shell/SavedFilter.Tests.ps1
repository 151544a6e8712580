# The filters of Get-NatMapping on the tables of other routers, and the tables in the pipeline.

Describe 'A filter on a saved table' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        function New-Connection([string] $Id, [string] $Source, [string] $State, [string] $Protocol = 'tcp') {
            [pscustomobject]@{
                '.id' = $Id; protocol = $Protocol; 'src-address' = $Source; 'src-port' = '10943'; 'dst-address' = '192.0.2.25'; 'dst-port' = '25'
                'reply-src-address' = '198.51.100.9'; 'reply-src-port' = '9199'; 'reply-dst-address' = '203.0.113.1'; 'reply-dst-port' = $Id.Substring(1)
                'tcp-state' = $State; timeout = '1m'
            }
        }
        $connections = (New-Connection *1001 10.1.1.1 established), (New-Connection *1002 10.1.1.2 time-wait), (New-Connection *1003 10.1.2.3 syn-received)
        $cisco = 'Pro Inside global      Inside local       Outside local      Outside global', 'tcp 203.0.113.1:20119  10.1.1.1:10943     192.0.2.25:25      198.51.100.9:9199'
        $entry = 'tcp 6 300 SYN_RECV src=10.1.1.1 dst=192.0.2.25 sport=10943 dport=25 src=198.51.100.9 dst=203.0.113.1 sport=9199 dport=20119 mark=0 use=1'
    }

    It 'selects: <Filters>' -ForEach @(
        @{ Filters = '-State Established'; Sources = '10.1.1.1' }
        @{ Filters = '-State TIME_WAIT'; Sources = '10.1.1.2' }
        @{ Filters = '-State SynReceived, time-wait'; Sources = '10.1.1.2 10.1.2.3' }
        @{ Filters = '-State ([ProxyHelper.Conntrack.ConnectionState]::TimeWait)'; Sources = '10.1.1.2' }
        @{ Filters = '-Id *1002'; Sources = '10.1.1.2' }
        @{ Filters = '-OriginalSource 10.1.1.0/24'; Sources = '10.1.1.1 10.1.1.2' }
        @{ Filters = '-TranslatedSource :1003'; Sources = '10.1.2.3' }
        @{ Filters = '-TranslatedDestination 198.51.100.9 -Protocol Udp'; Sources = '' }
        @{ Filters = '-Port 1001, 1003'; Sources = '10.1.1.1 10.1.2.3' }
        @{ Filters = '-NatType Both'; Sources = '10.1.1.1 10.1.1.2 10.1.2.3' }
        @{ Filters = '-NatType None'; Sources = '' }
    ) {
        $streams = Get-Streams ([scriptblock]::Create("`$connections | Get-NatMapping $Filters"))
        ($streams.Output | ForEach-Object { $_.OriginalSource.Address }) -join ' ' | Should -BeExactly $Sources
        $streams.Error | Should -BeNullOrEmpty
    }

    It 'selects a state of the kernel by the word of the kernel: <_>' -ForEach 'SYN_RECV', 'SynReceived', 'synreceived' {
        ($entry | Get-NatMapping -State $_).OriginalSource | Should -Be '10.1.1.1:10943'
    }

    It 'that a table cannot have is an error: <Filters>' -ForEach @(
        @{ Filters = '-Zone 7'; Text = 'connections'; Message = '-Zone cannot select a connection of RouterOS: *' }
        @{ Filters = '-Mark 1'; Text = 'connections'; Message = '*-Mark*' }
        @{ Filters = '-Status Assured'; Text = 'connections'; Message = '*-Status*' }
        @{ Filters = '-RoutingDomain red'; Text = 'connections'; Message = '*-RoutingDomain*' }
        @{ Filters = '-State Established'; Text = 'cisco'; Message = '-State cannot select a translation of Cisco*' }
        @{ Filters = '-RoutingDomain red'; Text = 'entry'; Message = '*conntrack*-Zone*' }
        @{ Filters = '-RoutingDomain red'; Text = 'cisco'; Message = '-RoutingDomain cannot select *no row of the table has a routing domain*' }
        @{ Filters = '-State ESTABLISHED:ESTABLISHED'; Text = 'entry'; Message = '*no such state*' }
        @{ Filters = "-State 'open: maybe'"; Text = 'entry'; Message = '-State open: maybe cannot select a conntrack entry: it has no such state.' }
        @{ Filters = '-Id *1'; Text = 'entry'; Message = '*number*' }
        @{ Filters = '-Id 5'; Text = 'entry'; Message = '*without ids*' }
    ) {
        $lines = Get-Variable $Text -ValueOnly
        $streams = Get-Streams ([scriptblock]::Create("`$lines | Get-NatMapping $Filters"))
        $streams.Output | Should -BeNullOrEmpty
        Assert-Error $streams.Error FilterNotApplicable GetNatMapping InvalidArgument 'Leave the filter out'
        "$($streams.Error)" | Should -BeLike $Message
    }

    It 'keeps tables of other systems, and of other files, apart' {
        Set-Content "$TestDrive/cisco" $cisco
        Set-Content "$TestDrive/linux" $entry
        $found = @(Get-Content "$TestDrive/cisco", "$TestDrive/linux" | Get-NatMapping)
        "$($found.System)" | Should -BeExactly 'Cisco Conntrack'
        $streams = Get-Streams { Get-NatMapping -Path "$TestDrive/cisco", "$TestDrive/linux" -State SynReceived }
        "$($streams.Output.System)" | Should -BeExactly 'Conntrack'
        Assert-Error $streams.Error FilterNotApplicable GetNatMapping InvalidArgument 'Leave the filter out'
    }

    It 'keeps the lines of two computers apart, although they arrive in turn' {
        $lines = foreach ($number in 0, 1) {
            $cisco[$number] | Add-Member PSComputerName first -PassThru
            @($entry, $entry.Replace('10943', '10944'))[$number] | Add-Member PSComputerName second -PassThru
        }
        $found = @($lines | Get-NatMapping)
        ($found.System | Sort-Object) -join ' ' | Should -BeExactly 'Conntrack Conntrack Cisco'
    }

    It 'reads the table of the system that -Format names' {
        "$(($cisco | Get-NatMapping -Format cisco).System)" | Should -BeExactly 'Cisco'
        $streams = Get-Streams { $cisco | Get-NatMapping -Format Junos }
        $streams.Output | Should -BeNullOrEmpty
        "$($streams.Error)" | Should -BeLike '*is not a session of Junos*'
        Get-Completion 'Get-NatMapping -Format M' | Should -BeExactly 'MikroTik'
        "$(Get-Failure { $cisco | Get-NatMapping -Format Fortinet })" | Should -BeLike '*MikroTik*'
    }
}

Describe 'The Tab key' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        Set-Content "$TestDrive/states" 'all tcp 203.0.113.1:20119 (10.1.1.1:10943) -> 198.51.100.9:9199       ESTABLISHED:FIN_WAIT_2', '   age 00:01:09, expires in 00:00:24, 2:4 pkts, 148:616 bytes', '   id: 5415dc6a00000001 creatorid: fc08c4c0'
    }

    It 'offers values of the file that is named: <Typed>' -ForEach @(
        @{ Typed = '-OriginalSource '; Offered = '10.1.1.1' }
        @{ Typed = '-Source 203'; Offered = '203.0.113.1:20119' }
        @{ Typed = '-TranslatedDestination 198.51.100.9'; Offered = '198.51.100.9:9199' }
        @{ Typed = '-Port '; Offered = '9199' }
        @{ Typed = '-Id '; Offered = '5415dc6a00000001/fc08c4c0' }
        @{ Typed = '-State ESTABLISHED:'; Offered = 'ESTABLISHED:FIN_WAIT_2' }
    ) {
        "$(Get-Completion "Get-NatMapping -Path $TestDrive/states $Typed")" | Should -BeExactly $Offered
    }

    It 'offers the routing domains of the table' {
        Set-Content "$TestDrive/domains" @(
            foreach ($vrf in 'green', 'red') {
                'tcp 203.0.113.1:20119  10.1.1.1:10943     192.0.2.25:25      198.51.100.9:9199'
                '    create 00:00:34, use 00:00:33 timeout:86400000, left 00:00:26, '
                '    flags: '
                "extended, use_count: 0, VRF : $vrf, entry-id: 10, lc_entries: 0"
            }
        )
        Get-Completion "Get-NatMapping -Path $TestDrive/domains -RoutingDomain " | Should -BeExactly 'green', 'red'
        Get-Completion "Get-NatMapping -Path $TestDrive/domains -RoutingDomain g" | Should -BeExactly 'green'
    }

    It 'offers nothing of a file that is not there, and writes no error' {
        $Error.Clear()
        Get-Completion 'Get-NatMapping -Path /nowhere/table -Port ' | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
    }
}
