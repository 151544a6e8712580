# Helpers of the shell tests. Each file of tests dot-sources this file in its first BeforeAll.

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ProxyHelper)) { Import-Module ProxyHelper }
# Loaded after the module, so that it uses the packaged core.
Add-Type -Path "$PSScriptRoot/../Support/bin/Release/net10.0/ProxyHelper.TestSupport.dll"

$savedLine = 'tcp      6 431999 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1'
$question = @{ Source = '194.0.1.1:20119'; Destination = '194.0.22.9:9199'; TimeoutSeconds = 30 }
$shortQuestion = @{ Source = '194.0.1.1:20119'; Destination = '194.0.22.9:9199'; TimeoutSeconds = 0.05; Retries = 1 }

# Makes this network namespace the router and the proxy of the classic set-up, with three entries in the conntrack table.
function Initialize-Router([ProxyHelper.TestSupport.ConntrackFlow[]] $Flow = [ProxyHelper.TestSupport.RouterFixture]::Flows) {
    if (-not (Test-Path Variable:Global:conntrackTable)) {
        $devices = [System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces() | Where-Object NetworkInterfaceType -NE Loopback
        if ($devices) { throw 'These tests change addresses and firewall rules. Run them in a network namespace of their own (unshare --net).' }
        ip link set lo up
        foreach ($address in [ProxyHelper.TestSupport.RouterFixture]::Addresses) { ip address add "$address/32" dev lo }
        $global:conntrackTable = [ProxyHelper.TestSupport.ConntrackFixture]::Open()
    }
    $conntrackTable.Flush()
    if ($Flow) { $conntrackTable.Add($Flow) }
}

# Ends everything that a test started, so that the next test finds the router as it was.
function Clear-Router {
    Import-Module ProxyHelper
    Get-Job | Remove-Job -Force
    nft flush ruleset
    ip route flush root 198.51.100.0/24 table local
    $conntrackTable.Flush()
}

# Gives a TCP flow with NAT, by its four ends as the kernel lists them.
function New-Flow([string] $OriginalSource, [string] $OriginalDestination, [string] $ReplySource, [string] $ReplyDestination, [switch] $Udp) {
    $kind = $Udp ? 'Udp' : 'Tcp'
    [ProxyHelper.TestSupport.ConntrackFlow]::$kind($OriginalSource, $OriginalDestination, $ReplySource, $ReplyDestination)
}

function Add-Flow([ProxyHelper.TestSupport.ConntrackFlow[]] $Flow) { $conntrackTable.Add($Flow) }

function Remove-Flow([ProxyHelper.TestSupport.ConntrackFlow[]] $Flow) { $conntrackTable.Delete($Flow) }

# Sets properties of a flow, such as its zone. C# sets them only when it makes a flow.
function Set-FlowProperty($Flow, [hashtable] $Values) {
    foreach ($name in $Values.Keys) { [ProxyHelper.TestSupport.ConntrackFlow].GetProperty($name).SetValue($Flow, $Values[$name]) }
}

# Runs a script block and gives the error that ended it.
function Get-Failure([scriptblock] $Body) {
    try { $null = & $Body }
    catch { return $_ }
    throw "No error ended: $Body"
}

# Runs a script block and gives the records of each stream.
function Get-Streams([scriptblock] $Body) {
    $ErrorActionPreference = 'Continue'
    $records = @(& $Body *>&1)
    $streams = @{ Error = 'ErrorRecord'; Warning = 'WarningRecord'; Verbose = 'VerboseRecord'; Information = 'InformationRecord' }
    $result = @{ Output = @($records | Where-Object { $_.GetType().Name -notin $streams.Values }) }
    foreach ($stream in $streams.Keys) { $result[$stream] = @($records | Where-Object { $_.GetType().Name -eq $streams[$stream] }) }
    [pscustomobject]$result
}

# Scripts rely on the id, the category and the target of an error; an administrator relies on the next step.
function Assert-Error($Record, [string] $Id, [string] $Cmdlet, [string] $Category, [string] $NextStep) {
    @($Record).Count | Should -Be 1
    $Record.FullyQualifiedErrorId | Should -BeExactly "$Id,ProxyHelper.PowerShell.Commands.$($Cmdlet)Command"
    $Record.CategoryInfo.Category | Should -Be $Category
    $Record.TargetObject | Should -Not -BeNullOrEmpty
    $Record.ErrorDetails.RecommendedAction | Should -BeLike "*$([WildcardPattern]::Escape($NextStep))*"
    "$Record" | Should -BeExactly $Record.Exception.Message
}

# Gives the texts that the Tab key offers after what was typed.
function Get-Completion([string] $Typed) {
    [System.Management.Automation.CommandCompletion]::CompleteInput($Typed, $Typed.Length, $null).CompletionMatches | ForEach-Object CompletionText
}

# Waits until a condition holds. One minute is enough for everything that happens here.
function Wait-Until([scriptblock] $Condition) {
    $end = [datetime]::UtcNow.AddMinutes(1)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $end) { throw "After a minute, this is still false: $Condition" }
        $null = [System.Threading.Thread]::Yield()
    }
}

