# A table that was saved, looked at on any machine.

$line = 'tcp 6 300 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1'

@{
    Name  = 'A saved table is read and filtered, and a line that is none is an error with its number'
    Needs = 'Nothing'
    Does  = {
        [System.IO.File]::WriteAllLines("$folder/table", [string[]]@($line, '', 'nonsense', $line.Replace('10943', '10944')))
        $mappings = @(Get-NatMapping -Path "$folder/tab*" -ErrorVariable failures -ErrorAction SilentlyContinue)
        Assert-Equal '10.1.1.1:10943 10.1.1.1:10944' $mappings.OriginalSource 'Who called'
        Assert-Like 'Line 3 is no conntrack entry*' $failures 'The error'
        $told = Get-NatMapping -Path "$folder/table" -ErrorAction Ignore -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        Assert-Like '*/table: 4 lines, of which 2 fit.' $told 'What -Verbose tells'
        $file = [System.IO.FileInfo]::new("$folder/table")
        Assert-Equal 'Established' ($file | Get-NatMapping -OriginalSource :10944 -ErrorAction Ignore).State 'The state of the one that fits'
    }
}
@{
    Name  = 'Nothing is removed by what a file says'
    Needs = 'Nothing'
    Does  = {
        $failure = Get-Failure { $line | Get-NatMapping | Remove-NatMapping -Confirm:$false }
        Assert-Equal 'MappingWithoutId,ProxyHelper.PowerShell.Commands.RemoveNatMappingCommand' $failure.FullyQualifiedErrorId 'The error about a saved mapping'
        $failure = Get-Failure { [pscustomobject]@{ Protocol = 'Tcp'; Id = '1' } | Remove-NatMapping -Confirm:$false }
        Assert-Like '*Get-NatMapping -Id*' $failure.Exception.Message 'The error about a row'
    }
}
