# What an administrator learns about queries that get no reply.

Describe 'A refused query' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $times = 100
        $secret = [uint32]4711

        # Gives a socket of another host: its address is routed to this host, but it is not an address of this host.
        function Open-Stranger([string] $Address) {
            ip route add local "$Address/32" dev lo
            $socket = [System.Net.Sockets.UdpClient]::new([ipendpoint]::Parse("${Address}:0"))
            $socket.Connect('194.0.1.1', 114)
            $socket
        }

        # Gives the 66 bytes of a query.
        function New-Query([string] $Destination, [uint32] $Secret) {
            $query = [byte[]]::new(66)
            [ProxyHelper.Protocol.Query]::new(4711, $Secret, '194.0.1.1:20119', "${Destination}:9199").Write($query)
            , $query
        }

        # Sends a line over TCP as another host, and waits until the helper closes the connection.
        function Send-Line([string] $Address, [string] $Line) {
            ip route replace local "$Address/32" dev lo
            $client = [System.Net.Sockets.TcpClient]::new([ipendpoint]::Parse("${Address}:0"))
            $client.ReceiveTimeout = 60000
            $client.Connect('194.0.1.1', 114)
            $stream = $client.GetStream()
            $stream.Write([System.Text.Encoding]::ASCII.GetBytes("$Line`r`n"))
            while ($stream.ReadByte() -ge 0) { }
            $client.Dispose()
        }

        # A warning can end with the number of refusals since the last warning.
        function Assert-Warnings($Job, [string] $Message) {
            Wait-Until { $Job.Warning.Count }
            $warnings = @((Get-Streams { Receive-Job $Job -Keep }).Warning.Message)
            $warnings.Count | Should -BeLessOrEqual 7 # one in ten seconds, for the minute that Wait-Until waits at most
            $warnings | Should -Match "^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d $([regex]::Escape($Message))( \(\d+ more since the last message\))?\.$"
            $Job.LastFault | Should -BeNullOrEmpty # refusals are no faults
        }

        function Wait-Counts($Job, [int] $Datagrams) {
            Wait-Until { $Job.Found + $Job.NotFound + $Job.FailedLookups + $Job.Refused + $Job.Malformed + $Job.Late -ge $Datagrams }
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'is counted as <Reason>, and a limited number of warnings names its sender' -Tag 'allowed-proxies' -ForEach @(
        @{ Reason = 'NotAllowed'; Address = '198.51.100.99'; Message = ', which is not an allowed proxy' }
        @{ Reason = 'NotItsOwn'; Address = '198.51.100.1'; Message = ' about a connection of another host: 198.51.100.1 is not a trusted client' }
        @{ Reason = 'WrongSecret'; Address = '198.51.100.2'; Message = ' with a wrong secret' }
        @{ Reason = 'TooOften'; Address = '198.51.100.3'; Message = ', which exceeds the rate limit' }
    ) {
        $job = Start-ProxyHelper 194.0.1.1 -Secret 4711 -AllowedProxy 198.51.100.0/28 -MaxQueriesPerSecond 1 -MaxQueueDelay 60
        $datagram = switch ($Reason) {
            NotItsOwn { New-Query 194.0.22.9 $secret }
            WrongSecret { New-Query $Address ($secret + 1) }
            default { New-Query $Address $secret }
        }
        $stranger = Open-Stranger $Address
        foreach ($time in 1..$times) { $null = $stranger.Send($datagram, $datagram.Length) }
        $stranger.Dispose()

        Wait-Counts $job $times
        $job.Queries | Should -Be $times
        $job.$Reason + $job.NotFound | Should -Be $times
        if ($Reason -eq 'TooOften') { $job.TooOften | Should -BeGreaterThan 0 } # one query a second is not too often
        else { $job.$Reason | Should -Be $times }
        $job.Refused | Should -Be $job.$Reason
        Assert-Warnings $job "Refused a query from $Address$Message"
    }

    It 'is counted as Malformed if it is no query, and a limited number of warnings names its sender: <Transport>' -ForEach @(
        @{ Transport = 'UDP' }
        @{ Transport = 'TCP' }
    ) {
        $job = Start-ProxyHelper 194.0.1.1 -TcpPort 114
        if ($Transport -eq 'UDP') {
            $stranger = Open-Stranger 198.51.100.4
            foreach ($time in 1..$times) { $null = $stranger.Send([byte[]](1, 2, 3), 3) }
            $stranger.Dispose()
        }
        else { foreach ($time in 1..$times) { Send-Line 198.51.100.4 'nonsense' } }

        Wait-Counts $job $times
        "$($job.Malformed) $($job.Queries) $($job.Refused)" | Should -BeExactly "$times $times 0"
        Assert-Warnings $job 'Refused a malformed query from 198.51.100.4'
    }

    It 'is answered if its sender is a trusted client' {
        $job = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -TrustedClient 198.51.100.0/24 -MaxQueueDelay 60
        $stranger = Open-Stranger 198.51.100.1
        $query = New-Query 194.0.22.9 0
        $null = $stranger.Send($query, $query.Length)
        Wait-Counts $job 1
        $stranger.Dispose()
        $job.Found | Should -Be 1
    }

    It 'is the last fault if it waited too long' {
        $job = Start-ProxyHelper 194.0.1.1 -MaxQueueDelay ([timespan]::FromTicks(1)) # nothing is as fast
        (Test-ProxyHelper @shortQuestion).Outcome | Should -Be TimedOut
        Wait-Counts $job 1
        $job.Late | Should -Be 1
        Wait-Until { $job.LastFault }
        $job.LastFault | Should -Match '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Refused a query from 194\.0\.22\.9 that had waited too long'
    }

    It 'is counted each time and reported once' -Tag 'bounded-flood' {
        $job = Start-ProxyHelper 194.0.1.1 -Secret 7
        foreach ($time in 1..3) { (Test-ProxyHelper @shortQuestion).Outcome | Should -Be TimedOut }
        "$($job.WrongSecret) $($job.Refused) $($job.NotItsOwn)" | Should -BeExactly '3 3 0'
        $warnings = @((Get-Streams { Receive-Job $job -Keep }).Warning.Message)
        $warnings.Count | Should -Be 1
        $warnings[0] | Should -Match '^[0-9: -]{19} Refused a query from 194\.0\.22\.9 with a wrong secret\.$'
        $job.LastFault | Should -BeNullOrEmpty
    }

    It 'makes Test-ProxyHelper advise about connections of other hosts: <Destination>' -ForEach @(
        @{ Destination = '192.0.2.1'; IsAdvised = $true } # not an address of this host, so another address asks
        @{ Destination = '194.0.22.9'; IsAdvised = $false }
    ) {
        $null = Start-ProxyHelper 194.0.1.1 -Secret 7 # silent, since the query has no secret
        $asked = @{ HelperAddress = '194.0.1.1'; Source = '194.0.1.1:20119'; Destination = "${Destination}:9199"; Retries = 1; TimeoutSeconds = 0.05 }
        $streams = Get-Streams { Test-ProxyHelper @asked }
        $streams.Output.Outcome | Should -Be TimedOut
        $streams.Output.Hint -like '*trusted client (-TrustedClient *' | Should -Be $IsAdvised
        $streams.Warning | Should -BeNullOrEmpty
        $streams = Get-Streams { Test-ProxyHelper @asked -Quiet }
        $streams.Output | Should -Be $false
        $streams.Warning | Should -BeNullOrEmpty
    }
}
