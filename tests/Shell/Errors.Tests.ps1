# Every error of the module. Scripts distinguish errors by their id, category and target; the next step helps the administrator.

BeforeDiscovery {
    $savedLine = 'tcp 6 300 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1'
    $start = 'Start-ProxyHelper 194.0.1.1'
    $ask = 'Test-ProxyHelper -Source 194.0.1.1:1 -Destination'
    $find = 'Get-NatMapping -Source 194.0.1.1:1 -Destination'
    $fault = '[ProxyHelper.TestSupport.Breakage]::BreakUdpSockets(); $null = Test-ProxyHelper @shortQuestion; Wait-Until { (Get-Job -Name ProxyHelper).State -eq "Failed" }'
    $raised = @(
        @{ Id = 'NeedsNetAdmin'; Category = 'PermissionDenied'; Target = 'Get-NatMapping'; NextStep = 'CAP_NET_ADMIN'; Command = 'Get-NatMapping'; Without = 'NetAdmin' }
        @{ Id = 'PortNeedsPrivilege'; Category = 'PermissionDenied'; Target = '194.0.1.1:114'; NextStep = '-Port from 1024 on'; Command = $start; Without = 'NetBindService' }
        @{ Id = 'AddressInUse'; Category = 'ResourceBusy'; Target = '194.0.1.1:114'; NextStep = 'Stop-ProxyHelper -Id'; Command = $start; Before = "`$null = $start" }
        @{ Id = 'AddressNotLocal'; Category = 'InvalidArgument'; Target = '192.0.2.1'; NextStep = '-AllowAbsentAddress'; Command = 'Start-ProxyHelper 192.0.2.1' }
        @{ Id = 'SecretGivenTwice'; Category = 'InvalidArgument'; Target = '/nowhere/secret'; NextStep = 'only one of these parameters'; Command = "$start -Secret 1 -SecretFile /nowhere/secret" }
        @{ Id = 'SecretFileUnsafe'; Category = 'SecurityError'; Target = '/proc/version'; NextStep = 'chmod 600 /proc/version'; Command = "$start -SecretFile /proc/version" }
        @{ Id = 'SecretFileUnusable'; Category = 'ReadError'; Target = '/etc'; NextStep = 'umask 077'; Command = "$start -SecretFile /etc" }
        @{ Id = 'PidFileUnusable'; Category = 'WriteError'; Target = '/etc'; NextStep = '-PidFile'; Command = "$start -PidFile /etc" }
        @{ Id = 'MappingNotFound'; Category = 'ObjectNotFound'; Target = '194.0.1.1:1'; NextStep = 'not swapped'; Command = "$find 194.0.22.9:9199" }
        @{
            Id = 'MappingGone'; Category = 'ObjectNotFound'; Target = '10.1.1.1:10943'; NextStep = 'another Id'
            Before = '$mapping = Get-NatMapping -Port 25; $mapping | Remove-NatMapping -Confirm:$false'; Command = '$mapping | Remove-NatMapping -Confirm:$false'
        }
        @{
            Id = 'MappingEnded'; Category = 'ObjectNotFound'; Target = '10.1.1.1:10943'; NextStep = 'Get-NatMapping -OriginalSource 10.1.1.1:10943'
            Before = '$mapping = Get-NatMapping -Port 25; $mapping | Remove-NatMapping -Confirm:$false'; Command = '$mapping | Get-NatMapping'
        }
        @{ Id = 'MappingWithoutId'; Category = 'InvalidArgument'; Target = '10.1.1.1:10943'; NextStep = 'from the kernel'; Command = "'$savedLine' | Get-NatMapping | Remove-NatMapping" }
        @{ Id = 'SavedLineInvalid'; Category = 'ParserError'; Target = 'tcp 6 NOWHERE'; NextStep = 'conntrack -L'; Command = "'tcp 6 NOWHERE' | Get-NatMapping" }
        @{ Id = 'EndMissing'; Category = 'InvalidArgument'; Target = 'Destination'; NextStep = '-TranslatedSource'; Command = "'$savedLine' | Get-NatMapping -Source 194.0.1.1:1" }
        @{ Id = 'FilterNotApplicable'; Category = 'InvalidArgument'; Target = 'Conntrack'; NextStep = 'Leave the filter out'; Command = "'$savedLine' | Get-NatMapping -RoutingDomain red" }
        @{ Id = 'StateUnknown'; Category = 'InvalidArgument'; Target = 'Open2'; NextStep = 'Established'; Command = 'Get-NatMapping -State Open2' }
        @{ Id = 'IdNotOfKernel'; Category = 'InvalidArgument'; Target = '*1'; NextStep = 'property Id'; Command = 'Get-NatMapping -Id *1' }
        @{ Id = 'SavedFormWrong'; Category = 'InvalidData'; Target = '10.1.1.1:1'; NextStep = 'print detail'; Command = "'#    PR.. SRC-ADDRESS           DST-ADDRESS           TCP-STATE   TIMEOUT', ' 0    udp  10.1.1.1:1  10.1.1.2:2  0s' | Get-NatMapping" }
        @{ Id = 'SavedFileUnreadable'; Category = 'ReadError'; Target = '/proc/self/mem'; NextStep = 'conntrack -L > FILE'; Command = 'Get-NatMapping -Path /proc/self/mem' }
        @{ Id = 'MixedFamilies'; Category = 'InvalidArgument'; Target = '194.0.1.1:1'; NextStep = 'two IPv4 or two IPv6'; Command = "$find '[2001:db8::1]:25'" }
        @{ Id = 'MappingNotAskable'; Category = 'InvalidArgument'; Target = '10.1.1.2:5353'; NextStep = '-Protocol Tcp'; Command = 'Get-NatMapping -Protocol Udp | Test-ProxyHelper' }
        @{ Id = 'EndPointNotIPv4'; Category = 'InvalidArgument'; Target = '[2001:db8::1]:25'; NextStep = 'IPv4'; Command = "$ask '[2001:db8::1]:25'" }
        @{ Id = 'ParameterNotForTcp'; Category = 'InvalidArgument'; Target = 'Secret'; NextStep = 'Leave -Secret out'; Command = "$ask 194.0.22.9:9199 -Transport Tcp -Secret 1" }
        @{ Id = 'HelperNotSource'; Category = 'InvalidArgument'; Target = '194.0.22.9'; NextStep = 'Leave -HelperAddress out'; Command = "$ask 194.0.22.9:9199 -Transport Tcp -HelperAddress 194.0.22.9" }
        @{ Id = 'DestinationNotLocal'; Category = 'InvalidArgument'; Target = '203.0.113.5:9199'; NextStep = 'Run the cmdlet on the proxy'; Command = "$ask 203.0.113.5:9199 -Transport Tcp" }
        @{ Id = 'HelperHostNotFound'; Category = 'ObjectNotFound'; Target = 'no.such.host.invalid'; NextStep = '-HelperAddress'; Command = "$ask 194.0.22.9:9199 -HelperAddress no.such.host.invalid" }
        @{ Id = 'ResponderNotFound'; Category = 'ObjectNotFound'; Target = 'nobody'; NextStep = 'Get-ProxyHelper'; Command = 'Get-ProxyHelper nobody' }
        @{ Id = 'NotAResponder'; Category = 'InvalidArgument'; Target = 'Job'; NextStep = 'Stop-Job'; Command = '$other | Stop-ProxyHelper'; Before = '$other = Start-ThreadJob { }' }
        @{ Id = 'ResponderFaulted'; Category = 'ResourceUnavailable'; Target = '194.0.1.1:114'; NextStep = 'Start-ProxyHelper'; Command = '$null = Receive-Job -Name ProxyHelper'; Before = "`$null = $start; $fault" }
    )
    # These errors cannot be raised here: another system, a kernel without conntrack, a listing that breaks off.
    $made = @(
        @{ Id = 'PlatformNotSupported'; Category = 'NotImplemented'; Target = ''; NextStep = 'Test-ProxyHelper works on any system' }
        @{ Id = 'ConntrackUnavailable'; Category = 'ResourceUnavailable'; Target = 'nf_conntrack_netlink'; NextStep = 'Test-ProxyHelperSetup' }
        @{ Id = 'InvalidResponderOption'; Category = 'InvalidArgument'; Target = 'the cause'; NextStep = 'Get-Help Start-ProxyHelper -Full' }
        @{ Id = 'ListingIncomplete'; Category = 'ReadError'; Target = 'conntrack'; NextStep = 'Run the command again' }
    )
    $all = @{ Ids = $raised.Id + $made.Id }
}

