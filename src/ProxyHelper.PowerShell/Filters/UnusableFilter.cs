namespace ProxyHelper.PowerShell;

/// <summary>Represents a filter that cannot select rows of a table.</summary>
/// <param name="Parameter">The parameter, and its value if other values can select rows.</param>
/// <param name="Reason">The reason.</param>
internal sealed record UnusableFilter(string Parameter, string Reason);
