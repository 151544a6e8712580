# What a newcomer types wrong. Each kind of mistake has its own error, which names what happened and the next step.

BeforeDiscovery {
    $start = 'Start-ProxyHelper'
    $ask = 'Test-ProxyHelper @shortQuestion'
    $mistakes = @(
        @{ Command = "$start ::1"; Id = 'BindAddressNotIPv4'; Category = 'InvalidArgument'; Target = '::1'; Message = 'IPv4'; NextStep = 'Start-ProxyHelper 194.0.1.1.' }
        @{ Command = "$start router.example"; Id = 'BindAddressIsHostName'; Category = 'InvalidArgument'; Target = 'router.example'; Message = 'a name'; NextStep = 'getent ahostsv4 router.example' }
        @{ Command = "$start 194.0.1.1:114"; Id = 'BindAddressHasPort'; Category = 'InvalidArgument'; Target = '194.0.1.1:114'; Message = 'has a port'; NextStep = 'Start-ProxyHelper 194.0.1.1 -Port 114' }
        @{ Command = "$start '[::1]:114'"; Id = 'BindAddressHasPort'; Category = 'InvalidArgument'; Target = '[::1]:114'; Message = 'has a port'; NextStep = '-Port 114' }
        @{ Command = "$start 194.0.1.0/24"; Id = 'BindAddressIsPrefix'; Category = 'InvalidArgument'; Target = '194.0.1.0/24'; Message = 'a prefix'; NextStep = '-AllowedProxy 194.0.1.0/24' }
        @{ Command = "$start 224.0.0.1"; Id = 'BindAddressNotUnicast'; Category = 'InvalidArgument'; Target = '224.0.0.1'; Message = 'multicast'; NextStep = '194.0.22.9' }
        @{ Command = "$start 255.255.255.255"; Id = 'BindAddressNotUnicast'; Category = 'InvalidArgument'; Target = '255.255.255.255'; Message = 'broadcast'; NextStep = '194.0.22.9' }
        @{ Command = "$start 194.0.1"; Id = 'BindAddressUnreadable'; Category = 'InvalidArgument'; Target = '194.0.1'; Message = 'four decimal numbers'; NextStep = '194.0.22.9' }
        @{ Command = "$start 194.0.1.010"; Id = 'BindAddressUnreadable'; Category = 'InvalidArgument'; Target = '194.0.1.010'; Message = 'four decimal numbers'; NextStep = '194.0.22.9' }
        @{ Command = "$start 114"; Id = 'BindAddressUnreadable'; Category = 'InvalidArgument'; Target = '114'; Message = 'four decimal numbers'; NextStep = '194.0.22.9' }
        @{ Command = "$start '194.0.1.1,194.0.22.9'"; Id = 'BindAddressUnreadable'; Category = 'InvalidArgument'; Target = '194.0.1.1,194.0.22.9'; Message = 'four decimal numbers'; NextStep = 'without quotation marks' }
        @{ Command = "$start 194.0.1.1,0.0.0.0"; Id = 'BindAddressesOverlap'; Category = 'InvalidArgument'; Target = '194.0.1.1, 0.0.0.0'; Message = 'includes 194.0.1.1'; NextStep = 'Start-ProxyHelper 0.0.0.0' }
        @{ Command = "$start 0.0.0.0,194.0.1.1 -WhatIf"; Id = 'BindAddressesOverlap'; Category = 'InvalidArgument'; Target = '0.0.0.0, 194.0.1.1'; Message = 'includes 194.0.1.1'; NextStep = 'Start-ProxyHelper 0.0.0.0' }
        @{ Command = "$start 194.0.1.1 -MaxQueueDelay 0"; Id = 'MaxQueueDelayOutOfRange'; Category = 'InvalidArgument'; Target = '00:00:00'; Message = 'above 0'; NextStep = '-MaxQueueDelay 1' }
        @{ Command = "$start 194.0.1.1 -FailoverGrace 61"; Id = 'FailoverGraceOutOfRange'; Category = 'InvalidArgument'; Target = '00:01:01'; Message = '0 to 60 s'; NextStep = '-FailoverGrace 3' }
        @{ Command = "$start 194.0.1.1 -PidFile /nowhere/pid"; Id = 'PidFileFolderMissing'; Category = 'ObjectNotFound'; Target = '/nowhere/pid'; Message = '/nowhere does not exist'; NextStep = 'mkdir -p /nowhere' }
        @{ Command = "$start 194.0.1.1 -SecretFile nosuch"; Id = 'SecretFileNotFound'; Category = 'ObjectNotFound'; Target = '/nosuch'; Message = '-SecretFile'; NextStep = 'install -D -m 600' }
        @{ Command = "$ask -SecretFile nosuch"; Id = 'SecretFileNotFound'; Category = 'ObjectNotFound'; Target = '/nosuch'; Message = '-SecretFile'; NextStep = 'install -D -m 600' }
        @{ Command = "$ask 0.0.0.0"; Id = 'HelperAddressUnspecified'; Category = 'InvalidArgument'; Target = '0.0.0.0'; Message = 'all addresses'; NextStep = 'Test-ProxyHelper 194.0.1.1' }
        @{ Command = "$ask ::1"; Id = 'HelperAddressNotIPv4'; Category = 'InvalidArgument'; Target = '::1'; Message = 'IPv4'; NextStep = 'Test-ProxyHelper 194.0.1.1' }
        @{ Command = "$ask 194.0.1.1:114"; Id = 'HelperAddressHasPort'; Category = 'InvalidArgument'; Target = '194.0.1.1:114'; Message = 'has a port'; NextStep = '-HelperAddress 194.0.1.1 -Port 114' }
        @{ Command = "$ask router.example:114"; Id = 'HelperAddressHasPort'; Category = 'InvalidArgument'; Target = 'router.example:114'; Message = 'has a port'; NextStep = '-HelperAddress router.example -Port 114' }
        @{ Command = "$ask 255.255.255.255"; Id = 'HelperAddressNotUnicast'; Category = 'InvalidArgument'; Target = '255.255.255.255'; Message = 'broadcast'; NextStep = 'Test-ProxyHelper 194.0.1.1' }
        @{ Command = "$ask http://194.0.1.1"; Id = 'HelperAddressUnreadable'; Category = 'InvalidArgument'; Target = 'http://194.0.1.1'; Message = 'nor a host name'; NextStep = 'Test-ProxyHelper 194.0.1.1' }
        @{ Command = "$ask 194.0.1"; Id = 'HelperAddressUnreadable'; Category = 'InvalidArgument'; Target = '194.0.1'; Message = 'nor a host name'; NextStep = 'Test-ProxyHelper 194.0.1.1' }
        @{ Command = 'Test-ProxyHelper -Source 194.0.1.1:0 -Destination 194.0.22.9:9199'; Id = 'EndPointNotOfConnection'; Category = 'InvalidArgument'; Target = '194.0.1.1:0'; Message = '1 to 65535'; NextStep = 'Get-NatMapping' }
        @{ Command = 'Test-ProxyHelper -Source 194.0.1.1:1 -Destination 0.0.0.0:9199'; Id = 'EndPointNotOfConnection'; Category = 'InvalidArgument'; Target = '0.0.0.0:9199'; Message = '1 to 65535'; NextStep = '-Destination' }
        @{ Command = 'Get-NatMapping -Path /etc'; Id = 'SavedPathIsFolder'; Category = 'InvalidArgument'; Target = '/etc'; Message = 'a folder'; NextStep = "Get-NatMapping -Path '/etc/*'" }
        @{ Command = 'Get-NatMapping -LiteralPath /etc/'; Id = 'SavedPathIsFolder'; Category = 'InvalidArgument'; Target = '/etc'; Message = 'a folder'; NextStep = "Get-NatMapping -Path '/etc/*'" }
        @{ Command = 'Get-NatMapping -Path Env:'; Id = 'SavedPathNotFile'; Category = 'InvalidArgument'; Target = 'Env:'; Message = 'provider Environment'; NextStep = '| Get-NatMapping' }
        @{ Command = 'Get-NatMapping -Path Env:PA*'; Id = 'SavedPathNotFile'; Category = 'InvalidArgument'; Target = 'Env:PA'; Message = 'provider Environment'; NextStep = '| Get-NatMapping' }
        @{ Command = 'Get-NatMapping -LiteralPath Env:PATH'; Id = 'SavedPathNotFile'; Category = 'InvalidArgument'; Target = 'Env:PATH'; Message = 'provider Environment'; NextStep = '| Get-NatMapping' }
        @{ Command = 'Get-NatMapping -Path /nowhere/table'; Id = 'SavedFileNotFound'; Category = 'ObjectNotFound'; Target = '/nowhere/table'; Message = '/nowhere/table'; NextStep = 'conntrack -L > FILE' }
        @{ Command = 'Get-NatMapping -Path /nowhere/*'; Id = 'SavedFileNotFound'; Category = 'ObjectNotFound'; Target = '/nowhere/'; Message = '/nowhere/*'; NextStep = 'conntrack -L > FILE' }
        @{ Command = 'Get-NatMapping -Path nosuch:table'; Id = 'SavedFileNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch:table'; Message = 'nosuch:table'; NextStep = 'conntrack -L > FILE' }
        @{ Command = 'Get-NatMapping -Path /etc/passwd'; Id = 'SavedFileNotTable'; Category = 'ParserError'; Target = '/etc/passwd'; Message = 'not a saved NAT table'; NextStep = 'conntrack -L' }
        @{ Command = 'Get-NatMapping -Path /bin/ls'; Id = 'SavedFileNotTable'; Category = 'ParserError'; Target = '/bin/ls'; Message = 'not a saved NAT table'; NextStep = 'conntrack -L' }
    )
    # The engine makes these errors, with the message of the module.
    $numbers = foreach ($command in 'Start-ProxyHelper', 'Test-ProxyHelper @shortQuestion') {
        foreach ($value in '70000', '0', '-1', "'114x'", '1.5', "'25,53'", "'2,114'", '([bigint]70000)') { @{ Command = $command; Parameter = 'Port'; Value = $value; Range = '1 to 65535' } }
    }
    $numbers += @{ Command = 'Start-ProxyHelper'; Parameter = 'TcpPort'; Value = '65536'; Range = '0 to 65535' }
    $numbers += @{ Command = 'Start-ProxyHelper'; Parameter = 'Workers'; Value = '65'; Range = '1 to 64' }
    $numbers += @{ Command = 'Start-ProxyHelper'; Parameter = 'MaxQueriesPerSecond'; Value = 'many'; Range = '0 to 1000000' }
    $numbers += @{ Command = 'Test-ProxyHelper'; Parameter = 'Retries'; Value = '101'; Range = '1 to 100' }
    foreach ($command in 'Get-NatMapping', 'Watch-NatMapping', 'Measure-NatMapping') {
        foreach ($value in '70000', '-1', "'25x'", 'smtp', '2.5', "'2,114'") {
            $numbers += @{ Command = $command; Parameter = 'Port'; Value = $value; Range = '0 to 65535' }
            $numbers += @{ Command = $command; Parameter = 'Zone'; Value = $value; Range = '0 to 65535' }
        }
        foreach ($value in '-1', '1.5', "'1,5'") { $numbers += @{ Command = $command; Parameter = 'Id'; Value = $value; Range = '0 to 4294967295' } }
    }
    $numbers += @{ Command = 'Get-ProxyHelper'; Parameter = 'Id'; Value = 'x'; Range = '1 to 2147483647' }
    $numbers += @{ Command = 'Stop-ProxyHelper'; Parameter = 'Id'; Value = '1.5'; Range = '1 to 2147483647' }
    $numbers += @{ Command = 'Watch-NatMapping'; Parameter = 'Count'; Value = '0'; Range = '1 to 2147483647' }
    $numbers += @{ Command = 'Watch-NatMapping'; Parameter = 'ReceiveBufferSize'; Value = '5GB'; Range = '4096 to 1073741824' }
    $numbers += @{ Command = 'Test-ProxyHelperSetup'; Parameter = 'Port'; Value = '70000'; Range = '1 to 65535' }
    $numbers += @{ Command = 'Test-ProxyHelperSetup'; Parameter = 'SmtpPort'; Value = 'smtp'; Range = '1 to 65535' }
    $addresses = @(
        @{ Typed = '194.0.1.1:114'; NextStep = '-HelperAddress 194.0.1.1 -Port 114' }
        @{ Typed = 'router.example'; NextStep = 'getent ahostsv4 router.example' }
        @{ Typed = '194.0.1'; NextStep = 'such as 194.0.1.1' }
    )
    $limits = @(
        @{ Errno = 'EMFILE'; NextStep = 'ulimit -n' }
        @{ Errno = 'ENFILE'; NextStep = 'fs.file-max' }
        @{ Errno = 'ENOMEM'; NextStep = 'free -m' }
        @{ Errno = 'ENOBUFS'; NextStep = 'free -m' }
    )
}

