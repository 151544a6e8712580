namespace ProxyHelper.Responders;

/// <summary>Whether a query is answered.</summary>
internal enum Verdict : byte
{
    /// <summary>It is.</summary>
    Allowed,

    /// <summary>It carries another secret than ours.</summary>
    WrongSecret,
}
