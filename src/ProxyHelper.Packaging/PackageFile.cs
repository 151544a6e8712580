namespace ProxyHelper.Packaging;

/// <summary>A file of the package.</summary>
/// <param name="Name">Where it is in the package, with slashes.</param>
/// <param name="Content">What is in it.</param>
internal sealed record PackageFile(string Name, byte[] Content);
