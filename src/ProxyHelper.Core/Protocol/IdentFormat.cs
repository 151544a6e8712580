namespace ProxyHelper.Protocol;

/// <summary>What a reply gives as the user's name, which smtp-gated logs and counts its limits by.</summary>
public enum IdentFormat
{
    /// <summary>The user's address, such as 10.1.1.1: limits, locks and quotas work for each user.</summary>
    Address,

    /// <summary>Address and port, such as 10.1.1.1:10943: other for each connection, so that limits for each user do not work.</summary>
    Endpoint,

    /// <summary>Nothing: all users are counted as one.</summary>
    None,
}