Describe 'The error' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $module = (Get-Command Start-ProxyHelper).ImplementingType.Assembly
        $makers = 'Errors', 'MappingErrors' | ForEach-Object { $module.GetType("ProxyHelper.PowerShell.$_").GetMethods('Static, Public') } |
            Where-Object Name -NE From # which selects one of the others

        function Assert-Record($Record) {
            $Record.CategoryInfo.Category | Should -Be $Category
            "$($Record.TargetObject)" | Should -BeLike "*$([WildcardPattern]::Escape($Target))*"
            $Record.ErrorDetails.RecommendedAction | Should -BeLike "*$([WildcardPattern]::Escape($NextStep))*"
            "$Record" | Should -BeExactly $Record.Exception.Message
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It '<Id> is raised by: <Command>' -ForEach $raised {
        if ($Without) { $failure = (Invoke-WithoutCapability $Without "try { $Command -ErrorAction Stop } catch { `$_ }")[0] }
        else {
            if ($Before) { . ([scriptblock]::Create($Before)) }
            $failure = Get-Failure ([scriptblock]::Create("$Command -ErrorAction Stop"))
        }
        $failure.FullyQualifiedErrorId.Split(',')[0] | Should -BeExactly $Id # the class of the cmdlet follows
        Assert-Record $failure
    }

    It '<Id> has its id, category, target and next step' -ForEach $made {
        $maker = $makers | Where-Object Name -EQ $Id
        $arguments = @(foreach ($parameter in $maker.GetParameters()) {
                $parameter.ParameterType -eq [string] ? 'Get-NatMapping' : [System.IO.IOException]::new('the cause')
            })
        $record = $maker.Invoke($null, $arguments)
        $record.FullyQualifiedErrorId | Should -BeExactly $Id
        Assert-Record $record
    }

    It 'of each kind is in this table' -ForEach $all {
        $makers.Name | Sort-Object -Unique | Should -BeExactly ($Ids | Sort-Object)
    }
}

Describe 'A responder that faulted' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach {
        Initialize-Router
        $job = Start-ProxyHelper 194.0.1.1
        [ProxyHelper.TestSupport.Breakage]::BreakUdpSockets()
        $null = Test-ProxyHelper @shortQuestion
        Wait-Until { $job.State -eq 'Failed' }
    }
    AfterEach { Clear-Router }

    It 'has the reason as the error of its job and as its last fault' {
        $failure = (Get-Streams { Receive-Job $job -Keep }).Error
        @($failure).Count | Should -Be 1
        $failure.FullyQualifiedErrorId | Should -BeExactly ResponderFaulted
        $job.LastFault.EndsWith($failure[0].Exception.Message) | Should -BeTrue
        $job.LastFault | Should -BeLike '*queries get no reply*'
    }

    It 'is listed until it is removed, and another can use its port' {
        (Get-ProxyHelper).State | Should -Be Failed
        (Start-ProxyHelper 194.0.1.1 -Name second).State | Should -Be Running
        Stop-ProxyHelper ProxyHelper
        Remove-Job -Name ProxyHelper
        (Get-Job).Name | Should -Be second
    }
}
