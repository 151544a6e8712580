namespace ProxyHelper.Daemon.Configuration;

/// <summary>Represents a mistake in the command line or the configuration file.</summary>
/// <param name="Message">The sentence that describes the mistake, with its place.</param>
/// <param name="IsInFile">Whether the mistake is in the configuration file, so that the usage does not help.</param>
internal sealed record SettingsFault(string Message, bool IsInFile = false);
