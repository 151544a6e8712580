#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# What a user sees of the built module. Run: Invoke-Pester tests/ProxyHelper.Tests.ps1

BeforeDiscovery {
    # Only the look-up in the kernel's table needs it: everything else here works for anybody.
    $script:isRoot = (id -u) -eq 0
}

BeforeAll {
    Import-Module "$PSScriptRoot/../ProxyHelper.psd1" -Force

    # A UDP port of the loopback address that was free a moment ago, and that this keeps nobody from taking.
    function Get-FreePort {
        $socket = [System.Net.Sockets.UdpClient]::new([ipendpoint]::new([ipaddress]::Loopback, 0))
        $socket.Client.LocalEndPoint.Port
        $socket.Dispose()
    }

    $tuple = @{ Source = '127.0.0.1:20119'; Destination = '127.0.0.1:9199' }
    $script:question = $tuple + @{ HelperAddress = '127.0.0.1'; Retries = 1; TimeoutSeconds = 2 }
}

AfterAll {
    Get-ProxyHelper | Stop-ProxyHelper
    Remove-Module ProxyHelper
}

Describe 'The module' {
    It 'exports exactly eight cmdlets' {
        (Get-Command -Module ProxyHelper).Name | Sort-Object |
            Should -Be 'Get-NatMapping', 'Get-ProxyHelper', 'Measure-NatMapping', 'Remove-NatMapping', 'Start-ProxyHelper',
                'Stop-ProxyHelper', 'Test-ProxyHelper', 'Watch-NatMapping'
    }

    It 'has a valid manifest' {
        (Test-ModuleManifest "$PSScriptRoot/../ProxyHelper.psd1").Name | Should -Be 'ProxyHelper'
    }
}

Describe 'An end point' {
    It 'that does not parse (<Text>) is told with an example of one that does' -ForEach @(
        @{ Text = '194.0.1.1' }, @{ Text = '25' }, @{ Text = '194.0.1.1:99999' }, @{ Text = '2001:db8::1:25' }
    ) {
        $failure = { Get-NatMapping -Source $Text -Destination 194.0.22.9:9199 } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId |
            Should -Be 'CannotConvertArgumentNoMessage,ProxyHelper.PowerShell.Commands.GetNatMappingCommand'
        $failure.Exception.Message | Should -BeLike '*such as 194.0.1.1:20119*'
    }
}

