namespace ProxyHelper.Daemon;

/// <summary>Something on the command line or in the configuration file does not fit; the message says where and what.</summary>
internal sealed class SettingsException(string message, bool isInFile = false) : Exception(message)
{
    /// <summary>Whether it is in the file: how the program is called is no help then.</summary>
    public bool IsInFile { get; } = isInFile;
}
