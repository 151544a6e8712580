# Objects of the module that arrive from another session, over a real SSH server on loopback. The server runs in the network namespace of
# the tests, so both sessions see the same conntrack table.

Describe 'An object that arrives over SSH' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"

        # Writes the keys and the settings of a server that no other server shares, and gives the parameters that connect to it.
        function New-ServerFolder([string] $Folder, [int] $Port) {
            foreach ($name in 'host', 'user') { ssh-keygen -q -t ed25519 -N '' -f "$Folder/$name" }
            $key = ((Get-Content "$Folder/host.pub") -split ' ')[0..1] -join ' '
            Set-Content "$Folder/known" "[127.0.0.1]:$Port $key"
            Set-Content "$Folder/pwsh" @(
                '#!/bin/sh'
                "export PSModulePath='$env:PSModulePath' POWERSHELL_TELEMETRY_OPTOUT=1"
                "exec '$((Get-ThisShell) -join "' '")' `"`$@`""
            )
            chmod 700 "$Folder/pwsh"
            Set-Content "$Folder/config" @(
                "ListenAddress 127.0.0.1:$Port"
                "HostKey $Folder/host"
                "AuthorizedKeysFile $Folder/user.pub"
                'PidFile none'
                'StrictModes no'
                'UsePAM no'
                'PermitRootLogin prohibit-password'
                'AuthenticationMethods publickey'
                "Subsystem powershell $Folder/pwsh -sshs -NoLogo -NoProfile"
            )
            @{
                HostName    = '127.0.0.1'
                Port        = $Port
                UserName    = 'root'
                KeyFilePath = "$Folder/user"
                Options     = @{ UserKnownHostsFile = "$Folder/known"; GlobalKnownHostsFile = 'none'; StrictHostKeyChecking = 'yes'; IdentitiesOnly = 'yes' }
            }
        }

        # sshd drops its privileges in this folder. A package of Debian makes it when the service starts.
        $null = New-Item /run/sshd -ItemType Directory -Force
        $folder = [System.IO.Directory]::CreateTempSubdirectory('proxy-helper-ssh-').FullName
        $connection = New-ServerFolder $folder 2222
        Initialize-Router
        $server = [System.Diagnostics.Process]::Start((Get-Command sshd).Source, [string[]]('-D', '-f', "$folder/config", '-E', "$folder/log"))
        Wait-Until { $server.HasExited -or (Get-Content "$folder/log" -ErrorAction Ignore) -match 'listening' }
        $session = New-PSSession @connection

        # Describes each property of an object: its name, the type of its value, and the value with all digits.
        $describe = {
            param($Object)
            foreach ($property in $Object.PSObject.Properties | Where-Object Name -NotMatch '^PS|^RunspaceId$|^Exact' | Sort-Object Name) {
                $value = $property.Value
                $text = $value -is [DateTimeOffset] ? $value.ToString('o') : $value -is [TimeSpan] ? $value.Ticks : "$value"
                "$($property.Name) $($null -eq $value ? 'null' : $value.GetType()) $text"
            }
        }

        # Runs a script in the other session and gives what arrives here.
        function Invoke-There([scriptblock] $Body, $Argument) { Invoke-Command -Session $session -ScriptBlock $Body -ArgumentList $Argument }

        # A row of another system, with all its values.
        $row = @'
            $row = [ProxyHelper.Mappings.RouterMapping]::new('Pf')
            $values = @{
                Protocol = [ProxyHelper.Addresses.IPProtocol]::Tcp
                OriginalSource = [ProxyHelper.Addresses.TransportEndPoint]::Parse('10.1.1.1:10943')
                TranslatedSource = [ProxyHelper.Addresses.TransportEndPoint]::Parse('[2001:db8::1]:20119')
                State = 'ESTABLISHED:ESTABLISHED'; Age = [timespan]'1.02:03:04'; Part = [ProxyHelper.Mappings.MappingPart]::OutState
                Direction = [ProxyHelper.Mappings.MappingDirection]::Out; RoutingDomain = '1'; Id = '0100000000000001'
                Details = [System.Collections.Generic.Dictionary[string, string]]::new()
            }
            $values.Details['rule'] = '5'
            foreach ($name in $values.Keys) { [ProxyHelper.Mappings.RouterMapping].GetProperty($name).SetValue($row, $values[$name]) }
            $row
