using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace ProxyHelper.Conventions;

/// <summary>A reader sees a file, a function and a folder at once.</summary>
public sealed class SizeTests
{
    private const int MaxColumns = 120;
    private const int MaxLinesPerFile = 250;
    private const int MaxLinesPerFunction = 40;
    private const int MaxFilesPerFolder = 25;
    private const int MaxConstructorParameters = 5;

    [Fact]
    public void No_line_is_wider_than_120_columns() => Violations.AssertNone(
        from file in SourceFile.All
        from line in file.Lines.Index()
        where line.Item.Length > MaxColumns
        select $"{file.Path}:{line.Index + 1} has {line.Item.Length} columns");

    [Fact]
    public void No_file_is_longer_than_250_lines() => Violations.AssertNone(
        from file in SourceFile.All
        where file.Lines.Length > MaxLinesPerFile
        select $"{file.Path} has {file.Lines.Length} lines");

    [Fact]
    public void No_function_is_longer_than_40_lines() => Violations.AssertNone(
        from file in SourceFile.All
        from function in file.Syntax.DescendantNodes().Where(IsFunction)
        let lines = SourceFile.CountLines(function)
        where lines > MaxLinesPerFunction
        select $"{file.PlaceOf(function)} has a function of {lines} lines");

    [Fact]
    public void No_folder_has_more_than_25_files() => Violations.AssertNone(
        from file in SourceFile.All
        group file by Path.GetDirectoryName(file.Path) into folder
        where folder.Count() > MaxFilesPerFolder
        select $"{folder.Key} has {folder.Count()} files");

    [Fact]
    public void No_constructor_has_more_than_five_parameters() => Violations.AssertNone(
        from file in SourceFile.All
        from node in file.Syntax.DescendantNodes()
        let parameters = ConstructorParameters(node)
        where parameters > MaxConstructorParameters
        select $"{file.PlaceOf(node)} has a constructor with {parameters} parameters");

    private static bool IsFunction(SyntaxNode node) =>
        node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax;

    /// <summary>
    /// Returns the number of parameters. The positional values of a record belong together by definition.
    /// </summary>
    private static int ConstructorParameters(SyntaxNode node) => node switch
    {
        ConstructorDeclarationSyntax constructor => constructor.ParameterList.Parameters.Count,
        RecordDeclarationSyntax => 0,
        TypeDeclarationSyntax { ParameterList: { } list } => list.Parameters.Count,
        _ => 0,
    };
}