Describe 'A mistake' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'has its own error and next step: <Command>' -ForEach $mistakes {
        $failure = Get-Failure ([scriptblock]::Create("$Command -ErrorAction Stop"))
        $failure.FullyQualifiedErrorId.Split(',')[0] | Should -BeExactly $Id
        $failure.CategoryInfo.Category | Should -Be $Category
        "$($failure.TargetObject)" | Should -BeLike "*$([WildcardPattern]::Escape($Target))*"
        "$failure" | Should -BeLike "*$([WildcardPattern]::Escape($Message))*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike "*$([WildcardPattern]::Escape($NextStep))*"
        Get-Job | Should -BeNullOrEmpty
    }

    It 'of each kind is in this table' -ForEach @{ Ids = $mistakes.Id + 'AddressInUse', 'ResourcesUsedUp', 'PidFileShared' } {
        $errors = (Get-Command Start-ProxyHelper).ImplementingType.Assembly.GetType('ProxyHelper.PowerShell.HelperErrors')
        $errors.GetMethods('Static, Public').Name | Sort-Object | Should -BeExactly ($Ids | Sort-Object -Unique)
    }

    It 'in a number names the parameter and the range: <Command> -<Parameter> <Value>' -ForEach $numbers {
        $address = $Command -like 'Start*' ? '194.0.1.1' : ''
        $failure = Get-Failure ([scriptblock]::Create("$Command $address -$Parameter $Value"))
        "$failure" | Should -BeLike "*'$Parameter'*whole number from $Range.*"
        Get-Job | Should -BeNullOrEmpty
    }

    It 'in the address of the helper names the next step: Test-ProxyHelperSetup <Typed>' -ForEach $addresses {
        "$(Get-Failure { Test-ProxyHelperSetup $Typed })" | Should -BeLike "*'HelperAddress'*$NextStep*"
    }

    It 'in a number of seconds names the range: <Command> -TimeoutSeconds <Value>' -ForEach @(
        @{ Command = 'Test-ProxyHelper'; Value = '0'; Range = '0.01 to 3600' }
        @{ Command = 'Test-ProxyHelper'; Value = "'5 s'"; Range = '0.01 to 3600' }
        @{ Command = 'Test-ProxyHelper'; Value = "'0,5'"; Range = '0.01 to 3600' }
        @{ Command = 'Watch-NatMapping'; Value = "'1,000'"; Range = '0 to 1000000000' }
        @{ Command = 'Test-ProxyHelperSetup'; Value = '([double]::NaN)'; Range = '0.01 to 3600' }
        @{ Command = 'Watch-NatMapping'; Value = '-1'; Range = '0 to 1000000000' }
    ) {
        "$(Get-Failure ([scriptblock]::Create("$Command -TimeoutSeconds $Value")))" | Should -BeLike "*'TimeoutSeconds'*number of seconds from $Range*"
    }

    It 'in a time names an example: <_>' -ForEach "'1 hour'", '([double]::NaN)', '1e300' {
        "$(Get-Failure ([scriptblock]::Create("Start-ProxyHelper 194.0.1.1 -MaxQueueDelay $_")))" | Should -BeLike "*'MaxQueueDelay'*such as 1 or 0.5*"
    }

    It 'in a number of a row names the property: <Property> <Value>' -ForEach @(
        @{ Property = 'Id'; Value = '1,234' }
        @{ Property = 'Id'; Value = 1.5 }
        @{ Property = 'Zone'; Value = '0,5' }
    ) {
        $row = [pscustomobject]@{ Protocol = 'Tcp'; OriginalSource = '10.1.1.1:10943'; OriginalDestination = '4.1.1.1:25'; $Property = $Value }
        "$(Get-Failure { Get-NatMapping -Mapping $row })" | Should -BeLike "*property $Property *'$Value' is not a whole number*"
    }

    It 'of a list for one value names the number of values: <_>' -ForEach @(
        'Start-ProxyHelper 194.0.1.1 -Port 114, 115'
        'Start-ProxyHelper 194.0.1.1 -Name a, b'
        'Start-ProxyHelper 194.0.1.1 -MaxQueueDelay 1, 2'
        'Get-NatMapping -Mark @(1, 2)'
        'Test-ProxyHelper a, b @shortQuestion'
        'Test-ProxyHelper -Source 194.0.1.1:1, 194.0.1.1:2 -Destination 194.0.22.9:9199'
        'Test-ProxyHelper -TimeoutSeconds 1, 2'
        'Test-ProxyHelperSetup 194.0.1.1, 194.0.22.9'
        'Watch-NatMapping -Count 1, 2'
    ) {
        "$(Get-Failure ([scriptblock]::Create($_)))" | Should -BeLike '*The parameter takes one value, and the list has 2.*'
        Get-Job | Should -BeNullOrEmpty
    }

    It 'is not a large number, a list of one value, or white space' {
        (Start-ProxyHelper 194.0.1.1 -Port ([bigint]1114) -MaxQueueDelay ([bigint]1) -Workers @(2)).Location | Should -BeExactly '194.0.1.1:1114'
        (Start-ProxyHelper ' 194.0.1.1 ' -Port ' 1115 ').Location | Should -BeExactly '194.0.1.1:1115'
        (Test-ProxyHelper ' 194.0.1.1 ' @question -Port 1114).Outcome | Should -Be Found
    }

    It 'of asking for a name that does not exist says how to test the name' {
        $failure = Get-Failure { Test-ProxyHelper no.such.host.invalid @shortQuestion -ErrorAction Stop }
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*getent ahostsv4 no.such.host.invalid*'
    }

    It 'of naming an address twice does not matter' {
        (Start-ProxyHelper 194.0.1.1, 194.0.1.1).Location | Should -BeExactly '194.0.1.1:114'
    }

    It 'of starting twice names the job and how to stop it' {
        $job = Start-ProxyHelper 0.0.0.0 -Name first
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 }
        Assert-Error $failure AddressInUse StartProxyHelper ResourceBusy "Stop-ProxyHelper -Id $($job.Id)"
        "$failure" | Should -BeLike "*'first'*(job $($job.Id))*"
        $failure.ErrorDetails.RecommendedAction -match "'(?<command>Stop-[^']*)'" | Should -BeTrue
        & ([scriptblock]::Create($Matches.command))
        (Start-ProxyHelper 194.0.1.1).State | Should -Be Running
    }

    It 'of using the port of another program names the command that finds it' {
        $socket = [System.Net.Sockets.UdpClient]::new([ipendpoint]::Parse('194.0.1.1:114'))
        try {
            $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 }
            Assert-Error $failure AddressInUse StartProxyHelper ResourceBusy 'ss -ulpn sport = :114'
        }
        finally { $socket.Dispose() }
    }

    It 'with wildcards leaves out folders and reads the files' {
        $null = New-Item "$TestDrive/saved/folder" -ItemType Directory
        Set-Content "$TestDrive/saved/table" $savedLine
        (Get-NatMapping -Path "$TestDrive/saved/*").OriginalSource | Should -Be '10.1.1.1:10943'
    }
}

