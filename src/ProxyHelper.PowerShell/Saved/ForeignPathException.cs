using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>The exception that is thrown when a path belongs to another provider than the file system.</summary>
/// <param name="path">The path.</param>
/// <param name="provider">The name of the provider.</param>
internal sealed class ForeignPathException(string path, string provider)
    : IOException($"'{path}' is not a file: it belongs to the provider {provider}.")
{
    /// <summary>Throws the exception if the provider of a path is not the file system.</summary>
    public static void ThrowIfForeign(string path, ProviderInfo provider)
    {
        if (provider.Name != "FileSystem")
        {
            throw new ForeignPathException(path, provider.Name);
        }
    }
}
