namespace ProxyHelper.Protocol;

/// <summary>Specifies the reason a line is not a query.</summary>
public enum LineQueryFault : byte
{
    /// <summary>The line is a query.</summary>
    None,

    /// <summary>The line does not end with a line feed: it is too long, or the client stopped sending.</summary>
    Unfinished,

    /// <summary>The line is not two numbers with a comma between them.</summary>
    Form,

    /// <summary>A number is not a port from 1 to 65535 without leading zeros.</summary>
    Port,
}