Describe 'Get-NatMapping' {
    It 'goes on after a tuple that is not there, with an error that names it' -Skip:(-not $isRoot) {
        $result = Get-NatMapping @tuple -ErrorVariable failures -ErrorAction SilentlyContinue
        $result | Should -BeNullOrEmpty
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId |
            Should -Be 'MappingNotFound,ProxyHelper.PowerShell.Commands.GetNatMappingCommand'
        $failures[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        "$($failures[0].TargetObject)" | Should -BeLike '*127.0.0.1:20119*'
    }
}

Describe 'A saved table' {
    BeforeAll {
        $line = 'tcp 6 300 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119'
        $script:table = "$TestDrive/table"
        Set-Content $table "$line [ASSURED] mark=0 use=1", '', 'nonsense', ($line -replace '10943', '10944')
    }

    It 'is read into mappings, and a line that is none is an error with its number' {
        $mappings = Get-NatMapping -Path $table -ErrorVariable failures -ErrorAction SilentlyContinue
        $mappings.Count | Should -Be 2
        $failures.Count | Should -Be 1
        "$($failures[0])" | Should -BeLike 'Line 3 is no conntrack entry*'
        (Get-Content $table | Get-NatMapping -OriginalSource :10944 -ErrorAction Ignore).State | Should -Be 'Established'
    }

    It 'gives end points that are useful text in JSON and CSV' {
        $mapping = Get-NatMapping -Path $table -OriginalSource :10943 -ErrorAction Ignore
        $json = $mapping, $mapping | ConvertTo-Json -WarningVariable truncated | ConvertFrom-Json
        $truncated | Should -BeNullOrEmpty
        "$($json[1].OriginalSource.Address):$($json[1].OriginalSource.Port)" | Should -Be '10.1.1.1:10943'
        ($mapping | ConvertTo-Csv | ConvertFrom-Csv).TranslatedSource | Should -Be '194.0.1.1:20119'
    }

    It 'is shown as a table, as a list, and wide by direction' {
        $mapping = Get-NatMapping -Path $table -OriginalSource :10943 -ErrorAction Ignore
        $mapping | Out-String -Width 120 | Should -Match '10\.1\.1\.1:10943 +4\.1\.1\.1:25 +194\.0\.1\.1:20119 +194\.0\.22\.9:9199 +Both +Established'
        $mapping | Format-List | Out-String | Should -Match 'TranslatedSource +: 194\.0\.1\.1:20119'
        Get-ChildItem $table | Get-NatMapping -OriginalSource :10943 -ErrorAction Ignore | Should -Not -BeNullOrEmpty
        $mapping | Format-Wide | Out-String | Should -Match 'Tcp 10\.1\.1\.1:10943 -> 4\.1\.1\.1:25'
        $mapping | Format-Wide -View MappingTranslated | Out-String | Should -Match 'Tcp 194\.0\.1\.1:20119 -> 194\.0\.22\.9:9199'
    }

    It 'is not removed from: it has no ids' -Skip:(-not $isRoot) {
        Get-NatMapping -Path $table -ErrorAction Ignore | Remove-NatMapping -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId |
            Should -Be 'MappingWithoutId,ProxyHelper.PowerShell.Commands.RemoveNatMappingCommand'
    }
}

Describe 'A responder' -Skip:(-not $isRoot) {
    BeforeEach {
        $port = Get-FreePort
        $script:responder = Start-ProxyHelper -BindAddress 127.0.0.1 -Port $port
    }

    AfterEach {
        Get-ProxyHelper | Stop-ProxyHelper
    }

    It 'is a running job on the end point that was asked for' {
        $responder | Should -BeOfType System.Management.Automation.Job
        $responder.State | Should -Be 'Running'
        "$($responder.LocalEndPoints)" | Should -Be "127.0.0.1:$port"
        (Get-Job -Id $responder.Id).InstanceId | Should -Be $responder.InstanceId
    }

    It 'is found by Get-ProxyHelper, by name and by id' {
        $responder.InstanceId | Should -Not -BeNullOrEmpty
        (Get-ProxyHelper).InstanceId | Should -Be $responder.InstanceId
        (Get-ProxyHelper $responder.Name).InstanceId | Should -Be $responder.InstanceId
        (Get-ProxyHelper -Id $responder.Id).InstanceId | Should -Be $responder.InstanceId
    }

    It 'answers that it does not know a connection that is not there, and counts the question' {
        (Test-ProxyHelper @question -Port $port).Outcome | Should -Be 'NotFound'
        $responder.Queries | Should -Be 1
        $responder.NotFound | Should -Be 1
    }

    It 'gives its port back when it is stopped' {
        $responder | Stop-ProxyHelper
        $responder.State | Should -Be 'Stopped'
        (Start-ProxyHelper -BindAddress 127.0.0.1 -Port $port).State | Should -Be 'Running'
    }

    It 'keeps a second one from its port, with the end point in the error' {
        $failure = { Start-ProxyHelper -BindAddress 127.0.0.1 -Port $port } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId |
            Should -Be 'AddressInUse,ProxyHelper.PowerShell.Commands.StartProxyHelperCommand'
        $failure.CategoryInfo.Category | Should -Be 'ResourceBusy'
        "$($failure.TargetObject)" | Should -Be "127.0.0.1:$port"
    }
}

Describe 'Start-ProxyHelper -AllowedProxy' {
    It 'refuses a prefix with bits set behind it, and suggests the one that was meant' {
        $failure = { Start-ProxyHelper 127.0.0.1 -Port (Get-FreePort) -AllowedProxy 194.0.22.9/24 } | Should -Throw -PassThru
        $failure.Exception.Message | Should -BeLike '*Did you mean 194.0.22.0/24, or the one address?*'
        Get-ProxyHelper | Should -BeNullOrEmpty
    }
}

Describe 'Start-ProxyHelper -SecretFile' -Skip:(-not $isRoot) {
    AfterEach {
        Get-ProxyHelper | Stop-ProxyHelper
    }

    It 'refuses a file that others may read, takes it after chmod 600, and shows nowhere what it holds' {
        $file = "$TestDrive/secret"
        Set-Content $file 3141592653
        chmod 644 $file
        $start = @{ BindAddress = '127.0.0.1'; Port = Get-FreePort; SecretFile = $file }
        $failure = { Start-ProxyHelper @start } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId |
            Should -Be 'SecretFileUnsafe,ProxyHelper.PowerShell.Commands.StartProxyHelperCommand'
        $failure.ErrorDetails.RecommendedAction | Should -Be "chmod 600 $file"

        chmod 600 $file
        $job = Start-ProxyHelper @start
        (Test-ProxyHelper @question -Port $start.Port -SecretFile $file).Outcome | Should -Be 'NotFound'
        (Test-ProxyHelper @question -Port $start.Port -Secret 1 -TimeoutSeconds 0.1).Outcome | Should -Be 'TimedOut'
        $shown = Get-ProxyHelper | Format-List | Out-String
        $shown | Should -Match 'wrong secret +: 1\b'
        $shown += $failure, $job | Format-List * -Force | Out-String
        $shown += Receive-Job $job -Keep 3>&1 | Out-String
        $shown | Should -Not -Match 3141592653
    }
}

Describe 'Start-ProxyHelper -WhatIf' {
    It 'starts nothing' {
        Start-ProxyHelper -BindAddress 127.0.0.1 -Port (Get-FreePort) -WhatIf | Should -BeNullOrEmpty
        Get-ProxyHelper | Should -BeNullOrEmpty
    }
}

Describe 'Test-ProxyHelper' {
    It 'tells that nobody listens as a result, not as an error' {
        $answer = Test-ProxyHelper @question -Port (Get-FreePort) -ErrorVariable failures
        $answer.Outcome | Should -Be 'Refused'
        $failures | Should -BeNullOrEmpty
    }

    It 'gives one bool with -Quiet' {
        $answer = @(Test-ProxyHelper @question -Port (Get-FreePort) -Quiet)
        $answer.Count | Should -Be 1
        $answer[0] | Should -BeOfType bool
        $answer[0] | Should -BeFalse
    }
}
