namespace ProxyHelper.Addresses;

/// <summary>Checks the settings of a responder or a relay.</summary>
internal static class SettingCheck
{
    /// <summary>Throws unless a requirement is met.</summary>
    /// <exception cref="ArgumentException">Thrown when the requirement is not met.</exception>
    public static void Require(bool isMet, string? message)
    {
        if (!isMet)
        {
            throw new ArgumentException(message);
        }
    }
}
