# Get-NatMapping on saved conntrack tables, which works on any machine.

Describe 'Get-NatMapping on a saved table' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $folder = "$TestDrive/tables"
        $null = New-Item $folder -ItemType Directory
    }
    AfterEach { Remove-Item "$folder/*" }

    It 'reads the output of the tool conntrack as the kernel has it' {
        Initialize-Router
        $ofKernel = Get-NatMapping -IncludeUntranslated | ForEach-Object { "$_ $($_.Id) $($_.State) $($_.NatType)" } | Sort-Object
        $ofTool = conntrack -L -o extended,id 2>&1 | ForEach-Object { "$_" } | Get-NatMapping -IncludeUntranslated | ForEach-Object { "$_ $($_.Id) $($_.State) $($_.NatType)" } | Sort-Object
        Clear-Router
        $ofTool | Should -BeExactly $ofKernel
        "$ofKernel" | Should -BeLike '*10.1.1.3:1025*'
    }

    It 'reads files by name, by wildcard and from the pipeline' {
        Set-Content -LiteralPath "$folder/a[1].txt" $savedLine
        Set-Content "$folder/b.txt" $savedLine.Replace('10.1.1.1', '10.1.1.2')
        "$((Get-NatMapping -LiteralPath "$folder/a[1].txt").OriginalSource)" | Should -BeExactly '10.1.1.1:10943'
        @(Get-NatMapping -Path "$folder/*.txt").Count | Should -Be 2
        @(Get-ChildItem $folder | Get-NatMapping).Count | Should -Be 2
        "$((Get-NatMapping -Path "$folder/*.txt" -OriginalSource 10.1.1.2).OriginalSource)" | Should -BeExactly '10.1.1.2:10943'
        Get-NatMapping -Path "$folder/*.none" | Should -BeNullOrEmpty
    }

    It 'reads what Get-Content and Select-String give' {
        Set-Content "$folder/table" $savedLine, $savedLine.Replace('10943', '10944')
        @(Get-Content "$folder/table" | Get-NatMapping).Count | Should -Be 2
        "$((Select-String 10944 "$folder/table" | Get-NatMapping).OriginalSource)" | Should -BeExactly '10.1.1.1:10944'
    }

    It 'names the line that is no entry and reads the next line' {
        Set-Content "$folder/table" -NoNewline ($savedLine + "`r`n`r`ntcp 6 NOWHERE src=10.1.1.1`n$savedLine`n" +
            "conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.`nnonsense")
        $streams = Get-Streams { Get-NatMapping -Path "$folder/table" }
        $streams.Output.Count | Should -Be 2
        $streams.Error | ForEach-Object { "$_" -replace ' is not .*' } | Should -Be "Line 3 of $folder/table", "Line 6 of $folder/table"
        $streams.Error.TargetObject | Should -Be 'tcp 6 NOWHERE src=10.1.1.1', 'nonsense'
        Assert-Error $streams.Error[0] SavedLineInvalid GetNatMapping ParserError 'conntrack -L'
    }

    It 'counts the lines of the pipeline, and those of a text with several lines on their own' {
        $streams = Get-Streams { $savedLine, '', 'nonsense', "$savedLine`n`n`nmore nonsense", 'junk' | Get-NatMapping }
        $streams.Error | ForEach-Object { "$_".Substring(0, 9) } | Should -Be 'Line 3 is', 'Line 4 is', 'Line 4 is'
        $streams.Error.TargetObject | Should -Be 'nonsense', 'more nonsense', 'junk'
    }

    It 'binds the lines of the pipeline without an exception for each' {
        Add-Type -TypeDefinition @'
            using System;
            using System.Threading;

            public static class Exceptions
            {
                private static int _count;
                static Exceptions() => AppDomain.CurrentDomain.FirstChanceException += (_, _) => Interlocked.Increment(ref _count);
                public static int Count => _count;
            }
'@
        $null = $savedLine | Get-NatMapping
        $before = [Exceptions]::Count
        (@($savedLine) * 1000 | Get-NatMapping).Count | Should -Be 1000
        [Exceptions]::Count - $before | Should -BeLessThan 10
    }

    It 'reports a file without line ends as no table and needs little memory' {
        [IO.File]::WriteAllText("$folder/endless", [string]::new('x', 50000000))
        $before = [GC]::GetTotalAllocatedBytes()
        $streams = Get-Streams { Get-NatMapping -Path "$folder/endless" }
        [GC]::GetTotalAllocatedBytes() - $before | Should -BeLessThan 10000000
        $streams.Output | Should -BeNullOrEmpty
        Assert-Error $streams.Error SavedFileNotTable GetNatMapping ParserError 'conntrack -L'
        "$($streams.Error)".Length | Should -BeLessOrEqual 5000
    }

    It 'reports a file that is not there and reads the next file' {
        Set-Content "$folder/table" $savedLine
        $streams = Get-Streams { Get-NatMapping -Path /nowhere/table, "$folder/table" }
        $streams.Output.Count | Should -Be 1
        Assert-Error $streams.Error SavedFileNotFound GetNatMapping ObjectNotFound 'conntrack -L > FILE'
    }

    It 'writes the numbers of lines and of mappings with -Verbose' {
        Set-Content "$folder/table" $savedLine, '', 'nonsense', $savedLine
        (Get-Streams { Get-NatMapping -Path "$folder/tab*" -Verbose }).Verbose.Message | Should -BeLike '*/table: 4 lines, 2 matching mappings.'
    }

    It 'gives mappings that Remove-NatMapping refuses' {
        $failure = Get-Failure { $savedLine | Get-NatMapping | Remove-NatMapping -Confirm:$false }
        Assert-Error $failure MappingWithoutId RemoveNatMapping InvalidArgument 'from the kernel'
    }
}
