using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace ProxyHelper.Conventions;

/// <summary>A name means one thing in the whole repository.</summary>
public sealed class NameTests
{
    [Fact]
    public void No_two_types_have_the_same_name() => Violations.AssertNone(
        from file in SourceFile.All
        from type in file.Types
        group file.PlaceOf(type) by FullNameOf(type) into places
        where places.Count() > 1
        select $"{places.Key}: {string.Join(", ", places)}");

    [Fact]
    public void A_file_has_the_name_of_one_of_its_types() => Violations.AssertNone(
        from file in SourceFile.All
        let names = file.TopLevelTypes.Select(type => type.Identifier.ValueText).ToArray()
        where names.Length > 0 && !names.Contains(Path.GetFileNameWithoutExtension(file.Path))
        select $"{file.Path} has no type of its name");

    /// <summary>
    /// Returns the name with the number of type parameters, since a generic type may share the name of another type.
    /// </summary>
    private static string FullNameOf(BaseTypeDeclarationSyntax type) =>
        $"{type.Identifier.ValueText}`{(type as TypeDeclarationSyntax)?.TypeParameterList?.Parameters.Count ?? 0}";
}