Describe 'A saved file' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }

    It 'with some invalid lines gives an error for each, and the entries after them' {
        Set-Content "$TestDrive/mixed" (@('junk') * 3 + $savedLine + 'junk')
        $streams = Get-Streams { Get-NatMapping -Path "$TestDrive/mixed" }
        $streams.Output.Count | Should -Be 1
        $streams.Error.Exception.Message -replace '^(Line \d+) .*', '$1' | Should -Be 'Line 1', 'Line 2', 'Line 3', 'Line 5'
    }

    It 'without an entry gives one error' {
        foreach ($lines in 1, 3, 100, 5000) {
            Set-Content "$TestDrive/junk" (@('junk') * $lines)
            $streams = Get-Streams { Get-NatMapping -Path "$TestDrive/junk" }
            $streams.Error.Count | Should -Be 1
            "$($streams.Error)" | Should -BeLike '*junk is not a saved NAT table. Line 1 *'
        }
    }

    It 'that is empty gives a warning, and no error' {
        $null = New-Item "$TestDrive/empty"
        $streams = Get-Streams { Get-NatMapping -Path "$TestDrive/empty" }
        $streams.Error | Should -BeNullOrEmpty
        $streams.Warning | Should -BeLike '*is empty*conntrack -L*'
    }
}

