<#
.SYNOPSIS
    Completes the help file that PlatyPS makes of the pages.
.DESCRIPTION
    PlatyPS copies the Markdown of an example as it is. Get-Help would show its fences, and the property Code of an example would be empty.
    This script writes the first command of an example to its code, the text before it to its introduction and the rest to its remarks.

    PlatyPS also gives each related link the name of a page. Get-Help -Online would refuse that name as an address. Get-Help itself finds
    each link by its text, so the links get no address.
.PARAMETER Path
    The help file, which is replaced.
.PARAMETER PageFolder
    The folder of the pages.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $PageFolder
)

$ErrorActionPreference = 'Stop'

# Gives the examples of a page: the title, the introduction, the first command, and the rest without fences.
function Get-Example([string] $Page) {
    $text = ([System.IO.File]::ReadAllText($Page) -split '(?m)^## (?:EXAMPLES|PARAMETERS)$')[1]
    foreach ($section in ($text -split '(?m)^### ' | Select-Object -Skip 1)) {
        $title, $body = $section.Trim() -split "`n", 2
        $introduction, $rest = $body -split '(?m)^```powershell\n', 2
        $code, $remarks = $rest -split '(?m)^```$', 2
        [pscustomobject]@{
            Title = $title
            Introduction = $introduction.Trim()
            Code = $code.TrimEnd()
            Remarks = (($remarks -replace '(?m)^```\w*\n?').Trim("`n"))
        }
    }
}

function Get-Child($Parent, [string] $Path) {
    $Parent.SelectNodes(($Path -split '/' | ForEach-Object { "*[local-name()='$_']" }) -join '/')
}

# The engine starts no new line after an introduction and after remarks.
function Set-Paragraph($Parent, [string] $Text) {
    $Parent.RemoveAll()
    $paragraph = $Parent.OwnerDocument.CreateElement('maml', 'para', 'http://schemas.microsoft.com/maml/2004/10')
    $paragraph.InnerText = "$Text`n`n"
    $null = $Parent.AppendChild($paragraph)
}

$help = [xml](Get-Content $Path -Raw)
foreach ($command in Get-Child $help 'helpItems/command') {
    $name = (Get-Child $command 'details/name').InnerText
    $examples = @(Get-Example (Join-Path $PageFolder "$name.md"))
    $made = @(Get-Child $command 'examples/example')
    if ($made.Count -ne $examples.Count) { throw "$name has $($made.Count) examples in the help file and $($examples.Count) on its page." }
    for ($index = 0; $index -lt $made.Count; $index++) {
        Set-Paragraph (Get-Child $made[$index] introduction) $examples[$index].Introduction
        (Get-Child $made[$index] code).InnerText = $examples[$index].Code
        Set-Paragraph (Get-Child $made[$index] remarks) $examples[$index].Remarks
    }
    foreach ($link in @(Get-Child $command 'relatedLinks/navigationLink')) {
        if ((Get-Child $link linkText).InnerText -eq 'Online Version') { $null = $link.ParentNode.RemoveChild($link) }
        else { (Get-Child $link uri).IsEmpty = $true }
    }
}
$settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [System.Text.UTF8Encoding]::new($false) }
$writer = [System.Xml.XmlWriter]::Create($Path, $settings)
try { $help.Save($writer) }
finally { $writer.Dispose() }
