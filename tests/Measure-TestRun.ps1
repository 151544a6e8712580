<#
.SYNOPSIS
    Adds up the reports of a test run.
.DESCRIPTION
    Writes the numbers of passed, failed and skipped tests, and the covered lines in tenths of a percent: all in one line.
.PARAMETER Folder
    The folder with the reports: TRX files of the test programs, the NUnit file of Pester, and Cobertura files.
#>
param([Parameter(Mandatory)] [string] $Folder)

$ErrorActionPreference = 'Stop'

function Read-Report([string] $Filter) {
    foreach ($file in Get-ChildItem $Folder -Filter $Filter) { [xml](Get-Content $file -Raw) }
}

function Get-Sum([object[]] $Numbers) {
    [long]($Numbers | Measure-Object -Sum).Sum
}

$programs = @(Read-Report *.trx).TestRun.ResultSummary.Counters
$shell = @(Read-Report Shell.xml).'test-run'
$coverage = @(Read-Report *.cobertura.*.xml).coverage
$passed = Get-Sum @($programs.passed; $shell.passed)
$failed = Get-Sum @($programs.failed; $programs.error; $shell.failed)
$skipped = Get-Sum @($programs.notExecuted; $shell.skipped)
$lines = Get-Sum @($coverage.'lines-valid')
"$passed $failed $skipped $($lines ? [Math]::Floor(1000 * (Get-Sum @($coverage.'lines-covered')) / $lines) : 0)"
