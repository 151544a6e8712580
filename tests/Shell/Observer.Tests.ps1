# Nothing that a reader of a helper's job does ends the helper, changes the state of its job, or keeps its port.

BeforeDiscovery {
    $streams = 'Output', 'Error', 'Warning', 'Verbose', 'Debug', 'Progress', 'Information'
    # The type compiles once. A script block as an event handler would need a runspace on the helper's thread.
    $harms = @(
        foreach ($stream in $streams) { @{ Harm = "`$job.$stream.Complete()" } }
        foreach ($stream in $streams) { @{ Harm = "`$job.$stream.Dispose()" } }
        @{ Harm = '$job.Warning.Clear(); $job.Output.Clear()' }
        @{ Harm = '[Harm]::ThrowOnWarning($job)' }
        @{ Harm = '[Harm]::ThrowOnState($job)' }
        @{ Harm = '$job.add_StateChanged({ throw "observer" })' }
        foreach ($stream in $streams) { @{ Harm = "[Harm]::Block(`$job.$stream)" } }
        @{ Harm = '[Harm]::BlockOnState($job)' }
        @{ Harm = '[Harm]::StopOnWarning($job)'; Ends = $true }
    )
    $ends = 'Stop-ProxyHelper -Id $job.Id', 'Stop-Job $job', 'Remove-Job $job -Force', 'Remove-Module ProxyHelper', '$job.StopJob()', '$job.Dispose()'
}

Describe 'A helper whose job is read by somebody else' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        Add-Type -TypeDefinition @'
            using System;
            using System.Management.Automation;
            using System.Threading;

            public static class Harm
            {
                private static readonly ManualResetEvent Never = new ManualResetEvent(false);

                public static void ThrowOnWarning(Job job) => job.Warning.DataAdded += (_, _) => throw new InvalidOperationException("observer");
                public static void ThrowOnState(Job job) => job.StateChanged += (_, _) => throw new InvalidOperationException("observer");
                public static void Block<T>(PSDataCollection<T> stream) => stream.DataAdded += (_, _) => Never.WaitOne();
                public static void BlockOnState(Job job) => job.StateChanged += (_, _) => Never.WaitOne();
                public static void StopOnWarning(Job job) => job.Warning.DataAdded += (_, _) => job.StopJob();
            }
