namespace ProxyHelper.Packaging;

/// <summary>Represents a file of the package.</summary>
/// <param name="Name">The path in the package, with slashes.</param>
/// <param name="Content">The contents.</param>
internal sealed record PackageFile(string Name, byte[] Content);
