# Start-ProxyHelper: how its parameters are written, and what an impossible start says.

Describe 'Start-ProxyHelper' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'answers the proxy with <_>' -ForEach @(
        '-AllowedProxy 194.0.22.9'
        "-AllowedProxy '194.0.22.0/24', 10.1.1.1"
        "-AllowedProxy ([ipaddress]'194.0.22.9')"
        "-TrustedClient 194.0.22.0/24, ([ipaddress]'10.1.1.1') -MaxQueriesPerSecond 5 -MaxQueueDelay 0:0:0.5 -Workers 2"
        '-MaxQueriesPerSecond 0 -MaxQueueDelay ([timespan]::FromMinutes(1)) -AllowAbsentAddress'
        '-MaxQueueDelay 30' # the engine alone would take 30 as 3 microseconds
        "-MaxQueueDelay '30'" # and '30' as 30 days
        '-MaxQueueDelay 0.5e2'
        "-MaxQueueDelay '.5'"
        '-MaxQueueDelay 0:0:30'
        '-MaxQueueDelay ([timespan]::FromSeconds(30))'
        '-FailoverGrace 0'
        "-FailoverGrace '0:1'"
        '-FailoverGrace 0.5 -TcpPort 114'
    ) {
        $null = & ([scriptblock]::Create("Start-ProxyHelper 194.0.1.1 $_"))
        (Test-ProxyHelper 194.0.1.1 @question).Outcome | Should -Be Found
    }

    It 'warns once that every host may ask, unless -AllowedProxy is given' -Tag 'allowed-proxies' {
        $streams = Get-Streams { Start-ProxyHelper 194.0.1.1 }
        $streams.Output.State | Should -Be Running
        "$($streams.Warning)" | Should -BeExactly ("-AllowedProxy is missing: every host may ask about connections to its own address. " +
            "Use -AllowedProxy with the address of the proxy, such as '-AllowedProxy 194.0.22.9'.")
        (Get-Streams { Start-ProxyHelper 194.0.22.9 -AllowedProxy 194.0.22.9 }).Warning | Should -BeNullOrEmpty
        (Get-Streams { Start-ProxyHelper 194.0.1.1 -Port 115 -WhatIf }).Warning | Should -BeNullOrEmpty
    }

    It 'leaves nothing behind if the warning ends the cmdlet' {
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -PidFile "$TestDrive/pid" -WarningAction Stop }
        "$failure" | Should -BeLike '*-AllowedProxy is missing*'
        Get-Job | Should -BeNullOrEmpty
        "$TestDrive/pid" | Should -Not -Exist
        (Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9).State | Should -Be Running
    }

    It 'takes text from a configuration: <_>' -ForEach '194.0.22.9', '194.0.22.0/24 10.0.0.0/8' {
        $given = @{ BindAddress = '194.0.1.1'; AllowedProxy = -split $_; TrustedClient = -split $_ }
        $null = Start-ProxyHelper @given
        (Test-ProxyHelper @question).Outcome | Should -Be Found
    }

    It 'refuses <Arguments> and says how it is written' -ForEach @(
        @{ Arguments = '-AllowedProxy proxy'; Message = "'proxy' is not an IPv4 address or prefix. Write an address such as 194.0.22.9, or a prefix such as 194.0.22.0/24." }
        @{ Arguments = '-AllowedProxy 10.1.1.1/8'; Message = 'Did you mean 10.0.0.0/8, or the one address?' }
        @{ Arguments = '-TrustedClient 2001:db8::1'; Message = 'is not an IPv4 address or prefix' }
        @{ Arguments = "-TrustedClient ([ipaddress]'::1')"; Message = "'::1' is not an IPv4 address" }
        @{ Arguments = '-AllowedProxy @()'; Message = 'AllowedProxy' }
        @{ Arguments = "-AllowedProxy ([ipaddress]'2001:db8::1')"; Message = "'2001:db8::1' is not an IPv4 address" }
        @{ Arguments = "-AllowedProxy '194.0.22.9', `$null"; Message = 'A value of the list is null' }
        @{ Arguments = '-AllowedProxy 0.0.0.0'; Message = '0.0.0.0/0 allows everyone' }
        @{ Arguments = "-AllowedProxy 194.0.22.9, ([ipaddress]'0.0.0.0')"; Message = '0.0.0.0/0 allows everyone' }
        @{ Arguments = '-TrustedClient 0.0.0.0/8'; Message = '0.0.0.0/0 allows everyone' }
        @{ Arguments = '-AllowedProxy 255.255.255.255'; Message = '255.255.255.255 is a broadcast address' }
        @{ Arguments = '-TrustedClient 224.0.0.0/4'; Message = '224.0.0.0/4 is a multicast address' }
        @{ Arguments = '-AllowedProxy 127.255.255.255'; Message = '127.255.255.255 is the broadcast address of a local subnet' }
        @{ Arguments = '-TrustedClient 127.255.255.255'; Message = '127.255.255.255 is the broadcast address of a local subnet' }
        @{ Arguments = '-MaxQueriesPerSecond -1'; Message = 'MaxQueriesPerSecond' }
        @{ Arguments = '-MaxQueriesPerSecond 1000001'; Message = 'MaxQueriesPerSecond' }
        @{ Arguments = '-Workers 0'; Message = 'Workers' }
        @{ Arguments = '-Workers 65'; Message = 'Workers' }
    ) {
        "$(Get-Failure ([scriptblock]::Create("Start-ProxyHelper 194.0.1.1 $Arguments")))" | Should -BeLike "*$Message*"
        Get-Job | Should -BeNullOrEmpty
    }

    It 'refuses a queue delay of <_>' -ForEach "'0:0:0'", "'0:1:1'", "'-0:0:1'", '0', '61', '-1' {
        $failure = Get-Failure ([scriptblock]::Create("Start-ProxyHelper 194.0.1.1 -MaxQueueDelay $_"))
        Assert-Error $failure MaxQueueDelayOutOfRange StartProxyHelper InvalidArgument '-MaxQueueDelay 1'
        "$failure" | Should -BeLike '*at most 60 s*'
        $failure.TargetObject | Should -Be ($_ -match ':' ? [timespan]$_.Trim("'") : [timespan]::FromSeconds($_))
    }

    It 'refuses a failover grace of <_>' -ForEach "'0:1:1'", "'-0:0:1'", '61', '-1' {
        $failure = Get-Failure ([scriptblock]::Create("Start-ProxyHelper 194.0.1.1 -FailoverGrace $_"))
        Assert-Error $failure FailoverGraceOutOfRange StartProxyHelper InvalidArgument '-FailoverGrace 3'
        "$failure" | Should -BeLike '*is not 0 to 60 s*'
        $failure.TargetObject | Should -Be ($_ -match ':' ? [timespan]$_.Trim("'") : [timespan]::FromSeconds($_))
    }

    It 'lets a query wait for its entry after the address has appeared' {
        Remove-Flow ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
        $job = Start-ProxyHelper 194.0.1.1 -FailoverGrace 60 -MaxQueueDelay 60
        foreach ($address in '194.0.1.1', '194.0.22.9') { # both, so that their order stays
            ip address del "$address/32" dev lo
            ip address add "$address/32" dev lo
        }
        Wait-Until { (Get-JobText $job) -like '*The address 194.0.1.1 appeared. For 60 s,*' }
        $asking = Start-ThreadJob { $asked = $using:question; Import-Module ProxyHelper; Test-ProxyHelper @asked }
        Wait-Until { $job.GraceWaits -eq 1 }
        $job.NotFound | Should -Be 0
        Add-Flow ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
        (Receive-Job $asking -Wait -AutoRemoveJob).Outcome | Should -Be Found
        "$($job.Found) $($job.GraceWaits) $($job.GraceFinds)" | Should -BeExactly '1 1 1'
    }

    It 'warns if every host may ask about all connections: <_>' -ForEach '0.0.0.0/0', '0.0.0.0/1, 128.0.0.0/1' {
        foreach ($allowed in '', '-AllowedProxy 194.0.22.9') {
            $streams = Get-Streams ([scriptblock]::Create("Start-ProxyHelper 194.0.1.1 $allowed -TrustedClient $_ | Stop-ProxyHelper"))
            "$($streams.Warning.Message)" | Should -BeLike '-TrustedClient contains every address: every host may ask about all connections.*'
        }
        $streams = Get-Streams { Start-ProxyHelper 194.0.1.1 -TrustedClient 0.0.0.0/1 }
        "$($streams.Warning.Message)" | Should -BeLike '-AllowedProxy is missing: *own address*'
    }

    It 'binds addresses that may ask by name only' {
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 194.0.22.9 } # a forgotten comma gives no access
        $failure.FullyQualifiedErrorId | Should -BeExactly 'PositionalParameterNotFound,ProxyHelper.PowerShell.Commands.StartProxyHelperCommand'
        Get-Job | Should -BeNullOrEmpty
    }

    It 'needs -AllowAbsentAddress for an address that the host does not have yet' {
        Assert-Error (Get-Failure { Start-ProxyHelper 203.0.113.5 }) AddressNotLocal StartProxyHelper InvalidArgument -AllowAbsentAddress
        (Start-ProxyHelper 203.0.113.5 -AllowAbsentAddress).State | Should -Be Running
    }

    It 'names the end point that is in use, and starts on no other address' {
        $null = Start-ProxyHelper 194.0.1.1
        $failure = Get-Failure { Start-ProxyHelper 194.0.22.9, 194.0.1.1 -Name second }
        Assert-Error $failure AddressInUse StartProxyHelper ResourceBusy "Stop-ProxyHelper -Id $((Get-Job).Id)"
        $failure.TargetObject | Should -Be ([ipendpoint]::Parse('194.0.1.1:114'))
        (Get-Job).Name | Should -Be ProxyHelper
        (Test-ProxyHelper @question).Outcome | Should -Be Found
        (Start-ProxyHelper 194.0.22.9).State | Should -Be Running
    }

    It 'names the TCP port that is in use, and starts on no UDP port' {
        $null = Start-ProxyHelper 194.0.1.1 -TcpPort 114
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -Port 115 -TcpPort 114 }
        Assert-Error $failure AddressInUse StartProxyHelper ResourceBusy "Stop-ProxyHelper -Id $((Get-Job).Id)"
        "$failure" | Should -BeLike '*194.0.1.1:114 (TCP)*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-TcpPort*'
        (Start-ProxyHelper 194.0.1.1 -Port 115).State | Should -Be Running
    }

    It 'names the addresses of this host if it gets the address of another' {
        $failure = Get-Failure { Start-ProxyHelper 192.0.2.1 }
        Assert-Error $failure AddressNotLocal StartProxyHelper InvalidArgument '0.0.0.0'
        "$failure" | Should -BeLike '*194.0.1.1*'
        Get-Job | Should -BeNullOrEmpty
    }

    It 'refuses IPv6, which smtp-gated does not have' {
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1, ::1 }
        Assert-Error $failure BindAddressNotIPv4 StartProxyHelper InvalidArgument 'Start-ProxyHelper 194.0.1.1'
        "$($failure.TargetObject)" | Should -BeExactly '::1'
    }

    It 'reports a pid file that it cannot write before anything starts' {
        Assert-Error (Get-Failure { Start-ProxyHelper 194.0.1.1 -PidFile /nowhere/at/all.pid }) PidFileFolderMissing StartProxyHelper ObjectNotFound 'mkdir -p /nowhere/at'
        Get-Job | Should -BeNullOrEmpty
    }

    It 'refuses a path of another provider for -<Parameter>' -ForEach @(
        @{ Parameter = 'SecretFile'; Id = 'SecretFileUnusable' }
        @{ Parameter = 'PidFile'; Id = 'PidFileUnusable' }
    ) {
        $path = @{ $Parameter = 'Variable:secret' } # not the file ./secret in the directory of the process
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 @path }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$failure" | Should -BeLike "*'Variable:secret' is not a file*"
        Get-Job | Should -BeNullOrEmpty
    }

    It 'names the capability that it lacks to use conntrack, and writes no pid file' {
        $failure = Invoke-WithoutCapability NetAdmin "try { Start-ProxyHelper 194.0.1.1 -PidFile '$TestDrive/pid' } catch { `$_ }; Get-Job"
        Assert-Error $failure NeedsNetAdmin StartProxyHelper PermissionDenied CAP_NET_ADMIN
        "$TestDrive/pid" | Should -Not -Exist
    }

    It 'names the ports that need no privilege' {
        $failure = Invoke-WithoutCapability NetBindService 'try { Start-ProxyHelper 194.0.1.1 } catch { $_ }'
        Assert-Error $failure PortNeedsPrivilege StartProxyHelper PermissionDenied '1024'
    }
}
