namespace ProxyHelper.Protocol;

/// <summary>Specifies the user's name in a reply. smtp-gated logs the name and counts its limits by the name.</summary>
public enum IdentFormat
{
    /// <summary>The user's address, such as 10.1.1.1. Limits, locks and quotas work for each user.</summary>
    Address,

    /// <summary>
    /// The user's address and port, such as 10.1.1.1:10943. Each connection has another name, so limits for each user
    /// do not work.
    /// </summary>
    Endpoint,

    /// <summary>No name. smtp-gated counts all users as one.</summary>
    None,
}