Describe 'A used up limit' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $core = (Get-Command Start-ProxyHelper).ImplementingType.Assembly.GetType('ProxyHelper.PowerShell.Errors')
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'of open files is reported as such by <_>' -ForEach @(
        'Start-ProxyHelper 194.0.1.1'
        'Start-ProxyHelper 194.0.1.1 -PidFile /run/limit.pid'
        'Start-ProxyHelper 194.0.1.1 -SecretFile /run/limit.secret'
        'Get-NatMapping', 'Get-NatMapping -LiteralPath /etc/passwd', 'Measure-NatMapping', 'Watch-NatMapping -Count 1'
        'Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 0.01'
    ) {
        Set-Content /run/limit.secret 7
        chmod 600 /run/limit.secret
        $shown = Invoke-NewShell @"
            # The first round loads all code while there are descriptors.
            Import-Module '$((Get-Module ProxyHelper).Path)'
            Add-Type -Path '$PSScriptRoot/../Support/bin/Release/net10.0/ProxyHelper.TestSupport.dll'
            `$attempt = { try { $_ -ErrorAction Stop } catch { `$script:failure = `$_ } }
            `$null = & `$attempt 3>`$null
            Get-Job | Remove-Job -Force
            `$null = try { Get-NatMapping -Path /etc -ErrorAction Stop } catch { `$script:failure = `$_ }
            [ProxyHelper.TestSupport.Descriptor]::WithoutFree(`$attempt)
            "`$(`$failure.FullyQualifiedErrorId.Split(',')[0]) `$(`$failure.CategoryInfo.Category): `$(`$failure.ErrorDetails.RecommendedAction)"
