# Test-ProxyHelper: asking a helper over UDP and TCP.

Describe 'Test-ProxyHelper' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    Context 'over UDP' {
        BeforeEach { $null = Start-ProxyHelper 194.0.1.1 -MaxQueueDelay 0:1:0 } # however busy the machine is

        It 'asks the source address from the destination address' {
            $answer = Test-ProxyHelper @question
            $answer.Outcome | Should -Be Found
            "$($answer.OriginalSource) $($answer.OriginalDestination) $($answer.Ident)" | Should -BeExactly '10.1.1.1:10943 4.1.1.1:25 10.1.1.1'
            "$($answer.Helper) from $($answer.AskedFrom.Address)" | Should -BeExactly '194.0.1.1:114 from 194.0.22.9'
            $answer.Sends | Should -Be 1
            $answer.RoundTripTime | Should -BeGreaterThan 0
        }

        It 'says that a connection is not found' {
            (Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 30).Outcome | Should -Be NotFound
        }

        It 'gives only true or false with -Quiet' {
            Test-ProxyHelper @question -Quiet | Should -BeExactly $true
            Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 30 -Quiet | Should -BeExactly $false
        }

        It 'compares the replies with mappings from the pipeline, and refuses mappings of UDP' {
            $streams = Get-Streams { Get-NatMapping | Test-ProxyHelper -HelperAddress 194.0.1.1 -TimeoutSeconds 30 }
            $streams.Output.AgreesWithMapping | Should -Be $true
            Assert-Error $streams.Error MappingNotAskable TestProxyHelper InvalidArgument '-Protocol Tcp -OriginalSource 0.0.0.0/0'
        }

        It 'says that a reply does not agree with a mapping' {
            $mapping = Get-NatMapping -Protocol Tcp
            Remove-Flow ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
            ($mapping | Test-ProxyHelper -TimeoutSeconds 30).AgreesWithMapping | Should -Be $false
            $mapping | Test-ProxyHelper -TimeoutSeconds 30 -Quiet | Should -Be $false
        }

        It 'takes rows of a CSV file and refuses rows of UDP' {
            Get-NatMapping | Export-Csv "$TestDrive/mappings.csv"
            $streams = Get-Streams { Import-Csv "$TestDrive/mappings.csv" | Test-ProxyHelper 194.0.1.1 -TimeoutSeconds 30 }
            $streams.Output.Outcome | Should -Be Found
            Assert-Error $streams.Error MappingNotAskable TestProxyHelper InvalidArgument 'Import-Csv FILE | Where-Object Protocol -eq Tcp'
        }

        It 'gives the address that it asked from' {
            (Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 198.51.100.9:25 -TimeoutSeconds 30).AskedFrom.Address | Should -Be 194.0.1.1
        }

        It 'says that a helper without a route is unreachable' {
            $answer = Test-ProxyHelper 198.51.100.1 -Source 194.0.1.1:20119 -Destination 198.51.100.9:25
            $answer.Outcome | Should -Be Unreachable
            $answer.AskedFrom | Should -BeNullOrEmpty
        }

        It 'reports a host name without an address' {
            $streams = Get-Streams { Test-ProxyHelper @question -HelperAddress no.such.host.invalid }
            $streams.Output | Should -BeNullOrEmpty
            Assert-Error $streams.Error HelperHostNotFound TestProxyHelper ObjectNotFound -HelperAddress
        }

        It 'refuses IPv6 end points, for which the protocol has no room' {
            $streams = Get-Streams { Test-ProxyHelper -Source '[2001:db8::1]:25' -Destination '[2001:db8::2]:25' }
            Assert-Error $streams.Error EndPointNotIPv4 TestProxyHelper InvalidArgument IPv4
        }
    }

    It 'gets the ident that the responder was started with: <Format>' -ForEach @(
        @{ Format = 'Endpoint'; Ident = '10.1.1.1:10943' }
        @{ Format = 'None'; Ident = '' }
    ) {
        $null = Start-ProxyHelper 194.0.1.1 -IdentFormat $Format
        (Test-ProxyHelper @question).Ident | Should -BeExactly $Ident
    }

    It 'sends a query again if there is no reply' {
        $job = Start-ProxyHelper 194.0.1.1 -Secret 4711
        $answer = Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Secret 4712 -Retries 2 -TimeoutSeconds 0.05
        "$($answer.Outcome) $($answer.Sends)" | Should -BeExactly 'TimedOut 2'
        Wait-Until { $job.Refused -eq 2 }
    }

    It 'says that the port is closed, which is no error' {
        (Test-ProxyHelper @question).Outcome | Should -Be Refused
    }

    It 'shows progress while it waits' {
        $silent = [System.Net.Sockets.UdpClient]::new([ipendpoint]::Parse('194.0.1.1:114'))
        $shell = [powershell]::Create().AddScript('Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Retries 1 -TimeoutSeconds 2')
        $shell.Invoke().Outcome | Should -Be TimedOut
        $silent.Dispose()
        $shell.Streams.Progress.Activity | Select-Object -Unique | Should -Be 'Asking 194.0.1.1:114'
        $shell.Streams.Progress[0].RecordType | Should -Be Processing
        $shell.Streams.Progress[-1].RecordType | Should -Be Completed
        $shell.Runspace.Dispose()
    }

    Context 'over TCP' {
        BeforeAll { $tcp = @{ Transport = 'Tcp' } }

        It 'asks the source address from the destination address' {
            $job = Start-ProxyHelper 194.0.1.1 -TcpPort 114
            $answer = Test-ProxyHelper @tcp @question
            "$($answer.Outcome) $($answer.Sends)" | Should -BeExactly 'Found 1'
            $answer.OriginalSource | Should -BeNullOrEmpty # the reply has no room for the source
            "$($answer.OriginalDestination) for $($answer.Ident)" | Should -BeExactly '4.1.1.1:25 for 10.1.1.1'
            "$($answer.Helper) from $($answer.AskedFrom.Address)" | Should -BeExactly '194.0.1.1:114 from 194.0.22.9'
            Test-ProxyHelper @tcp @question -Quiet | Should -BeExactly $true
            (Test-ProxyHelper @tcp -Source 194.0.1.1:1 -Destination 194.0.22.9:9199).Outcome | Should -Be NotFound
            $null = Test-ProxyHelper @question # over UDP: both are counted together
            "$($job.Queries) $($job.Found) $($job.NotFound)" | Should -BeExactly '4 3 1'
            "$($job.Location) $($job.TcpLocation)" | Should -BeExactly '194.0.1.1:114 194.0.1.1:114'
            Receive-Job $job -Keep | Select-Object -First 1 | Should -BeLike '*Answering on 194.0.1.1:114 (UDP) and 194.0.1.1:114 (TCP).'
        }

        It 'says that the port is closed if the responder has no TCP port' {
            $job = Start-ProxyHelper 194.0.1.1
            $job.TcpLocation | Should -BeNullOrEmpty
            (Test-ProxyHelper @tcp @question).Outcome | Should -Be Refused
        }

        It 'says that the helper closed the connection of a host that may not ask' {
            $job = Start-ProxyHelper 194.0.1.1 -TcpPort 114 -AllowedProxy 192.0.2.1
            ip route add local 198.51.100.1/32 dev lo # the addresses of this host are always allowed
            (Test-ProxyHelper @tcp -Source 194.0.1.1:1 -Destination 198.51.100.1:9199).Outcome | Should -Be Closed
            $job.NotAllowed | Should -Be 1
        }

        It 'compares the replies with mappings from the pipeline' {
            $null = Start-ProxyHelper 194.0.1.1 -TcpPort 114
            $mapping = Get-NatMapping -Protocol Tcp
            ($mapping | Test-ProxyHelper @tcp -HelperAddress 194.0.1.1).AgreesWithMapping | Should -Be $true
            Remove-Flow ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
            ($mapping | Test-ProxyHelper @tcp).AgreesWithMapping | Should -Be $false
        }

        It 'refuses -<Parameter>' -ForEach @(
            @{ Parameter = 'Secret'; Value = '1' }
            @{ Parameter = 'SecretFile'; Value = '/nowhere' }
            @{ Parameter = 'Retries'; Value = '1' }
        ) {
            $given = @{ $Parameter = $Value }
            $failure = Get-Failure { Test-ProxyHelper @tcp @question @given }
            Assert-Error $failure ParameterNotForTcp TestProxyHelper InvalidArgument 'ask over UDP'
            "$failure" | Should -BeLike "*-$Parameter cannot be used with -Transport Tcp*"
        }

        It 'works on the proxy only, and says so elsewhere' {
            $streams = Get-Streams { Test-ProxyHelper @tcp -Source 194.0.1.1:1 -Destination 203.0.113.5:9199 }
            $streams.Output | Should -BeNullOrEmpty
            Assert-Error $streams.Error DestinationNotLocal TestProxyHelper InvalidArgument 'on the proxy'
        }
    }
}
