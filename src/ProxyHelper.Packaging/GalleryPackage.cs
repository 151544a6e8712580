using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ProxyHelper.Packaging;

/// <summary>
/// Makes the files that turn a zip file of the module into a NuGet package: the parts of the Open Packaging
/// Conventions, and the nuspec. NuGet's library would write the name of the machine and random names into them.
/// </summary>
internal static class GalleryPackage
{
    private const string SpecificationName = "ProxyHelper.nuspec";
    private const string SpecificationRelation = "http://schemas.microsoft.com/packaging/2010/07/manifest";

    private static readonly XNamespace _relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private static readonly XNamespace _types = "http://schemas.openxmlformats.org/package/2006/content-types";
    private static readonly XNamespace _specification = "http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd";

    /// <summary>Returns the files that the package has in addition to those of the module.</summary>
    public static IEnumerable<PackageFile> PartsFor(GatheredModule module) =>
    [
        Part("[Content_Types].xml", ContentTypes(module.Files)),
        Part("_rels/.rels", Relations()),
        Part(SpecificationName, Specification(module.Manifest)),
    ];

    private static XElement Specification(ModuleManifest manifest)
    {
        (string Name, object Value)[] metadata =
        [
            ("id", "ProxyHelper"),
            ("version", manifest.Version),
            ("authors", manifest.Text("Author")),
            ("owners", manifest.Text("CompanyName")),
            ("requireLicenseAcceptance", false),
            ("licenseUrl", manifest.Text("LicenseUri")),
            ("projectUrl", manifest.Text("ProjectUri")),
            ("description", manifest.Text("Description")),
            ("releaseNotes", manifest.Text("ReleaseNotes")),
            ("copyright", manifest.Text("Copyright")),
            ("tags", string.Join(' ', GalleryTags(manifest))),
        ];
        return new XElement(
            _specification + "package",
            new XElement(
                _specification + "metadata",
                metadata.Select(one => new XElement(_specification + one.Name, one.Value))));
    }

    /// <summary>Returns the tags by which Find-PSResource finds a module and its commands.</summary>
    private static IEnumerable<string> GalleryTags(ModuleManifest manifest) =>
    [
        .. manifest.Tags,
        "PSModule",
        "PSIncludes_Cmdlet",
        .. manifest.Cmdlets.SelectMany(cmdlet => new[] { $"PSCmdlet_{cmdlet}", $"PSCommand_{cmdlet}" }),
    ];

    /// <summary>
    /// Returns the type of every part, by its extension, or by its name if it has no extension, such as LICENSE.
    /// </summary>
    private static XElement ContentTypes(IEnumerable<PackageFile> files)
    {
        ILookup<bool, string> names = files.Select(file => file.Name).ToLookup(Path.HasExtension);
        IEnumerable<string> extensions = names[true].Select(name => Path.GetExtension(name)[1..]).Append("nuspec")
            .Distinct().Order(StringComparer.Ordinal);
        return new XElement(
            _types + "Types",
            Typed("Default", "Extension", "rels", "application/vnd.openxmlformats-package.relationships+xml"),
            extensions.Select(extension => Typed("Default", "Extension", extension, "application/octet")),
            names[false].Select(name => Typed("Override", "PartName", $"/{name}", "application/octet")));
    }

    private static XElement Typed(string element, string key, string value, string type) =>
        new(_types + element, new XAttribute(key, value), new XAttribute("ContentType", type));

    private static XElement Relations() => new(
        _relations + "Relationships",
        new XElement(
            _relations + "Relationship",
            new XAttribute("Type", SpecificationRelation),
            new XAttribute("Target", $"/{SpecificationName}"),
            new XAttribute("Id", "R1")));

    private static PackageFile Part(string name, XElement root)
    {
        using var content = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        using (var writer = XmlWriter.Create(content, settings))
        {
            root.Save(writer);
        }

        return new PackageFile(name, content.ToArray());
    }
}
