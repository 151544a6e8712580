#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, documents and packages ProxyHelper.
.DESCRIPTION
    Needs the .NET 10 SDK. The task Docs also needs Microsoft.PowerShell.PlatyPS and does nothing without it. The other tasks also work
    without PowerShell: run 'dotnet build ProxyHelper.sln', tests/run.sh, src/package.sh or src/package-deb.sh.
.PARAMETER Task
    The tasks, which run in the order given. The default is Build.
.PARAMETER OutputDirectory
    The directory for the packages. The default is artifacts in the working copy.
.EXAMPLE
    ./build.ps1 -Task Build, Test
.EXAMPLE
    ./build.ps1 -Task Package, DebianPackage -OutputDirectory ~/packages
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Docs', 'Package', 'DebianPackage')]
    [string[]] $Task = 'Build',
    [string] $OutputDirectory = "$PSScriptRoot/artifacts"
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$output = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputDirectory)

function Test-ModuleAvailable([string] $Name, [version] $MinimumVersion, [string] $Without) {
    $found = Get-Module $Name -ListAvailable | Where-Object Version -GE $MinimumVersion
    if (-not $found) { Write-Warning "$Name $MinimumVersion or newer is not installed: $Without." }
    [bool] $found
}

function Invoke-Build {
    dotnet build "$PSScriptRoot/ProxyHelper.sln" -c Release --nologo
}

function Invoke-Test {
    & "$PSScriptRoot/tests/run.sh"
}

function Invoke-Documentation {
    if (-not (Test-ModuleAvailable -Name Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0 -Without 'the help file is not generated')) { return }
    $pages = Get-ChildItem "$PSScriptRoot/docs/en-US" -Filter *-*.md | Sort-Object Name
    foreach ($page in $pages) {
        if (-not (Test-MarkdownCommandHelp $page.FullName)) { throw "$page is not in the format of PlatyPS. Run 'Test-MarkdownCommandHelp $page -DetailView' to find the fault." }
    }
    # PlatyPS writes the file into a folder of the module's name. The build copies the committed file to en-US.
    $made = $pages.FullName | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder "$PSScriptRoot/artifacts/maml" -Force
    & "$PSScriptRoot/src/Format-HelpFile.ps1" $made "$PSScriptRoot/docs/en-US"
    Copy-Item $made "$PSScriptRoot/docs/en-US"
}

function Invoke-Package {
    & "$PSScriptRoot/src/package.sh" $output
}

function Invoke-DebianPackage {
    & "$PSScriptRoot/src/package-deb.sh" '' $output
}

switch ($Task) {
    Build { Invoke-Build }
    Test { Invoke-Test }
    Docs { Invoke-Documentation }
    Package { Invoke-Package }
    DebianPackage { Invoke-DebianPackage }
}
