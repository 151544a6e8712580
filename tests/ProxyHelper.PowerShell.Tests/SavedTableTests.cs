using System.Collections.ObjectModel;
using System.Management.Automation;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Get-NatMapping on tables that were saved.</summary>
public sealed class SavedTableTests : IDisposable
{
    private const string Line = "tcp      6 431999 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-");

    [Fact]
    public void What_Select_String_finds_is_read_as_its_line()
    {
        using var session = new EngineSession();
        dynamic mapping = session.One($"[pscustomobject]@{{ PSTypeName = 'Microsoft.PowerShell.Commands.MatchInfo'; Path = 'table'; Line = '{Line}' }} | Get-NatMapping");
        Assert.Equal("10.1.1.1:10943", mapping.OriginalSource.ToString());
    }

    [Fact]
    public void What_the_conntrack_tool_writes_is_what_the_kernel_has() => ClassicRouter.Run(session =>
    {
        Requirement.Tool("conntrack");
        string kernel = Ends(session.Run("Get-NatMapping -IncludeUntranslated"));
        Assert.Equal(kernel, Ends(session.Run("conntrack -L -o extended,id 2>&1 | ForEach-Object { [string]$_ } | Get-NatMapping -IncludeUntranslated")));
        Assert.Empty(session.Errors);
        Assert.Contains("10.1.1.3:1025", kernel, StringComparison.Ordinal);
    });

    [Fact]
    public void Files_are_read_by_name_by_wildcard_and_from_the_pipeline()
    {
        string file = Save("a[1].txt", Line);
        Save("b.txt", Line.Replace("10.1.1.1", "10.1.1.2", StringComparison.Ordinal));
        using var session = new EngineSession();
        Assert.Equal("10.1.1.1:10943", session.One("Get-NatMapping -LiteralPath $args[0]", file).OriginalSource.ToString());
        Assert.Equal(2, session.Run("Get-NatMapping -Path \"$($args[0])/*.txt\"", _folder.FullName).Count);
        Assert.Equal(2, session.Run("[IO.DirectoryInfo]::new($args[0]).GetFiles() | ForEach-Object { $_ } | Get-NatMapping", _folder.FullName).Count);
        Assert.Equal("10.1.1.2:10943", session.One("Get-NatMapping -Path \"$($args[0])/*.txt\" -OriginalSource 10.1.1.2", _folder.FullName).OriginalSource.ToString());
        Assert.Empty(session.Run("Get-NatMapping -Path \"$($args[0])/*.none\"", _folder.FullName));
        Assert.Empty(session.Errors);
    }

    /// <summary>Get-Content puts the file's path on each line that it gives.</summary>
    [Fact]
    public void A_line_with_a_path_on_it_is_a_line()
    {
        string file = Save("table", $"{Line}\n{Line}");
        using var session = new EngineSession();
        session.One("[IO.File]::ReadAllLines($args[0])[0] | ForEach-Object { $_.PSObject.Properties.Add([psnoteproperty]::new('PSPath', $args[0])); $_ } | Get-NatMapping", file);
    }

    [Fact]
    public void A_line_that_is_no_entry_is_told_with_its_number_and_the_next_is_read()
    {
        string file = Save("table", $"{Line}\r\n\r\ntcp 6 NOWHERE src=10.1.1.1\n{Line}\nconntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.\nnonsense");
        using var session = new EngineSession();
        Assert.Equal(2, session.Run("Get-NatMapping -Path $args[0]", file).Count);
        Assert.Equal(["Line 3 is", "Line 6 is"], session.Errors.Select(error => error.Exception.Message[..9]));
        Assert.Equal(["tcp 6 NOWHERE src=10.1.1.1", "nonsense"], session.Errors.Select(error => error.TargetObject.ToString()));
        ErrorShape.Check(session.Errors[0], "SavedLineInvalid", "GetNatMapping", ErrorCategory.ParserError, "conntrack -L");

        session.Run("@($args[0], '', 'nonsense', \"$($args[0])`n`nmore nonsense\") | Get-NatMapping", Line);
        Assert.Equal(["Line 3 is", "Line 6 is"], session.Errors.Select(error => error.Exception.Message[..9]));
    }

    [Fact]
    public void A_file_without_line_ends_is_one_bad_line_and_little_memory()
    {
        string file = Save("endless", new string('x', 50_000_000));
        using var session = new EngineSession();
        long before = GC.GetTotalAllocatedBytes();
        Assert.Empty(session.Run("Get-NatMapping -Path $args[0]", file));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 10_000_000);
        Assert.InRange(Assert.Single(session.Errors).TargetObject.ToString()!.Length, 1, SavedLines.Longest);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_and_the_next_is_read()
    {
        string file = Save("table", Line);
        using var session = new EngineSession();
        Assert.Single(session.Run("Get-NatMapping -Path '/nowhere/table', $args[0]", file));
        ErrorShape.Check(Assert.Single(session.Errors), "SavedFileUnreadable", "GetNatMapping", ErrorCategory.ReadError, "conntrack -L > FILE");
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private static string Ends(Collection<PSObject> entries) =>
        string.Join('\n', entries.Select(entry => (ConntrackEntry)entry.BaseObject).Select(entry => $"{entry} {entry.Id} {entry.State} {entry.NatType}").Order(StringComparer.Ordinal));

    private string Save(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
