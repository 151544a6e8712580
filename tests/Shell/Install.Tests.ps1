# The packages as an administrator installs them, each into an empty home directory. A new shell then looks up a connection of the kernel.

Describe 'The installed module' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        Initialize-Router
        $version = (Test-ModuleManifest (Get-Item "$env:PROXYHELPER_PACKAGE/ProxyHelper/*/ProxyHelper.psd1")).Version
        $lookUp = @'
            Import-Module ProxyHelper
            $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -MaxQueueDelay 0:1:0
            $answer = Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -TimeoutSeconds 30
            $mapping = Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199
            Stop-ProxyHelper ProxyHelper
            $module = Get-Module ProxyHelper
            "$($module.ModuleBase) $($module.Version)"
            "$($answer.Outcome) $($answer.OriginalSource) $($answer.OriginalDestination)"
            "$($mapping.OriginalSource) $($mapping.OriginalDestination)"
            (Get-Help Get-NatMapping).Synopsis.Trim()
'@
    }
    AfterAll { Clear-Router }

    It 'answers look-ups and lists mappings after <Command>' -ForEach @(
        @{ Command = 'Expand-Archive'; Install = 'Expand-Archive "$packages/ProxyHelper.$version.zip" $modules' }
        @{
            Command = 'Install-PSResource'
            Install = 'Register-PSResourceRepository -Name router -Uri $packages -Trusted; Install-PSResource ProxyHelper -Repository router'
        }
    ) {
        $folder = "$TestDrive/$Command"
        $modules = "$folder/.local/share/powershell/Modules"
        $null = New-Item $modules -ItemType Directory
        $prefix = 'env', '-u', 'PSModulePath', "HOME=$folder", "XDG_DATA_HOME=$folder/.local/share", "XDG_CACHE_HOME=$folder/.cache"
        $names = "`$packages = '$env:PROXYHELPER_PACKAGE'; `$version = '$version'; `$modules = '$modules'"

        $lines = Invoke-NewShell "`$ErrorActionPreference = 'Stop'; $names; $Install; $lookUp" -Prefix $prefix

        $lines | Should -BeExactly @(
            "$modules/ProxyHelper/$version $version"
            'Found 10.1.1.1:10943 4.1.1.1:25'
            '10.1.1.1:10943 4.1.1.1:25'
            (Get-Help Get-NatMapping).Synopsis.Trim()
        )
    }
}
