# Start-, Get- and Stop-ProxyRelay: a relay as a job, with a real helper, users and a target in one network namespace.

Describe 'A relay' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $relay = @{ Listen = '194.0.22.9:9199'; Target = '127.0.0.1:3128'; Router = '194.0.1.1'; AllowedPort = 25; MaxConnections = 100 }
        $oneMinute = 60000

        # Connects the user behind a port of the router, whom the conntrack table knows as 10.1.1.1:10943 -> 4.1.1.1:25.
        function Connect-User([int] $Port = 20119, [string] $Router = '194.0.1.1') {
            $user = [System.Net.Sockets.TcpClient]::new([ipendpoint]::new([ipaddress]$Router, $Port))
            $user.ReceiveTimeout = $user.SendTimeout = $oneMinute
            $user.Connect('194.0.22.9', 9199)
            $user
        }

        # Gives the next connection of the relay to the target.
        function Receive-Connection {
            $accepting = $target.AcceptTcpClientAsync()
            if (-not $accepting.Wait($oneMinute)) { throw 'The relay does not connect to the target.' }
            $accepting.Result.ReceiveTimeout = $oneMinute
            $accepting.Result
        }

        # Reads exactly as many bytes.
        function Read-Byte([System.Net.Sockets.TcpClient] $Client, [int] $Count) {
            $buffer = [byte[]]::new($Count)
            $Client.GetStream().ReadExactly($buffer, 0, $Count)
            , $buffer
        }

        function Send-Text([System.Net.Sockets.TcpClient] $Client, [string] $Text) {
            $Client.GetStream().Write([Text.Encoding]::ASCII.GetBytes($Text))
        }

        # Says whether the other side has reset or ended the connection.
        function Test-Ended([System.Net.Sockets.TcpClient] $Client) {
            try { $Client.GetStream().ReadByte() -lt 0 } catch [System.IO.IOException] { $true }
        }

        function Test-PortFree {
            $socket = [System.Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
            try {
                $socket.SetSocketOption('Socket', 'ReuseAddress', $true)
                $socket.Bind([ipendpoint]::Parse('194.0.22.9:9199'))
                $socket.Listen()
                $true
            }
            catch [System.Net.Sockets.SocketException] { $false }
            finally { $socket.Dispose() }
        }

        # Runs a command in another runspace, with $job.
        function Start-Command([string] $Command, $Job) {
            $shell = [powershell]::Create().AddScript("param(`$job) Import-Module ProxyHelper; $Command").AddArgument($Job)
            @{ Shell = $shell; Running = $shell.BeginInvoke() }
        }

        function Wait-Command($Started) {
            Wait-Until { $Started.Running.IsCompleted }
            $Started.Shell.EndInvoke($Started.Running)
            $Started.Shell.Streams.Error | Should -BeNullOrEmpty
            $Started.Shell.Runspace.Dispose()
        }
    }
    BeforeEach {
        Initialize-Router
        $target = [System.Net.Sockets.TcpListener]::new([ipendpoint]::Parse('127.0.0.1:3128'))
        $target.Start()
        $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
    }
    AfterEach {
        $target.Stop()
        Clear-Router
    }

    It 'brings the original ends and the bytes of a user to the target, and counts them' {
        $job = Start-ProxyRelay @relay
        "$($job.State) $($job.Location) $($job.Name)" | Should -BeExactly 'Running 194.0.22.9:9199 ProxyRelay'
        $user = Connect-User
        Send-Text $user 'EHLO'
        $there = Receive-Connection
        $header = Read-Byte $there 47
        [Convert]::ToHexString($header[0..15]) | Should -BeExactly '0D0A0D0A000D0A515549540A2111001F'
        "$($header[16..23])" | Should -BeExactly '10 1 1 1 4 1 1 1'
        "$($header[24] * 256 + $header[25]) $($header[26] * 256 + $header[27])" | Should -BeExactly '10943 25'
        [Text.Encoding]::ASCII.GetString((Read-Byte $there 4)) | Should -BeExactly EHLO
        Send-Text $there '250 ok'
        [Text.Encoding]::ASCII.GetString((Read-Byte $user 6)) | Should -BeExactly '250 ok'
        $job.Open | Should -Be 1
        $there.Close()
        Test-Ended $user | Should -BeTrue
        $user.Close()
        Wait-Until { $job.Completed -eq 1 }
        "$($job.Accepted) $($job.Open) $($job.Refused) $($job.Queries) $($job.BytesUp) $($job.BytesDown)" | Should -BeExactly '1 0 0 1 4 6'
        "$($job.StatusMessage)" | Should -BeExactly '1 connections, 0 open, 0 refused'
    }

    It 'logs each connection with -LogConnections' {
        $job = Start-ProxyRelay @relay -LogConnections
        $user = Connect-User
        $there = Receive-Connection
        $user.Close()
        $there.Close()
        Wait-Until { (Get-JobText $job) -match '10\.1\.1\.1:10943.*4\.1\.1\.1:25' }
        $job.Warning | Should -BeNullOrEmpty
    }

    It 'resets a connection that the helper does not find, and says why' {
        $job = Start-ProxyRelay @relay
        $user = Connect-User 20120
        Test-Ended $user | Should -BeTrue
        Wait-Until { $job.NotFound -eq 1 }
        "$($job.Refused): $($job.RefusalReasons)" | Should -BeExactly '1: not found 1'
        Wait-Until { "$($job.Warning)" -like '*the helper did not find it*' }
        $job.LastFault | Should -BeLike '*194.0.1.1:20120*'
        $user.Close()
    }

    It 'resets a connection to a port that is not allowed, and one that comes from no router' {
        $webOnly = $relay.Clone()
        $webOnly.AllowedPort = '80', '8000-8099'
        $job = Start-ProxyRelay @webOnly
        foreach ($user in (Connect-User), (Connect-User 20119 194.0.22.9)) {
            Test-Ended $user | Should -BeTrue
            $user.Close()
        }
        Wait-Until { $job.Refused -eq 2 }
        "$($job.PortNotAllowed) $($job.NotRouter)" | Should -BeExactly '1 1'
    }

    It 'frees its port when it is ended by: <_>' -ForEach @(
        'Stop-ProxyRelay ProxyRelay'
        'Get-ProxyRelay | Stop-ProxyRelay'
        'Stop-ProxyRelay -Id (Get-ProxyRelay).Id'
        'Stop-ProxyRelay @(Get-ProxyRelay)'
        'Stop-ProxyRelay -Job (Get-ProxyRelay) -Force'
        'Stop-Job -Name ProxyRelay; Wait-Job -Name ProxyRelay'
        'Remove-Job -Name ProxyRelay -Force'
        'Remove-Module ProxyHelper'
        'Import-Module ProxyHelper -Force'
    ) {
        $job = Start-ProxyRelay @relay
        Test-PortFree | Should -BeFalse
        $null = & ([scriptblock]::Create($_))
        Test-PortFree | Should -BeTrue
        $job.State | Should -Be Stopped
    }

    It 'lets open connections finish at a stop, and accepts no new one' {
        $job = Start-ProxyRelay @relay
        $user = Connect-User
        $there = Receive-Connection
        $null = Read-Byte $there 47
        $stop = Start-Command 'Stop-ProxyRelay -Job $job' $job
        Wait-Until { $job.State -eq 'Stopping' }
        (Get-ProxyRelay).State | Should -Be Stopping
        Wait-Until { Test-PortFree }
        Send-Text $user late
        [Text.Encoding]::ASCII.GetString((Read-Byte $there 4)) | Should -BeExactly late
        $stop.Running.IsCompleted | Should -BeFalse
        $there.Close()
        $user.Close()
        Wait-Command $stop
        "$($job.State) $($job.Completed) $($job.Drained)" | Should -BeExactly 'Stopped 1 0'
    }

    It 'goes on to stop after Ctrl+C, and -Force ends that at once' {
        $job = Start-ProxyRelay @relay
        $user = Connect-User
        $there = Receive-Connection
        $stop = Start-Command 'Stop-ProxyRelay -Job $job' $job
        Wait-Until { $job.State -eq 'Stopping' }
        $stop.Shell.Stop()
        $stop.Shell.Runspace.Dispose()
        "$($job.State) $($job.Open)" | Should -BeExactly 'Stopping 1'
        (Stop-ProxyRelay ProxyRelay -Force -PassThru).State | Should -Be Stopped
        Test-Ended $user | Should -BeTrue
        $user.Close()
        $there.Close()
        $job.Open | Should -Be 0
    }

    It 'resets open connections at once if <Name>' -ForEach @(
        @{ Name = 'the drain time is 0'; Parameters = @{ DrainTime = 0 }; End = 'Stop-ProxyRelay ProxyRelay' }
        @{ Name = 'the module is removed'; Parameters = @{}; End = 'Remove-Module ProxyHelper' }
    ) {
        $job = Start-ProxyRelay @relay @Parameters
        $user = Connect-User
        $there = Receive-Connection
        & ([scriptblock]::Create($End))
        $job.State | Should -Be Stopped
        Test-Ended $user | Should -BeTrue
        $user.Close()
        $there.Close()
    }

    It 'is neither started nor stopped with -WhatIf' {
        Start-ProxyRelay @relay -WhatIf | Should -BeNullOrEmpty
        Test-PortFree | Should -BeTrue
        $null = Start-ProxyRelay @relay
        Stop-ProxyRelay * -WhatIf
        (Get-ProxyRelay).State | Should -Be Running
    }

    It 'has a PID file while it runs' {
        $null = Start-ProxyRelay @relay -PidFile "$TestDrive/relay.pid"
        Get-Content "$TestDrive/relay.pid" -Raw | Should -BeExactly "$PID`n"
        Stop-ProxyRelay *
        "$TestDrive/relay.pid" | Should -Not -Exist
    }

    It 'is not among the helpers, nor a helper among the relays' {
        $null = Start-ProxyRelay @relay
        (Get-ProxyHelper).Name | Should -BeExactly ProxyHelper
        (Get-ProxyRelay).Name | Should -BeExactly ProxyRelay
        Assert-Error (Get-Streams { Get-ProxyHelper | Stop-ProxyRelay }).Error NotARelay StopProxyRelay InvalidArgument Stop-Job
        Assert-Error (Get-Streams { Get-ProxyRelay | Stop-ProxyHelper }).Error NotAResponder StopProxyHelper InvalidArgument Stop-Job
        @(Get-Job | Where-Object State -EQ Running).Count | Should -Be 2
    }

    It 'is what Test-ProxyHelperSetup checks in its session, if no helper is there' {
        Stop-ProxyHelper *
        $null = Start-ProxyRelay @relay
        $findings = @(Test-ProxyHelperSetup -TimeoutSeconds 0.2)
        "$($findings.ForEach{ "$($_.Check)=$($_.Severity)" })" | Should -BeExactly (
            'Host=Passed Router=Passed UDP answer=Failed Secret=Skipped Target=Passed PROXY header=Passed Open files=Passed DNAT rule=Skipped')
        $findings[-1].Action | Should -BeLike '*-Role Router -Proxy 194.0.22.9:9199*'
        $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
        (Test-ProxyHelperSetup -Role Relay -TimeoutSeconds 30 -ProxyProtocol None | Where-Object Check -EQ 'UDP answer').Severity | Should -Be Passed
        (Test-ProxyHelperSetup)[0].Reason | Should -BeLike '*router*'
    }

    It 'fits into 80 columns, and its list shows the reasons' {
        $job = Start-ProxyRelay @relay
        $user = Connect-User 20120
        Test-Ended $user | Should -BeTrue
        $user.Close()
        Wait-Until { $job.Refused -eq 1 }
        $lines = ($job | Out-String -Width 80).Trim().Split("`n").Trim()
        $lines[0] | Should -Match '^Id Name +State +Listening +Open +Accepted +Refused$'
        $lines[2] | Should -Match '^\d+ ProxyRelay +Running +194\.0\.22\.9:9199 +0 +1 +1$'
        $job | Format-List | Out-String | Should -Match '- by reason +: not found 1'
    }

    It 'keeps its counters in another session' {
        $job = Start-ProxyRelay @relay
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($job))
        "$($copy.Accepted) $($copy.Target) $($copy.Routers)" | Should -BeExactly '0 127.0.0.1:3128 194.0.1.1'
        ($copy | Out-String -Width 120) | Should -Match 'ProxyRelay +Running +194\.0\.22\.9:9199'
    }

    It 'has a property for each outcome' {
        $job = Start-ProxyRelay @relay
        $names = @{ Finished = 'Completed'; IdleTimeout = 'IdleTimeouts'; HalfClosedTimeout = 'HalfClosedTimeouts'; Loop = 'Loops'
            TargetTimeout = 'TargetTimeouts'; LocalFault = 'LocalFaults'; IgnoredReply = 'IgnoredReplies'; AcceptError = 'AcceptErrors' }
        foreach ($outcome in [ProxyHelper.Relay.RelayOutcomes]::All.Outcome) {
            $name = $names["$outcome"] ?? "$outcome"
            $job.$name | Should -Be 0 -Because $name
        }
    }
}