'@
        $commands = @{
            Mapping  = 'Get-NatMapping -Protocol Tcp'
            Answer   = 'Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -TimeoutSeconds 30'
            Unknown  = 'Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 30'
            Silence  = 'Test-ProxyHelper 194.0.22.9 -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 0.01 -Retries 1'
            Change   = 'Watch-NatMapping -Protocol Tcp -Count 1'
            Summary  = 'Measure-NatMapping'
            Size     = 'Measure-NatMapping -Quick'
            Row      = $row
            Finding  = 'Test-ProxyHelperSetup -TimeoutSeconds 0.1 194.0.1.1'
            EndPoint = '(Get-NatMapping).OriginalSource'
        }
    }
    BeforeEach {
        sysctl -q net.netfilter.nf_conntrack_timestamp=1 net.netfilter.nf_conntrack_acct=1
        Initialize-Router
        $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
    }
    AfterEach { Clear-Router }
    AfterAll {
        $session | Remove-PSSession
        sysctl -q net.netfilter.nf_conntrack_timestamp=0 net.netfilter.nf_conntrack_acct=0
        if ($server) {
            $server.Kill($true)
            $server.Dispose()
        }
        Remove-Item $folder -Recurse -Force
    }

    It 'has the values and the types of each property that was sent: <_>' -ForEach @(
        'Mapping', 'Row', 'Change', 'Summary', 'Size', 'Answer', 'Unknown', 'Silence', 'Finding', 'EndPoint'
    ) {
        $arrived = @(Invoke-There { . ([scriptblock]::Create($args[0])) } $commands[$_])
        $sent, $described = Invoke-There {
            param($Command, $Describe)
            $objects = @(. ([scriptblock]::Create($Command)))
            , $objects
            , @(foreach ($object in $objects) { & ([scriptblock]::Create($Describe)) $object })
        } $commands[$_], "$describe"
        $arrived.Count | Should -BeGreaterThan 0
        @($sent).Count | Should -Be $arrived.Count
        @(foreach ($object in $sent) { & $describe $object }) | Should -BeExactly $described
    }

    It 'looks in every view as it looks there: <Command> | <View>' -ForEach @(
        foreach ($command in 'Mapping', 'Change', 'Summary', 'Answer', 'Unknown', 'Finding', 'Helper') {
            foreach ($view in 'Format-Table', 'Format-List', 'Out-String -Width 120') { @{ Command = $command; View = $view } }
        }
        foreach ($view in 'Format-Wide', 'Format-Wide -View MappingTranslated') { @{ Command = 'Mapping'; View = $view } }
        @{ Command = 'Finding'; View = 'Format-Table -View Finding' }
    ) {
        $commands.Helper = '$job = Start-ProxyHelper 194.0.22.9 -Port 1144 -AllowedProxy 194.0.22.9; try { $job } finally { $null = $job | Stop-ProxyHelper }'
        $objects, $shown = Invoke-There {
            param($Command, $View)
            $objects = @(. ([scriptblock]::Create($Command)))
            , $objects
            , @($objects | & ([scriptblock]::Create("`$input | $View")) | Out-String -Width 120)
        } $commands[$Command], $View
        $here = $objects | & ([scriptblock]::Create("`$input | $View")) | Out-String -Width 120
        $here.Trim() | Should -Not -BeNullOrEmpty
        $here | Should -BeExactly "$shown"
    }

    It 'is a mapping for Invoke-Command -HostName, too' {
        $mapping = Invoke-Command @connection -ScriptBlock { Get-NatMapping -Protocol Tcp }
        $mapping.PSObject.TypeNames[0] | Should -BeExactly 'Deserialized.ProxyHelper.Conntrack.ConntrackEntry'
        $mapping.OriginalSource | Should -BeOfType ProxyHelper.Addresses.TransportEndPoint
        "$($mapping.PSComputerName) $mapping" | Should -BeExactly "127.0.0.1 $(Get-NatMapping -Protocol Tcp)"
    }

    It 'is a mapping to ask the helper about, with its agreement' {
        $mapping = Invoke-There { Get-NatMapping -Protocol Tcp }
        foreach ($answer in @($mapping | Test-ProxyHelper -TimeoutSeconds 30) + (Test-ProxyHelper -Mapping $mapping -TimeoutSeconds 30)) {
            "$($answer.Outcome) $($answer.AgreesWithMapping)" | Should -BeExactly 'Found True'
        }
    }

    It 'is a mapping to read again and to remove, and only with its own id' {
        $mapping = Invoke-There { Get-NatMapping -Protocol Tcp }
        (Get-NatMapping -Mapping $mapping).Id | Should -Be $mapping.Id
        ($mapping | Get-NatMapping).Id | Should -Be $mapping.Id
        $text = [System.Management.Automation.PSSerializer]::Serialize($mapping, 1) -replace '(?<=<U32 N="Id">)\d+', 1
        $streams = Get-Streams { [System.Management.Automation.PSSerializer]::Deserialize($text) | Remove-NatMapping -Confirm:$false }
        "$($streams.Error.FullyQualifiedErrorId)" | Should -BeLike 'MappingGone,*'
        $mapping | Remove-NatMapping -Confirm:$false
        Get-NatMapping -Protocol Tcp | Should -BeNullOrEmpty
    }

    It 'sorts by the numbers of its end points, also as a bare end point' {
        $lines = 10, 2, 100, 1 | ForEach-Object { $savedLine -replace '10\.1\.1\.1 ', "10.1.1.$_ " }
        $mappings = Invoke-There { $args | Get-NatMapping } $lines
        $sorted = '10.1.1.1:10943', '10.1.1.2:10943', '10.1.1.10:10943', '10.1.1.100:10943'
        $mappings | Sort-Object OriginalSource | ForEach-Object { "$($_.OriginalSource)" } | Should -BeExactly $sorted
        Invoke-There { ($args | Get-NatMapping).OriginalSource } $lines | Sort-Object | ForEach-Object { "$_" } | Should -BeExactly $sorted
        ($mappings | Measure-Object OriginalSource -Maximum).Maximum | Should -Be '10.1.1.100:10943'
    }

    It 'is selected and grouped by its properties' {
        $mappings = @(Invoke-There { Get-NatMapping -IncludeUntranslated })
        $mappings.Count | Should -Be 3
        ($mappings | Where-Object Protocol -EQ Udp).Id | Should -Be (Get-NatMapping -Protocol Udp).Id
        ($mappings | Where-Object { $_.OriginalSource.Address -eq '10.1.1.1' }).Id | Should -Be (Get-NatMapping 10.1.1.1).Id
        ($mappings | Where-Object OriginalSource -EQ '10.1.1.1:10943').Id | Should -Be (Get-NatMapping 10.1.1.1).Id
        ($mappings | Where-Object { $_.NatType -band 'Destination' }).Id | Should -Be (Get-NatMapping 10.1.1.1).Id
        ($mappings | Group-Object Protocol -NoElement | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'Tcp 2', 'Udp 1'
    }

    It 'gives filters and ends of a look-up' {
        $mapping = Invoke-There { Get-NatMapping -Protocol Tcp }
        $source = Invoke-There { (Get-NatMapping -Protocol Tcp).TranslatedSource }
        (Get-NatMapping -OriginalSource $mapping.OriginalSource).Id | Should -Be $mapping.Id
        (Get-NatMapping -Source $source -Destination $mapping.TranslatedDestination).Id | Should -Be $mapping.Id
    }

    It 'is compared with the helper of this host after it was read from a Clixml file' {
        Invoke-There { Get-NatMapping -Protocol Tcp } | Export-Clixml "$TestDrive/remote.xml"
        $read = Import-Clixml "$TestDrive/remote.xml"
        $read | Should -BeOfType ProxyHelper.Conntrack.ConntrackEntry
        ($read | Test-ProxyHelper -TimeoutSeconds 30).AgreesWithMapping | Should -BeTrue
    }

    It 'arrives before this session has imported the module' {
        $lines = @(
            "`$session = New-PSSession -HostName 127.0.0.1 -Port $($connection.Port) -UserName root -KeyFilePath '$($connection.KeyFilePath)' -Options @{"
            ($connection.Options.Keys | ForEach-Object { "$_ = '$($connection.Options[$_])'" }) -join '; '
            '}'
            '$mappings = Invoke-Command $session { Get-NatMapping -IncludeUntranslated }'
            'Get-Module ProxyHelper'
            'Import-Module ProxyHelper'
            '$mappings | Sort-Object OriginalSource | ForEach-Object { "$($_.OriginalSource)" }'
            'Remove-PSSession $session'
        ) -join "`n"
        Invoke-NewShell $lines | Should -BeExactly '10.1.1.1:10943', '10.1.1.2:5353', '10.1.1.3:1025'
    }

    It 'is an error with its id, its message and the next step' {
        $failure = Get-Failure { Invoke-There { Get-NatMapping -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 } }
        $failure.FullyQualifiedErrorId | Should -BeExactly 'MappingNotFound,ProxyHelper.PowerShell.Commands.GetNatMappingCommand'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*translated source and destination*'
        "$failure" | Should -BeLike '*194.0.1.1:1 *'
    }
}

