namespace ProxyHelper.Access;

/// <summary>A secret file that is not used. Nothing in it tells what the file holds.</summary>
public sealed class SecretFileException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">Why it is not used.</param>
    /// <param name="isUnsafe">Whether it is for who may use it, not for what it holds.</param>
    public SecretFileException(string path, string reason, bool isUnsafe)
        : base($"The secret file {path} is not used: {reason}.")
    {
        Path = path;
        IsUnsafe = isUnsafe;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether it is for who may use it, not for what it holds.</summary>
    public bool IsUnsafe { get; }
}
