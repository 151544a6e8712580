# What a scenario says when what is seen is not what should be.

function Assert-That([bool] $Condition, [string] $Sentence) {
    if (-not $Condition) { throw $Sentence }
}

function Assert-Equal($Expected, $Seen, [string] $What) {
    Assert-That ("$Expected" -ceq "$Seen") "$What should be '$Expected', and is '$Seen'."
}

function Assert-Like([string] $Pattern, $Seen, [string] $What) {
    Assert-That ("$Seen" -clike $Pattern) "$What should be like '$Pattern', and is '$Seen'."
}

# Runs what should end with an error, and gives the error.
function Get-Failure([scriptblock] $Doing) {
    try { $null = & $Doing }
    catch { return $_ }
    throw "This should fail, and does not: $Doing"
}

# What the Tab key offers behind what was typed, in one line.
function Get-Completion([string] $Typed) {
    $offered = [System.Management.Automation.CommandCompletion]::CompleteInput($Typed, $Typed.Length, $null).CompletionMatches
    ($offered | ForEach-Object CompletionText) -join ' '
}

# Goes on as soon as something is so; what has not come after a minute will not come.
function Wait-Until([scriptblock] $Condition, [string] $Sentence) {
    $end = [datetime]::UtcNow.AddMinutes(1)
    while (-not (& $Condition)) {
        Assert-That ([datetime]::UtcNow -lt $end) $Sentence
        $null = [System.Threading.Thread]::Yield()
    }
}
