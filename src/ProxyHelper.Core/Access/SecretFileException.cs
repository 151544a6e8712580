namespace ProxyHelper.Access;

/// <summary>
/// The exception that is thrown when a secret file is rejected. It contains nothing of the file's content.
/// </summary>
public sealed class SecretFileException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="reason">The reason why the file is rejected.</param>
    /// <param name="isUnsafe">Whether the reason is that other users can use the file.</param>
    public SecretFileException(string path, string reason, bool isUnsafe)
        : base($"The secret file {path} is rejected: {reason}.")
    {
        Path = path;
        IsUnsafe = isUnsafe;
    }

    /// <summary>Gets the path of the file.</summary>
    public string Path { get; }

    /// <summary>Gets whether the file is rejected because other users can use it, not because of its content.</summary>
    public bool IsUnsafe { get; }
}
