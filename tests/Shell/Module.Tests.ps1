# The module as it is installed: its commands and its help.

Describe 'The module' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $commands = @(
            'Get-NatMapping', 'Get-ProxyHelper', 'Get-ProxyRelay', 'Measure-NatMapping', 'Remove-NatMapping'
            'Start-ProxyHelper', 'Start-ProxyRelay', 'Stop-ProxyHelper', 'Stop-ProxyRelay'
            'Test-ProxyHelper', 'Test-ProxyHelperSetup', 'Watch-NatMapping'
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
            Should -BeExactly 'Remove-NatMapping', 'Start-ProxyHelper', 'Start-ProxyRelay', 'Stop-ProxyHelper', 'Stop-ProxyRelay'
    }

    It 'loads its own assemblies only, in a new shell' {
        $lines = Invoke-NewShell @'
            Import-Module ProxyHelper
            $null = '' | Get-NatMapping
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
        'Get-NatMapping', 'Get-ProxyHelper', 'Get-ProxyRelay', 'Measure-NatMapping', 'Remove-NatMapping', 'Start-ProxyHelper'
        'Start-ProxyRelay', 'Stop-ProxyHelper', 'Stop-ProxyRelay', 'Test-ProxyHelper', 'Test-ProxyHelperSetup', 'Watch-NatMapping'
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

    It 'has a topic about the concept and a topic about the relay' {
        Get-Help about_ProxyHelper | Should -BeLike '*conntrack table  |*'
        Get-Help about_ProxyHelper_Relay | Should -BeLike '*PROXY header*'
    }

    It 'shows no Markdown fence, and the command of an example as its code' {
        Get-Help Start-ProxyHelper -Examples | Out-String | Should -Not -BeLike '*``````*'
        (Get-Help Start-ProxyHelper).examples.example[0].code | Should -BeExactly 'Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9'
    }

    It 'has related links that are topics, and no address on the web' {
        foreach ($command in (Get-Command -Module ProxyHelper).Name) {
            foreach ($link in (Get-Help $command).relatedLinks.navigationLink) {
                $link.uri | Should -BeNullOrEmpty
                Get-Help $link.linkText | Should -Not -BeNullOrEmpty
            }
            "$(Get-Failure { Get-Help $command -Online })" | Should -BeLike '*is not specified*'
        }
    }

    It 'is what src/Format-HelpFile.ps1 makes of the examples and links of PlatyPS' {
        $pages = "$PSScriptRoot/../../docs/en-US"
        $help = [xml](Get-Content "$pages/ProxyHelper.PowerShell.dll-Help.xml" -Raw)
        foreach ($example in $help.SelectNodes("//*[local-name()='example']")) {
            $example.SelectNodes("*[local-name()='introduction']/*").ForEach{ $_.InnerText = '```powershell' }
            $example.SelectNodes("*[local-name()='code' or local-name()='remarks']").ForEach{ $_.RemoveAll() }
        }
        foreach ($uri in $help.SelectNodes("//*[local-name()='navigationLink']/*[local-name()='uri']")) { $uri.InnerText = 'Page.md' }
        $help.Save("$TestDrive/help.xml")
        & "$PSScriptRoot/../../src/Format-HelpFile.ps1" "$TestDrive/help.xml" $pages
        Get-Content "$TestDrive/help.xml" -Raw | Should -BeExactly (Get-Content "$pages/ProxyHelper.PowerShell.dll-Help.xml" -Raw)
    }
}
