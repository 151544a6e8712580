<#
.SYNOPSIS
    Measures the sentences of documents.
.DESCRIPTION
    Writes one object for each document: the number of sentences, their median length and greatest length in words, and the share of
    passive sentences. Headings and code blocks are not measured. Code in a sentence is one word. The cells of a table count only for the
    greatest length, because most cells are not sentences.
.PARAMETER Path
    Documents in Markdown, about topics, and manual pages in mdoc. The default is all documents.
.PARAMETER Longer
    Lists the sentences with more words than this number instead.
.PARAMETER Passive
    Lists the passive sentences instead.
.EXAMPLE
    tests/pwsh -File tests/Measure-Sentences.ps1 docs/relay.md -Longer 25
#>
[CmdletBinding(DefaultParameterSetName = 'Figures')]
param(
    [Parameter(Position = 0)] [string[]] $Path,
    [Parameter(ParameterSetName = 'Longer')] [int] $Longer,
    [Parameter(ParameterSetName = 'Passive')] [switch] $Passive
)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$participles = 'begun|bound|broken|brought|built|caught|chosen|cut|done|drawn|driven|fed|felt|found|forgotten|frozen|given|gone|got|gotten|' +
    'heard|held|hidden|hit|kept|known|laid|led|left|lent|lost|made|meant|met|paid|put|read|run|said|seen|sent|set|shown|shut|' +
    'sold|spent|split|spread|stolen|stood|sworn|taken|taught|thrown|thought|told|torn|understood|won|worn|written|\w+ed'
$passiveForm = "\b(?:is|are|was|were|be|been|being|gets?|got)\s+(?:(?:not|never|only|also|always|then|still|again|both|all|just|already|first|\w+ly)\s+)*(?:$participles)\b"

# Text of inline elements, in which code is one word.
function Get-InlineText([Markdig.Syntax.Inlines.ContainerInline] $Container) {
    -join $(foreach ($inline in $Container) {
        switch ($inline) {
            { $_ -is [Markdig.Syntax.Inlines.LiteralInline] } { $_.Content.ToString(); break }
            { $_ -is [Markdig.Syntax.Inlines.CodeInline] } { 'CODE'; break }
            { $_ -is [Markdig.Syntax.Inlines.LineBreakInline] } { ' '; break }
            { $_ -is [Markdig.Syntax.Inlines.ContainerInline] } { Get-InlineText $_ }
        }
    })
}

# Prose is text that is not code: a paragraph, the item of a list, or the cell of a table.
function Get-MarkdownProse([string] $Text) {
    $document = (ConvertFrom-Markdown -InputObject $Text).Tokens
    foreach ($block in [Markdig.Syntax.MarkdownObjectExtensions]::Descendants($document)) {
        if ($block -isnot [Markdig.Syntax.ParagraphBlock]) { continue }
        [pscustomobject]@{ Text = Get-InlineText $block.Inline; IsCell = $block.Parent -is [Markdig.Extensions.Tables.TableCell] }
    }
}

# An about topic: prose is indented by four spaces, headings by less, code by more. A drawing has boxes or arrows.
function Get-TopicProse([string] $Text) {
    foreach ($paragraph in $Text -split '\r?\n\s*\r?\n') {
        $lines = @($paragraph -split '\r?\n' | Where-Object { $_ -match '^ {4,7}\S' -and $_ -notmatch '[|+]|-->' -and $_ -match '[a-z]' })
        if ($lines) { [pscustomobject]@{ Text = $lines.ForEach('Trim') -join ' '; IsCell = $false } }
    }
}

# A manual page: a macro on a line of its own is one word of the sentence, and .Pp, .It and .Sh end a paragraph.
function Get-ManualProse([string] $Text) {
    $code = $false
    $sentence = ''
    foreach ($line in $Text -split '\r?\n') {
        if ($line -match '^\.\s*Bd') { $code = $true }
        if (-not $code -and $line -match '^\.\s*(Pp|It|Sh|Ss|Bl|El|Dd|Dt|Os|Nd)\b|^\.\\"') {
            [pscustomobject]@{ Text = $sentence; IsCell = $false }
            $sentence = ''
        } elseif (-not $code -and $line -match '^\.\s*\w+\s.*?(?<end>[.,;:)]?)$') {
            $sentence += " CODE$($Matches.end)"
        } elseif (-not $code -and $line -notmatch '^\.') {
            $sentence += " $line"
        }
        if ($line -match '^\.\s*Ed') { $code = $false }
    }
    [pscustomobject]@{ Text = $sentence; IsCell = $false }
}

function Get-Sentence([string] $File) {
    $text = Get-Content -LiteralPath $File -Raw
    $prose = switch -Regex ($File) {
        '\.md$' { Get-MarkdownProse $text }
        '\.txt$' { Get-TopicProse $text }
        '\.\d$' { Get-ManualProse $text }
    }
    foreach ($part in $prose) {
        foreach ($sentence in $part.Text -split '(?<=[.?!][)"]?)\s+(?=[A-Z0-9("\x27-])') {
            $words = @($sentence -split '\s+' -match '\w').Count
            if ($words -eq 0 -or ($words -lt 3 -and -not $part.IsCell)) { continue }
            [pscustomobject]@{ Text = $sentence.Trim(); Words = $words; IsPassive = $sentence -match $passiveForm; IsCell = $part.IsCell }
        }
    }
}

function Measure-File([string] $File) {
    $all = @(Get-Sentence $File)
    $sentences = @($all | Where-Object IsCell -EQ $false | Sort-Object Words)
    [pscustomobject]@{
        Document = [IO.Path]::GetRelativePath($root, $File)
        Sentences = $sentences.Count
        Median = $sentences.Count ? $sentences[[Math]::Floor($sentences.Count / 2)].Words : 0
        Longest = [int]($all | Measure-Object Words -Maximum).Maximum
        Passive = $sentences.Count ? [Math]::Round(@($sentences | Where-Object IsPassive).Count / $sentences.Count, 3) : 0
    }
}

$files = $Path ? (Resolve-Path $Path).Path : @(
    "$root/README.md", "$root/CHANGELOG.md", "$root/CONTRIBUTING.md"
    (Get-ChildItem "$root/docs" -Recurse -Include *.md, *.help.txt).FullName
    (Get-ChildItem "$root/src/ProxyHelper.Daemon/package/man").FullName)
foreach ($file in $files) {
    if (-not $PSBoundParameters.ContainsKey('Longer') -and -not $Passive) {
        Measure-File $file
        continue
    }
    Get-Sentence $file | Where-Object { $Passive ? $_.IsPassive -and -not $_.IsCell : $_.Words -gt $Longer } |
        Select-Object @{ n = 'Document'; e = { [IO.Path]::GetFileName($file) } }, Words, Text
}
