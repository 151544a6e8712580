#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, documents and packages ProxyHelper.
.DESCRIPTION
    Needs the .NET 10 SDK. Pester 5 and Microsoft.PowerShell.PlatyPS are used where they are installed; a step that
    lacks its module says so. Without pwsh, `dotnet build ProxyHelper.sln`, `tests/run.sh`, `src/package.sh` and
    `src/package-deb.sh` do the same.
.PARAMETER Task
    What to do, in the order given.
.EXAMPLE
    ./build.ps1 -Task Build, Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Docs', 'Package', 'DebianPackage')]
    [string[]] $Task = 'Build'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Test-ModuleAvailable([string] $Name, [version] $MinimumVersion, [string] $Without) {
    $found = Get-Module $Name -ListAvailable | Where-Object Version -GE $MinimumVersion
    if (-not $found) { Write-Warning "$Name $MinimumVersion or newer is not installed: $Without." }
    [bool] $found
}

# A pwsh that is a .NET tool is run by dotnet.
function Get-ThisShell {
    [Environment]::ProcessPath
    if ((Split-Path -Leaf ([Environment]::ProcessPath)) -eq 'dotnet') { "$PSHOME/pwsh.dll" }
}

function Invoke-Build {
    dotnet build "$PSScriptRoot/ProxyHelper.sln" -c Release --nologo
}

function Invoke-Test {
    & "$PSScriptRoot/tests/run.sh"
    if (Test-ModuleAvailable -Name Pester -MinimumVersion 5.0 -Without 'tests/ProxyHelper.Tests.ps1 is not run') {
        $package = Invoke-Package | Select-Object -Last 1 # what is tested is what is shipped
        # In a process of its own: a binary module that was loaded once cannot be built again under this one. As root in a network
        # of its own, which the tests change as they like.
        $command = "`$env:PROXYHELPER_MODULE = '$package'; exit (Invoke-Pester '$PSScriptRoot/tests/ProxyHelper.Tests.ps1' -PassThru).FailedCount"
        $program, $arguments = @(Get-ThisShell) + '-NoProfile', '-Command', $command
        if ((id -u) -eq 0) { unshare -n $program @arguments } else { & $program @arguments }
    }
}

function Invoke-Documentation {
    if (-not (Test-ModuleAvailable -Name Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0 -Without 'the help is not made anew')) { return }
    $pages = Get-ChildItem "$PSScriptRoot/docs/en-US" -Filter *-*.md | Sort-Object Name
    foreach ($page in $pages) {
        if (-not (Test-MarkdownCommandHelp $page.FullName)) { throw "$page is not in PlatyPS's format: Test-MarkdownCommandHelp -DetailView says where." }
    }
    # It makes a folder of the module's name; what is committed, and copied to en-US by the build, is the file in it.
    $made = $pages.FullName | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder "$PSScriptRoot/artifacts/maml" -Force
    Copy-Item $made "$PSScriptRoot/docs/en-US"
}

function Invoke-Package {
    & "$PSScriptRoot/src/package.sh"
}

function Invoke-DebianPackage {
    & "$PSScriptRoot/src/package-deb.sh"
}

switch ($Task) {
    Build { Invoke-Build }
    Test { Invoke-Test }
    Docs { Invoke-Documentation }
    Package { Invoke-Package }
    DebianPackage { Invoke-DebianPackage }
}
