using System.Text;
using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis;

/// <summary>Reads configuration files of other programs.</summary>
internal static class ConfigurationText
{
    private const int MaxFileSize = 1024 * 1024;

    /// <summary>Reads a file. A byte order mark is part of the text.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be read or is larger than 1 MiB.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when the process may not read the file.</exception>
    public static string Read(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        byte[] bytes = new byte[MaxFileSize + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= MaxFileSize
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw new IOException("The file is too large for a configuration.");
    }
}