Describe 'Start-ProxyRelay' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'accepts <_>' -ForEach @(
        '194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80'
        "194.0.22.9:9199, 194.0.1.1:9199 unix:/run/relay.sock 194.0.1.0/24, 10.0.0.1 -AllowedPort 80, '8000-8099' -ProxyProtocol V1"
        "-Listen ([ipendpoint]'194.0.22.9:9199') -Target ([ipendpoint]'127.0.0.1:3128') -Router ([ipaddress]'194.0.1.1') -AllowedPort 80 -Workers 2"
        "'0.0.0.0:9199' 127.0.0.1:3128 194.0.1.1 -AllowedPort 1-65535 -HelperPort 1114 -Secret 7 -IdleTimeout 0:5 -ConnectTimeout 2 -DrainTime 0"
        '194.0.22.10:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 -AllowAbsentAddress -MaxQueries 5 -MaxConnectionsPerSource 0'
    ) {
        (& ([scriptblock]::Create("Start-ProxyRelay $_ -MaxConnections 100"))).State | Should -Be Running
    }

    It 'warns if every port is allowed, and leaves nothing behind if the warning ends it' {
        $streams = Get-Streams { Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -MaxConnections 100 }
        "$($streams.Warning)" | Should -BeLike "-AllowedPort is missing: the relay passes on connections to every port. *'-AllowedPort 80, 443'."
        Stop-ProxyRelay *
        $failure = Get-Failure { Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -PidFile "$TestDrive/pid" -WarningAction Stop }
        "$failure" | Should -BeLike '*-AllowedPort is missing*'
        Get-ProxyRelay | Should -BeNullOrEmpty
        "$TestDrive/pid" | Should -Not -Exist
    }

    It 'warns if this process may not open enough descriptors' {
        $shown = Invoke-NewShell 'Import-Module ProxyHelper; Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 3>&1' `
            -Prefix 'prlimit', '--nofile=1024'
        ($shown -join ' ') -replace '\s+', ' ' | Should -BeLike "*20000 connections need * descriptors, and this process may open 1024.*ulimit -n*"
    }

    It 'refuses <Arguments> and says how it is written' -ForEach @(
        @{ Arguments = '194.0.22.9 127.0.0.1:3128 194.0.1.1'; Message = "'Listen'*is not an address and a port*194.0.22.9:9199" }
        @{ Arguments = 'proxy:9199 127.0.0.1:3128 194.0.1.1'; Message = "'Listen'*getent ahostsv4 proxy" }
        @{ Arguments = "'[::1]:9199' 127.0.0.1:3128 194.0.1.1"; Message = "'Listen'*IPv4" }
        @{ Arguments = '224.0.0.1:9199 127.0.0.1:3128 194.0.1.1'; Message = "'Listen'*no single host" }
        @{ Arguments = '194.0.22.9:0 127.0.0.1:3128 194.0.1.1'; Message = "'Listen'*" }
        @{ Arguments = '194.0.22.9:9199 localhost:3128 194.0.1.1'; Message = "'Target'*is not a target*127.0.0.1:3128*unix:/" }
        @{ Arguments = '194.0.22.9:9199 unix:relay.sock 194.0.1.1'; Message = "'Target'*full path" }
        @{ Arguments = '194.0.22.9:9199 127.0.0.1:3128 router'; Message = "'Router'*'router' is not an IPv4 address or prefix" }
        @{ Arguments = '194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 0'; Message = "'AllowedPort'*neither a port from 1 to 65535 nor a range" }
        @{ Arguments = '194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 90-80'; Message = "'AllowedPort'*neither a port" }
        @{ Arguments = '194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -MaxConnections 0'; Message = "'MaxConnections'*whole number from 1 to 1000000" }
        @{ Arguments = '194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -ProxyProtocol V3'; Message = "'ProxyProtocol'*V2" }
    ) {
        "$(Get-Failure ([scriptblock]::Create("Start-ProxyRelay $Arguments")))" | Should -BeLike "*$Message*"
        Get-Job | Should -BeNullOrEmpty
    }

    It 'explains <Id>: <Arguments>' -ForEach @(
        @{ Id = 'AddressInUse'; Before = "`$socket = [Net.Sockets.TcpListener]::new([ipendpoint]'194.0.22.9:9199'); `$socket.Start()"
            Category = 'ResourceBusy'; NextStep = 'Get-ProxyRelay' }
        @{ Id = 'AddressInUse'; Before = '$null = Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 -MaxConnections 100 -Name first'
            Category = 'ResourceBusy'; NextStep = 'Stop-ProxyRelay -Id' }
        @{ Id = 'AddressNotLocal'; Listen = '194.0.22.10:9199'; Category = 'InvalidArgument'; NextStep = 'DNAT' }
        @{ Id = 'TimeOutOfRange'; Arguments = '-IdleTimeout 0'; Category = 'InvalidArgument'; NextStep = '-IdleTimeout 60' }
        @{ Id = 'TimeOutOfRange'; Arguments = '-DrainTime 8.0:0'; Category = 'InvalidArgument'; NextStep = '-DrainTime 60' }
        @{ Id = 'SecretGivenTwice'; Arguments = '-Secret 1 -SecretFile /nowhere'; Category = 'InvalidArgument'; NextStep = 'only one of these parameters' }
        @{ Id = 'SecretFileNotFound'; Arguments = '-SecretFile /nowhere/secret'; Category = 'ObjectNotFound'; NextStep = 'Check the path' }
        @{ Id = 'PidFileFolderMissing'; Arguments = '-PidFile /nowhere/relay.pid'; Category = 'ObjectNotFound'; NextStep = 'mkdir -p /nowhere' }
    ) {
        if ($Before) { . ([scriptblock]::Create($Before)) }
        $address = $Listen ?? '194.0.22.9:9199'
        try {
            $failure = Get-Failure ([scriptblock]::Create("Start-ProxyRelay $address 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 -MaxConnections 100 $Arguments"))
            Assert-Error $failure $Id StartProxyRelay $Category $NextStep
        }
        finally { if ($socket) { $socket.Stop() } }
    }

    It 'needs a capability for a low port only, and says so' {
        $failure = (Invoke-WithoutCapability NetBindService 'try { Start-ProxyRelay 194.0.22.9:80 127.0.0.1:3128 194.0.1.1 -ErrorAction Stop } catch { $_ }')[0]
        Assert-Error $failure PortNeedsPrivilege StartProxyRelay PermissionDenied 'from 1024 to 65535'
        $state = Invoke-WithoutCapability NetAdmin `
            '(Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 -MaxConnections 100).State'
        "$state" | Should -BeExactly Running
    }

    It 'is an error if it does not exist: <_>' -ForEach 'Get-ProxyRelay -Name nobody', 'Get-ProxyRelay -Id 4711', 'Stop-ProxyRelay -Name nobody' {
        $streams = Get-Streams ([scriptblock]::Create($_))
        $streams.Output | Should -BeNullOrEmpty
        Assert-Error $streams.Error RelayNotFound (($_ -split ' ')[0] -replace '-') ObjectNotFound Get-ProxyRelay
    }

    It 'leaves nothing behind after two hundred starts and stops' {
        $lines = @(Invoke-NewShell @'
            $ErrorActionPreference = 'Stop'
            Import-Module ProxyHelper
            function Get-Leftover {
                [GC]::Collect(); [GC]::WaitForPendingFinalizers()
                $descriptors = @([IO.Directory]::GetFileSystemEntries('/proc/self/fd').Where({ [IO.FileInfo]::new($_).LinkTarget -match '^(socket|pipe|anon_inode):' }))
                '{0} jobs, {1} descriptors' -f @(Get-Job).Count, $descriptors.Count
            }
            function Invoke-Cycle($Round) {
                $job = Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 -MaxConnections 100 -Name "round$Round" -Workers (1 + $Round % 2)
                switch ($Round % 4) {
                    0 { Stop-ProxyRelay $job.Name; Remove-Job $job }
                    1 { Stop-Job $job; Remove-Job $job }
                    2 { Remove-Job $job -Force }
                    3 { Import-Module ProxyHelper -Force; Remove-Job -Name $job.Name }
                }
            }
            foreach ($round in 1..8) { Invoke-Cycle $round }
            Get-Leftover
            foreach ($round in 1..200) { Invoke-Cycle $round }
            Get-Leftover
'@)
        $lines[0] | Should -BeLike '0 jobs, *'
        $lines[1] | Should -BeExactly $lines[0]
    }
}
