# The module as it is installed: its commands and its help.

Describe 'The module' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $commands = @(
            'Get-NatMapping', 'Get-ProxyHelper', 'Measure-NatMapping', 'Remove-NatMapping', 'Start-ProxyHelper'
            'Stop-ProxyHelper', 'Test-ProxyHelper', 'Test-ProxyHelperSetup', 'Watch-NatMapping'
        )
    }

    It 'exports its cmdlets, and no aliases, functions or variables' {
        $module = Get-Module ProxyHelper
        $module.ExportedCommands.Keys | Sort-Object | Should -BeExactly $commands
        $module.ExportedCommands.Values.CommandType | Select-Object -Unique | Should -Be Cmdlet
        $module.ExportedAliases.Count + $module.ExportedVariables.Count | Should -Be 0
    }

    It 'has -WhatIf for each command that changes something' {
        (Get-Command -Module ProxyHelper | Where-Object { $_.Parameters.ContainsKey('WhatIf') }).Name | Sort-Object |
            Should -BeExactly 'Remove-NatMapping', 'Start-ProxyHelper', 'Stop-ProxyHelper'
    }

    It 'loads its own assemblies only, in a new shell' {
        $lines = Invoke-NewShell @'
            Import-Module ProxyHelper
            $null = Get-NatMapping -Path /dev/null
            $root = (Get-Module ProxyHelper).ModuleBase
            $shared = $PSHOME, [IO.Path]::GetDirectoryName([object].Assembly.Location)
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { -not $_.IsDynamic -and $_.Location } | ForEach-Object Location |
                Where-Object { $path = $_; -not ($shared | Where-Object { $path.StartsWith($_) }) } | ForEach-Object { $_.Replace($root, '') }
'@
        $lines | Sort-Object | Should -BeExactly '/bin/ProxyHelper.Core.dll', '/bin/ProxyHelper.Diagnosis.dll', '/bin/ProxyHelper.PowerShell.dll'
    }
}

Describe 'The help' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }

    It 'describes <_>, each of its parameters and examples' -ForEach @(
        'Get-NatMapping', 'Get-ProxyHelper', 'Measure-NatMapping', 'Remove-NatMapping', 'Start-ProxyHelper'
        'Stop-ProxyHelper', 'Test-ProxyHelper', 'Test-ProxyHelperSetup', 'Watch-NatMapping'
    ) {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -BeLike "$_ *" # without a synopsis, the engine shows the syntax
        "$($help.description.Text)" | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterThan 0
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + 'WhatIf', 'Confirm'
        foreach ($parameter in (Get-Command $_).Parameters.Keys | Where-Object { $_ -notin $common }) {
            "$((Get-Help $help.Name -Parameter $parameter).description.Text)" | Should -Not -BeNullOrEmpty -Because "-$parameter needs a description"
        }
    }

    It 'has a topic about the concept' {
        Get-Help about_ProxyHelper | Should -BeLike '*conntrack table  |*'
    }
}
