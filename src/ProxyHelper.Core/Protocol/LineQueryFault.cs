namespace ProxyHelper.Protocol;

/// <summary>Why a line is not a query.</summary>
public enum LineQueryFault : byte
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>It does not end with a line feed: there was more than there is room for, or the end came first.</summary>
    Unfinished,

    /// <summary>It is not two numbers with a comma between them.</summary>
    Form,

    /// <summary>A number is none that a port can have: 1 to 65535, without leading zeros.</summary>
    Port,
}