Describe 'An object that arrives from a background job' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }

    It 'is the object that was sent' {
        $job = Start-Job { $args | Get-NatMapping } -ArgumentList $savedLine
        try { $mapping = $job | Receive-Job -Wait }
        finally { Remove-Job $job -Force }
        $mapping | Should -BeOfType ProxyHelper.Conntrack.ConntrackEntry
        $mapping | Should -Be ($savedLine | Get-NatMapping)
    }
}

Describe 'A property bag' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        function New-Bag([string] $Pattern, [string] $Replacement) {
            $text = [System.Management.Automation.PSSerializer]::Serialize(($savedLine | Get-NatMapping), 1) -replace $Pattern, $Replacement
            [System.Management.Automation.PSSerializer]::Deserialize($text)
        }
    }

    It 'keeps its text if it cannot become a mapping: <Pattern>' -ForEach @(
        @{ Pattern = '10\.1\.1\.1:10943'; Replacement = '10.1.1.1:109430'; Property = 'OriginalSource'; Shown = '10.1.1.1:109430' }
        @{ Pattern = '<S N="State">Established</S>'; Replacement = '<S N="State">Sleeping</S>'; Property = 'State'; Shown = 'Sleeping' }
        @{ Pattern = '<S N="TranslatedSource">[^<]*</S>'; Replacement = ''; Property = 'OriginalSource'; Shown = '10.1.1.1:10943' }
    ) {
        $bag = New-Bag $Pattern $Replacement
        $bag.PSObject.TypeNames[0] | Should -BeExactly 'Deserialized.ProxyHelper.Conntrack.ConntrackEntry'
        "$($bag.$Property)" | Should -BeExactly $Shown
        $streams = Get-Streams { $bag | Remove-NatMapping -Confirm:$false }
        "$($streams.Error)" | Should -BeLike '*not a mapping from Get-NatMapping*'
    }

    It 'cannot carry characters that control a terminal' {
        $bag = New-Bag '10\.1\.1\.1:10943</S>' "_x001B_[31m10.1.1.1:10943</S>"
        $finding = [System.Management.Automation.PSSerializer]::Deserialize((@'
<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><TN RefId="0"><T>ProxyHelper.Diagnosis.Finding</T></TN>
<Props><S N="Check">Host</S><S N="Severity">Passed</S><S N="Reason">_x001B_[31mred</S><S N="Action"></S></Props></Obj></Objs>
'@))
        $finding | Should -BeOfType ProxyHelper.Diagnosis.Finding
        $finding.Reason | Should -BeExactly '\u001b[31mred'
        $bag | Should -Not -BeOfType ProxyHelper.Conntrack.ConntrackEntry
    }
}