'@
        function Test-PortFree {
            $socket = [System.Net.Sockets.Socket]::new('InterNetwork', 'Dgram', 'Udp')
            try { $socket.Bind([ipendpoint]::Parse('194.0.1.1:114')); $true }
            catch [System.Net.Sockets.SocketException] { $false }
            finally { $socket.Dispose() }
        }

        # Makes the helper write a notice: the query has no secret.
        function Send-WrongSecret {
            $null = Test-ProxyHelper @shortQuestion
            Wait-Until { $job.WrongSecret }
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'goes on after: <Harm>' -ForEach $harms.Where({ -not $_.Ends }) {
        $job = Start-ProxyHelper 194.0.1.1 -Secret 7
        . ([scriptblock]::Create($Harm))
        Send-WrongSecret
        (Test-ProxyHelper @question -Secret 7).Outcome | Should -Be Found
        "$($job.State)" | Should -BeExactly Running
        Get-ProxyHelper | Should -Be $job
        Stop-ProxyHelper ProxyHelper
        Test-PortFree | Should -BeTrue
        "$($job.State)" | Should -BeExactly Stopped
        "$($job.Found) $($job.WrongSecret)" | Should -BeExactly '1 1'
        Remove-Job $job
    }

    It 'is stopped by <End> after its streams were completed' -ForEach $ends.ForEach({ @{ End = $_ } }) {
        $job = Start-ProxyHelper 194.0.1.1 -Secret 7
        $other = Start-ProxyHelper 194.0.22.9 -Name other
        foreach ($each in $job, $other) { foreach ($stream in 'Warning', 'Output', 'Error') { $each.$stream.Complete() } }
        Send-WrongSecret
        $errorCount = $Error.Count
        . ([scriptblock]::Create($End))
        Test-PortFree | Should -BeTrue
        "$($job.JobStateInfo.State)" | Should -BeExactly Stopped
        $Error.Count | Should -Be $errorCount
        Import-Module ProxyHelper
        (Start-ProxyHelper 194.0.1.1 -Name again).State | Should -Be Running
    }

    It 'is stopped by <End> while readers of its streams block' -ForEach $ends.ForEach({ @{ End = $_ } }) {
        $job = Start-ProxyHelper 194.0.1.1 -Secret 7
        [Harm]::Block($job.Output)
        [Harm]::Block($job.Error)
        [Harm]::Block($job.Warning)
        Send-WrongSecret
        . ([scriptblock]::Create($End))
        Test-PortFree | Should -BeTrue
        "$($job.JobStateInfo.State)" | Should -BeExactly Stopped
        Import-Module ProxyHelper
        (Start-ProxyHelper 194.0.1.1 -Name again).State | Should -Be Running
    }

    It 'is stopped by a reader that stops it from its event handler' {
        $job = Start-ProxyHelper 194.0.1.1 -Secret 7
        [Harm]::StopOnWarning($job)
        Send-WrongSecret
        Wait-Until { "$($job.State)" -eq 'Stopped' }
        Test-PortFree | Should -BeTrue
    }

    It 'is failed only if the helper failed, after: <Harm>' -ForEach @(
        @{ Harm = '$job.Warning.Complete(); $job.Output.Complete(); $job.Error.Complete()' }
        @{ Harm = '[Harm]::Block($job.Error)' }
        @{ Harm = '[Harm]::Block($job.Output)' }
    ) {
        $job = Start-ProxyHelper 194.0.1.1
        . ([scriptblock]::Create($Harm))
        [ProxyHelper.TestSupport.Breakage]::BreakUdpSockets()
        $null = Test-ProxyHelper @shortQuestion
        Wait-Until { "$($job.State)" -eq 'Failed' }
        $job.LastFault | Should -BeLike '*queries get no reply*'
        Test-PortFree | Should -BeTrue
    }

    It 'keeps its newest notices while they are read as fast as they come' {
        $job = Start-ProxyHelper 194.0.1.1
        $read = [hashtable]::Synchronized(@{ Count = 0 })
        $reader = Start-ThreadJob {
            $job, $read = $using:job, $using:read
            while ("$($job.State)" -eq 'Running') { $read.Count += @(Receive-Job $job -ErrorAction Stop 3>&1).Count }
        }
        # The helper writes few notices. The flood calls what the helper calls, and lasts until the reader has read of it.
        $add = (Get-Command Start-ProxyHelper).ImplementingType.Assembly.GetType('ProxyHelper.PowerShell.JobStream').GetMethod('Add').MakeGenericMethod([System.Management.Automation.WarningRecord])
        $stream = [System.Linq.Expressions.Expression]::Lambda([System.Linq.Expressions.Expression]::Constant($job.Warning)).Compile()
        $number = 0
        while ($number -lt 20000 -or ($read.Count -le 1000 -and $reader.State -in 'NotStarted', 'Running')) {
            $null = $add.Invoke($null, @($stream, [System.Management.Automation.WarningRecord]::new("notice $(($number++))")))
        }
        "$($job.State)" | Should -BeExactly Running
        (Test-ProxyHelper @question).Outcome | Should -Be Found
        Stop-ProxyHelper ProxyHelper
        Receive-Job $reader -Wait -ErrorAction Stop
        $read.Count | Should -BeGreaterThan 1000
        $job.Warning.Count | Should -BeLessOrEqual 100
    }

    It 'frees its port when a shell exits whose readers completed, blocked and threw' {
        $lines = Invoke-NewShell @'
            $WarningPreference = 'SilentlyContinue'
            Import-Module ProxyHelper
            $jobs = 'one', 'two' | ForEach-Object { $port = 114 } { Start-ProxyHelper 194.0.1.1 -Port ($port++) -Name $_ }
            foreach ($job in $jobs) { $job.Warning.Complete(); $job.add_StateChanged({ throw 'observer' }) }
            Add-Type -TypeDefinition @"
                public static class Harm
                {
                    public static void Block(System.Management.Automation.Job job) =>
                        job.Output.DataAdded += (_, _) => System.Threading.Thread.Sleep(-1);
                }
"@
            [Harm]::Block($jobs[0])
            $jobs[1].Output.Complete()
            "$($jobs.State)"
            exit 7
'@
        $lines | Should -BeExactly 'Running Running'
        $LASTEXITCODE | Should -Be 7
        Test-PortFree | Should -BeTrue
    }

    It 'holds no buffers if it is kept after its stop, and keeps its counts' {
        $lines = Invoke-NewShell @'
            $WarningPreference = 'SilentlyContinue'
            Import-Module ProxyHelper
            function Get-Memory {
                foreach ($time in 1..5) { [GC]::Collect(2, 'Forced', $true, $true); [GC]::WaitForPendingFinalizers() }
                [GC]::GetTotalMemory($true)
            }
            function Start-Stopped { Start-ProxyHelper 194.0.1.1 -Workers 8 -TcpPort 114 | Stop-ProxyHelper -PassThru }
            Start-Stopped | Remove-Job
            $before = Get-Memory
            $jobs = foreach ($time in 1..10) { Start-Stopped }
            [int](((Get-Memory) - $before) / 80)
            $job = Start-ProxyHelper 194.0.1.1
            $null = Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -TimeoutSeconds 30
            $job | Stop-ProxyHelper
            "$($job.Queries) $($job.Found) $($job.Location) $($null -ne $job.MedianLatency) $($jobs.Count)"
'@
        [int]$lines[0] | Should -BeLessThan 50000 # bytes for each worker; a worker's buffers have 360,000
        $lines[1] | Should -BeExactly '1 1 194.0.1.1:114 True 10'
    }
}
