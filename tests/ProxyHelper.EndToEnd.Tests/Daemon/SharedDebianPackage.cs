namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Makes the Debian package once for all tests of a class.</summary>
public sealed class SharedDebianPackage : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-deb-");
    private DebianPackage? _package;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Returns the package of a published program.</summary>
    internal DebianPackage Of(string program) => _package ??= DebianPackage.Make(_folder.FullName, program);
}
