<#
.SYNOPSIS
    Lists what a user does with the module, or does one of it and throws a sentence when what is seen is not what should be.
.DESCRIPTION
    The one list for Pester (tests/ProxyHelper.Tests.ps1) and for the hosted engine (ScenarioTests.cs), so that they do not drift apart.
    The latter has the engine's own cmdlets only: no Format-List, no Set-Content, no Select-Object.
.PARAMETER Name
    The scenario to run. Without it they are listed, each with what it needs: Nothing, or Router, a network namespace of its own and root.
.PARAMETER Module
    The module's manifest.
#>
param([string] $Name, [string] $Module)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
. "$PSScriptRoot/Expectations.ps1"
. "$PSScriptRoot/Router.ps1"

$scenarios = foreach ($theme in 'Module', 'Responder', 'Mappings', 'SavedTable') {
    . "$PSScriptRoot/$theme.ps1"
}

if (-not $Name) {
    foreach ($scenario in $scenarios) { [pscustomobject]@{ Name = $scenario.Name; Needs = $scenario.Needs } }
    return
}

$chosen = @($scenarios | Where-Object { $_.Name -eq $Name })
if ($chosen.Count -ne 1) { throw "There are $($chosen.Count) scenarios named '$Name'." }

Import-Module $Module -Force
$folder = [System.IO.Directory]::CreateTempSubdirectory('proxy-helper-').FullName
try {
    if ($chosen[0].Needs -eq 'Router') { Initialize-Router }
    & $chosen[0].Does
}
finally {
    if ($chosen[0].Needs -eq 'Router') { Clear-Router }
    [System.IO.Directory]::Delete($folder, $true)
    Remove-Module ProxyHelper
}
