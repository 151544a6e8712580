using ProxyHelper.Mappings;
using ProxyHelper.Tables.Json;

namespace ProxyHelper.Tables.Windows;

/// <summary>Describes "Get-NetNatSession | ConvertTo-Json".</summary>
internal static class WindowsJson
{
    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Windows, "Get-NetNatSession | ConvertTo-Json")
    {
        Recognizes = head => JsonTableReader.IsJson(head) && WindowsSession.HasName(head),
        CreateReader = CreateReader,
        CreateIndex = () => new EitherWayIndex(),
    };

    private static JsonTableReader CreateReader()
    {
        var session = new WindowsSession();
        return new JsonTableReader(session.Values, session.ToMapping);
    }
}
