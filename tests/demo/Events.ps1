# Named pipes in the folder $env:DEMO_PIPES connect the scripts of the four hosts with demo.sh.

function Send-Event([string] $Name, [string] $Words) {
    $line = [System.Text.Encoding]::UTF8.GetBytes("$Name $Words`n")
    $pipe = [System.IO.File]::Open("$env:DEMO_PIPES/events", 'Open', 'Write', 'ReadWrite')
    try { $pipe.Write($line, 0, $line.Length) } finally { $pipe.Dispose() }
}

function Wait-Turn([string] $Name) {
    $pipe = [System.IO.File]::Open("$env:DEMO_PIPES/$Name", 'Open', 'Read', 'ReadWrite')
    try { $null = [System.IO.StreamReader]::new($pipe).ReadLine() } finally { $pipe.Dispose() }
}
