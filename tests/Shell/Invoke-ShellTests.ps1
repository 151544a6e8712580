<#
.SYNOPSIS
    Runs the Pester tests on the packaged module.
.DESCRIPTION
    Run it as root in a network namespace of its own: the tests change addresses, firewall rules and the conntrack table. The exit status is
    0 if all tests passed or were skipped, 2 if a test failed, and 1 if a file of tests or one of its tests could not be run.
.PARAMETER Path
    The files to run. The default is all files of this folder.
.PARAMETER Tag
    Runs only the tests with this tag. The tags are the names of promises in docs/reliability.md and docs/security.md.
.PARAMETER Report
    The file for the results, in the format of NUnit 3.
.EXAMPLE
    PROXYHELPER_PACKAGE=/var/tmp/package src/package.sh /var/tmp/package
    sudo --preserve-env=PROXYHELPER_PACKAGE unshare --net tests/pwsh -File tests/Shell/Invoke-ShellTests.ps1
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(ValueFromRemainingArguments)] [string[]] $Path = $PSScriptRoot,
    [string] $Tag,
    [string] $Report
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../Support/bin/Release/net10.0/Pester/Pester.psd1"

# The module as an administrator installs it: unpacked from the .zip into a folder of PSModulePath.
$modules = [System.IO.Directory]::CreateTempSubdirectory('proxy-helper-modules-').FullName
try {
    Expand-Archive (Get-Item "$env:PROXYHELPER_PACKAGE/*.zip") $modules
    $env:PSModulePath = "${modules}:$env:PSModulePath"

    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $Path
    $configuration.Run.PassThru = $true
    $configuration.Output.RenderMode = 'Plaintext'
    if ($Tag) { $configuration.Filter.Tag = $Tag }
    if ($Report) {
        $configuration.TestResult.Enabled = $true
        $configuration.TestResult.OutputFormat = 'NUnit3'
        $configuration.TestResult.OutputPath = $Report
    }
    $run = Invoke-Pester -Configuration $configuration
}
finally {
    Remove-Item $modules -Recurse -Force
}
if ($run.FailedContainersCount + $run.FailedBlocksCount) { exit 1 }
# Pester counts these tests neither as failed nor as skipped. They prove nothing. With a tag, other tests are not run.
if ($run.InconclusiveCount + ($Tag ? 0 : $run.NotRunCount) -or -not $run.PassedCount) { exit 1 }
exit ($run.FailedCount ? 2 : 0)
