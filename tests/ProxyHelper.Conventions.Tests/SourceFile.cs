using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ProxyHelper.Conventions;

/// <summary>Represents a source file of the repository.</summary>
/// <param name="Path">The path below the repository's root.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Syntax">The root of the syntax tree.</param>
internal sealed record SourceFile(string Path, string[] Lines, CompilationUnitSyntax Syntax)
{
    private static readonly string[] Folders = ["src", "tests"];
    private static readonly string[] BuildFolders = ["/bin/", "/obj/"];

    private static readonly Lazy<SourceFile[]> AllFiles = new(() => [.. Find().Select(Read)]);

    /// <summary>Gets every C# file in src and tests, without what a build made.</summary>
    public static IReadOnlyList<SourceFile> All => AllFiles.Value;

    /// <summary>Gets all types of the file, also nested types. An extension block has no name.</summary>
    public IEnumerable<BaseTypeDeclarationSyntax> Types =>
        from type in Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        where type is not ExtensionBlockDeclarationSyntax
        select type;

    /// <summary>Gets the types that stand at the top level of the file.</summary>
    public IEnumerable<BaseTypeDeclarationSyntax> TopLevelTypes =>
        Types.Where(type => type.Parent is not TypeDeclarationSyntax);

    /// <summary>
    /// Returns the number of lines of a function. Its attributes, such as the rows of a theory, do not count.
    /// </summary>
    public static int CountLines(SyntaxNode function)
    {
        SyntaxToken first = function is MemberDeclarationSyntax { AttributeLists: [.., var last] }
            ? last.GetLastToken().GetNextToken()
            : function.GetFirstToken();
        return LineOf(function.GetLastToken()) - LineOf(first) + 1;

        static int LineOf(SyntaxToken token) => token.GetLocation().GetLineSpan().EndLinePosition.Line;
    }

    /// <summary>Returns the place of a node, as an editor opens it.</summary>
    public string PlaceOf(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    private static string Root([CallerFilePath] string path = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "../.."));

    private static IEnumerable<string> Find() => Folders
        .SelectMany(folder => Directory.EnumerateFiles($"{Root()}/{folder}", "*.cs", SearchOption.AllDirectories))
        .Where(path => !BuildFolders.Any(folder => path.Contains(folder, StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal);

    private static SourceFile Read(string path)
    {
        string text = File.ReadAllText(path);
        return new SourceFile(
            System.IO.Path.GetRelativePath(Root(), path),
            text.TrimEnd('\n').Split('\n'),
            CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot());
    }
}