# The lines of all streams of a job. If a line arrives while 'Receive-Job -Keep' copies the lines, PowerShell throws: "Destination array was
# not long enough". So a condition that is tried again and again reads the streams.
function Get-JobText([System.Management.Automation.Job] $Job) {
    @($Job.Output; $Job.Warning; $Job.Error; $Job.Information; $Job.Verbose) -join "`n"
}

# Runs a script in a runspace of its own, on its own thread, so that the thread can drop a capability: NetAdmin or NetBindService.
function Invoke-WithoutCapability([string] $Capability, [string] $Body, [hashtable] $Variable = @{}) {
    $shell = [powershell]::Create()
    try {
        foreach ($name in $Variable.Keys) { $shell.Runspace.SessionStateProxy.SetVariable($name, $Variable[$name]) }
        $null = $shell.AddScript("[ProxyHelper.TestSupport.Capability]::Drop$Capability(); Import-Module ProxyHelper; `$Error.Clear()`n$Body")
        $shell.Invoke()
    }
    finally {
        $shell.Runspace.Dispose()
        $shell.Dispose()
    }
}

# Gives the program and the first arguments that start this shell once more. A shell that is a .NET tool is started by dotnet.
function Get-ThisShell {
    $program = [Environment]::ProcessPath
    if ((Split-Path -Leaf $program) -eq 'dotnet') { $program, "$PSHOME/pwsh.dll" } else { $program }
}

# The start of a command that the program 'timeout' ends after two minutes.
$timeLimit = 'timeout', '--kill-after=5', '120'

# Fails if the program 'timeout' ended the command: 124, or 137 if the command had to be killed.
function Assert-WithinTimeLimit([int] $ExitCode, [string] $Shown) {
    if ($ExitCode -in 124, 137) { throw "A shell was ended after two minutes. It showed:`n$Shown" }
}

# Runs a script in a new shell and gives what it writes.
function Invoke-NewShell([string] $Body, [string[]] $Prefix = @()) {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("`$ProgressPreference = 'Ignore'; $Body"))
    $program, $arguments = $timeLimit + $Prefix + (Get-ThisShell) + '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-EncodedCommand', $encoded
    $lines = & $program @arguments 2>&1 | ForEach-Object { "$_" }
    Assert-WithinTimeLimit $LASTEXITCODE ($lines -join "`n")
    $lines
}

# Runs a script in a new shell at a real terminal of a width, and gives the lines on the screen. After the screen shows -InterruptAfter,
# the user presses Ctrl+C.
function Invoke-Terminal([int] $Columns, [string] $Body, [string] $InterruptAfter) {
    $file = "$TestDrive/terminal.ps1"
    Set-Content $file $Body
    $start = [System.Diagnostics.ProcessStartInfo]::new($timeLimit[0])
    $shell = "'$((Get-ThisShell) -join "' '")'"
    foreach ($argument in $timeLimit[1..2] + 'script', '--quiet', '--return', '--command', "stty cols $Columns rows 50 && exec $shell -NoProfile -File '$file'", '/dev/null') {
        $start.ArgumentList.Add($argument)
    }
    $start.Environment['TERM'] = 'xterm-256color'
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $terminal = [System.Diagnostics.Process]::Start($start)
    try {
        $screen = [System.Text.StringBuilder]::new()
        while (($character = $terminal.StandardOutput.Read()) -ge 0) {
            $null = $screen.Append([char]$character)
            if ($InterruptAfter -and "$screen".EndsWith($InterruptAfter)) {
                $InterruptAfter = ''
                $terminal.StandardInput.Write([char]3)
                $terminal.StandardInput.Flush()
            }
        }
        $terminal.WaitForExit()
        Assert-WithinTimeLimit $terminal.ExitCode "$screen"
    }
    finally {
        $terminal.Kill($true)
        $terminal.Dispose()
    }
    ("$screen" -replace '\e\[[0-9;?]*[A-Za-z]|\e[=>]' -replace "`r").Split("`n").TrimEnd()
}
