# Start-, Get- and Stop-ProxyHelper: the life of a responder as a job. Each end frees the port at once.

Describe 'A responder' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"

        function Test-PortFree {
            $socket = [System.Net.Sockets.Socket]::new('InterNetwork', 'Dgram', 'Udp')
            try { $socket.Bind([ipendpoint]::Parse('194.0.1.1:114')); $true }
            catch [System.Net.Sockets.SocketException] { $false }
            finally { $socket.Dispose() }
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'is a running job that answers and counts' {
        $before = Get-Date
        $job = Start-ProxyHelper -BindAddress 194.0.1.1
        "$($job.State) $($job.Location) $($job.Name)" | Should -BeExactly 'Running 194.0.1.1:114 ProxyHelper'
        (Test-ProxyHelper @question).Outcome | Should -Be Found
        Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 30 -Quiet | Should -BeFalse
        "$($job.Queries) $($job.Found) $($job.NotFound)" | Should -BeExactly '2 1 1'
        (Get-Job -Name ProxyHelper).Id | Should -Be $job.Id
        (Get-ProxyHelper -Id $job.Id).InstanceId | Should -Be $job.InstanceId
        $job.StartedAt | Should -BeGreaterOrEqual $before.AddSeconds(-1)
        $job.StartedAt | Should -BeLessOrEqual (Get-Date)
    }

    It 'frees its port when it is ended by: <_>' -Tag 'clean-stop' -ForEach @(
        'Stop-ProxyHelper ProxyHelper'
        'Get-ProxyHelper | Stop-ProxyHelper'
        'Stop-ProxyHelper -Id (Get-ProxyHelper).Id'
        'Stop-ProxyHelper (Get-ProxyHelper)'
        'Stop-ProxyHelper @(Get-ProxyHelper)'
        'Stop-ProxyHelper -Job (Get-ProxyHelper)'
        'Stop-Job -Name ProxyHelper; Wait-Job -Name ProxyHelper'
        'Remove-Job -Name ProxyHelper -Force'
        'Remove-Module ProxyHelper'
        'Import-Module ProxyHelper -Force'
    ) {
        $job = Start-ProxyHelper 194.0.1.1
        Test-PortFree | Should -BeFalse
        $null = & ([scriptblock]::Create($_))
        Test-PortFree | Should -BeTrue
        $job.State | Should -Be Stopped
    }

    It 'can be started again after a stop' {
        (Start-ProxyHelper 194.0.1.1 | Stop-ProxyHelper -PassThru).State | Should -Be Stopped
        (Test-ProxyHelper @question).Outcome | Should -Be Refused
        (Start-ProxyHelper 194.0.1.1).State | Should -Be Running
        (Test-ProxyHelper @question).Outcome | Should -Be Found
    }

    It 'is not listed after a stop, but its job can be read' {
        Start-ProxyHelper 194.0.1.1 | Stop-ProxyHelper
        Get-ProxyHelper | Should -BeNullOrEmpty
        $lines = @(Receive-Job -Name ProxyHelper)
        $lines.Count | Should -Be 2
        $lines[0] | Should -BeLike '*Answering on 194.0.1.1:114 (UDP).'
        $lines[1] | Should -BeLike '*Stopped after 0 queries*'
        (Get-Job -Name ProxyHelper).HasMoreData | Should -BeFalse
    }

    It 'is selected by its name' {
        $null = Start-ProxyHelper 194.0.1.1 -Name one
        $null = Start-ProxyHelper 194.0.22.9 -Name two
        Stop-ProxyHelper -Name o*
        (Get-ProxyHelper).Name | Should -Be two
    }

    It 'is an error if it does not exist: <Command>' -ForEach @(
        @{ Command = 'Get-ProxyHelper -Name nobody'; Cmdlet = 'GetProxyHelper' }
        @{ Command = 'Get-ProxyHelper -Id 4711'; Cmdlet = 'GetProxyHelper' }
        @{ Command = 'Stop-ProxyHelper -Name nobody'; Cmdlet = 'StopProxyHelper' }
    ) {
        $streams = Get-Streams ([scriptblock]::Create($Command))
        $streams.Output | Should -BeNullOrEmpty
        Assert-Error $streams.Error ResponderNotFound $Cmdlet ObjectNotFound Get-ProxyHelper
    }

    It 'is neither started nor stopped with -WhatIf' {
        Start-ProxyHelper 194.0.1.1 -WhatIf | Should -BeNullOrEmpty
        Test-PortFree | Should -BeTrue
        $null = Start-ProxyHelper 194.0.1.1
        Stop-ProxyHelper * -WhatIf
        (Get-ProxyHelper).State | Should -Be Running
        (Test-ProxyHelper @question).Outcome | Should -Be Found
    }

    It 'has a pid file while it runs' {
        $null = Start-ProxyHelper 194.0.1.1 -PidFile "$TestDrive/pid"
        Get-Content "$TestDrive/pid" -Raw | Should -BeExactly "$PID`n"
        Stop-ProxyHelper *
        "$TestDrive/pid" | Should -Not -Exist
    }

    It 'has an up time that ends with the stop' {
        $job = Start-ProxyHelper 194.0.1.1
        $first = $job.Uptime
        Wait-Until { $job.Uptime -gt $first }
        Stop-ProxyHelper ProxyHelper
        $last = $job.Uptime
        [System.Threading.SpinWait]::SpinUntil({ $job.Uptime -ne $last }, 20) | Should -BeFalse
    }

    It 'has latencies after the first reply' {
        $job = Start-ProxyHelper 194.0.1.1
        $job.MedianLatency | Should -BeNullOrEmpty
        $null = Test-ProxyHelper @question
        Wait-Until { $job.MedianLatency }
        $job.Percentile99Latency | Should -BeGreaterOrEqual $job.MedianLatency
        $job.Percentile99Latency | Should -BeLessThan ([timespan]'0:1')
        $job.MedianMilliseconds | Should -Be $job.MedianLatency.TotalMilliseconds
    }

    It 'leaves nothing behind after a thousand starts and stops' -Tag 'clean-stop' {
        # In a shell of its own. A descriptor, a thread or a job that each round left would be counted a thousand times.
        $lines = @(Invoke-NewShell @'
            $ErrorActionPreference = 'Stop'
            $WarningPreference = 'SilentlyContinue'
            Import-Module ProxyHelper
            function Get-Leftover {
                [GC]::Collect(); [GC]::WaitForPendingFinalizers()
                $descriptors = @([IO.Directory]::GetFileSystemEntries('/proc/self/fd').Where({ [IO.FileInfo]::new($_).LinkTarget -match '^(socket|anon_inode):' }))
                $threads = @([IO.Directory]::GetDirectories('/proc/self/task').Where({ [IO.File]::ReadAllText("$_/comm").Trim() -eq 'ProxyHelper' }))
                '{0} jobs, {1} descriptors, {2} threads' -f @(Get-Job).Count, $descriptors.Count, $threads.Count
            }
            function Invoke-Cycle($Round) {
                $job = Start-ProxyHelper 194.0.1.1 -Name "round$Round" -Workers (1 + $Round % 2)
                switch ($Round % 4) {
                    0 { Stop-ProxyHelper $job.Name; Remove-Job $job }
                    1 { Stop-Job $job; Remove-Job $job }
                    2 { Remove-Job $job -Force }
                    3 { Import-Module ProxyHelper -Force; Remove-Job -Name $job.Name }
                }
            }
            foreach ($round in 1..8) { Invoke-Cycle $round }
            Get-Leftover
            foreach ($round in 1..1000) { Invoke-Cycle $round }
            Get-Leftover
'@)
        $lines[0] | Should -BeLike '0 jobs, * 0 threads'
        $lines[1] | Should -BeExactly $lines[0]
    }
}