"@ -Prefix 'prlimit', '--nofile=300'
        "$shown" | Should -BeLike '*ResourcesUsedUp LimitsExceeded:*ulimit -n*'
        "$shown" | Should -Not -BeLike '*modprobe*'
        Remove-Item /run/limit.secret
    }

    It '<Errno> has its own next step' -ForEach $limits {
        $failure = [ProxyHelper.Linux.LinuxException]::new('open UDP socket', [ProxyHelper.Linux.Errno]::$Errno)
        $record = $core.GetMethod('From').Invoke($null, @($failure, 'Start-ProxyHelper'))
        $record.FullyQualifiedErrorId | Should -BeExactly ResourcesUsedUp
        $record.ErrorDetails.RecommendedAction | Should -BeLike "*$NextStep*"
    }
}

Describe 'The hint of an answer' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'is empty if the connection was found' {
        $null = Start-ProxyHelper 194.0.1.1
        $answer = Test-ProxyHelper @question
        $answer.Outcome | Should -Be Found
        $answer.Hint | Should -BeNullOrEmpty
    }

    It 'names the swapped ends: <Source> -> <Destination> is <Outcome>' -ForEach @(
        @{ Source = '194.0.22.9:9199'; Destination = '194.0.1.1:20119'; Address = '194.0.1.1'; Outcome = 'NotFound' } # on the router
        @{ Source = '194.0.22.9:9199'; Destination = '194.0.1.1:20119'; Address = '194.0.22.9'; Outcome = 'Refused' } # on the proxy
        @{ Source = '194.0.1.1:1'; Destination = '194.0.22.9:9199'; Address = '194.0.1.1'; Outcome = 'NotFound' }
    ) {
        $null = Start-ProxyHelper 194.0.1.1
        $answer = Test-ProxyHelper $Address -Source $Source -Destination $Destination -TimeoutSeconds 30
        $answer.Outcome | Should -Be $Outcome
        $answer.Hint | Should -BeLike '*Check that -Source and -Destination are not swapped.*'
    }

    It 'of a query without a reply names the likely reasons' {
        $null = Start-ProxyHelper 194.0.1.1 -Secret 7
        $answer = Test-ProxyHelper @shortQuestion
        $answer.Outcome | Should -Be TimedOut
        foreach ($reason in 'firewall', 'secret', '-AllowedProxy', 'swapped', 'Get-ProxyHelper | Format-List') { $answer.Hint | Should -BeLike "*$reason*" }
    }

    It 'has commands that can be pasted' {
        $null = Start-ProxyHelper 194.0.1.1
        $answer = Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 30
        $answer.Hint -match "'(?<command>Get-NatMapping [^']*)'" | Should -BeTrue
        & ([scriptblock]::Create($Matches.command)) | Should -BeNullOrEmpty
    }

    It 'is not in the way of -Quiet' {
        $streams = Get-Streams { Test-ProxyHelper @shortQuestion -Quiet }
        $streams.Output | Should -BeExactly $false
        @($streams.Warning) + @($streams.Error) | Should -BeNullOrEmpty
    }
}
