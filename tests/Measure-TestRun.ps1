<#
.SYNOPSIS
    Adds up the reports of a test run.
.DESCRIPTION
    Writes the numbers of passed, failed and skipped tests, the number of reports, and the covered lines in tenths of a percent: all in
    one line. A test that neither passed nor failed is a skipped test.
.PARAMETER Folder
    The folder with the reports: TRX files of the test programs, the NUnit file of Pester, and Cobertura files.
.PARAMETER Failures
    Writes the names of the failed tests instead.
#>
param([Parameter(Mandatory)] [string] $Folder, [switch] $Failures)

$ErrorActionPreference = 'Stop'

function Read-Report([string] $Filter) {
    foreach ($file in Get-ChildItem $Folder -Filter $Filter) { [xml](Get-Content $file -Raw) }
}

function Get-Sum([object[]] $Numbers) {
    [long]($Numbers | Measure-Object -Sum).Sum
}

if ($Failures) {
    @(Read-Report *.trx).TestRun.Results.UnitTestResult | Where-Object outcome -EQ Failed | ForEach-Object testName
    @(Read-Report Shell.xml) | Select-Xml '//test-case[@result="Failed"]' | ForEach-Object { $_.Node.fullname }
    return
}
$programs = @(Read-Report *.trx).TestRun.ResultSummary.Counters
$shell = @(Read-Report Shell.xml).'test-run'
$coverage = @(Read-Report *.cobertura.*.xml).coverage
$passed = Get-Sum @($programs.passed; $shell.passed)
$failed = Get-Sum @($programs.failed; $programs.error; $shell.failed)
$skipped = (Get-Sum @($programs.total; $shell.total)) - $passed - $failed
$reports = @(Get-ChildItem $Folder/* -Include *.trx, Shell.xml).Count
$lines = Get-Sum @($coverage.'lines-valid')
"$passed $failed $skipped $reports $($lines ? [Math]::Floor(1000 * (Get-Sum @($coverage.'lines-covered')) / $lines) : 0)"
