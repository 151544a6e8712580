namespace ProxyHelper.Tables.Pf;

/// <summary>Contains the hosts of a state as the line has them, from left to right.</summary>
internal ref struct PfHosts
{
    /// <summary>The host before the first arrow.</summary>
    public PfHost Left;

    /// <summary>The host in brackets after the left host.</summary>
    public PfHost LeftInside;

    /// <summary>The host after the first arrow.</summary>
    public PfHost Right;

    /// <summary>The host in brackets after the right host.</summary>
    public PfHost RightInside;

    /// <summary>The host after the second arrow of the old form.</summary>
    public PfHost Last;

    /// <summary>Whether the left host has brackets.</summary>
    public bool HasLeftInside;

    /// <summary>Whether the right host has brackets.</summary>
    public bool HasRightInside;

    /// <summary>Whether the line has a second arrow.</summary>
    public bool HasLast;

    /// <summary>Whether the arrows point to the right, from the source to the destination.</summary>
    public bool IsForward;

    /// <summary>Gets the interface of a link-local host, or nothing.</summary>
    public readonly ReadOnlySpan<char> Scope => !Left.Scope.IsEmpty ? Left.Scope : Right.Scope;

    /// <summary>Gets the security parameter index of a host, or nothing.</summary>
    public readonly ReadOnlySpan<char> SecurityIndex =>
        !Left.SecurityIndex.IsEmpty ? Left.SecurityIndex
        : !Right.SecurityIndex.IsEmpty ? Right.SecurityIndex
        : Last.SecurityIndex;
}
