using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Reads the values of settings. Each method returns the sentence that describes the fault, or null.</summary>
internal static class ValueReaders
{
    private const int MaxQuoted = 60; // characters of a value in a message
    private const int MaxText = 4096; // PATH_MAX (linux/limits.h)

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(int.MaxValue);

    /// <summary>Reads a text that is not empty and has no NUL, which no path and no name has.</summary>
    public static string? Text(string text, out string value)
    {
        value = text;
        return text.Length == 0 ? "The value is empty."
            : text.Length > MaxText ? $"{Quote(text)} is longer than {MaxText} characters."
            : text.Contains('\0', StringComparison.Ordinal) ? "The value contains a NUL character."
            : null;
    }

    /// <summary>Reads a word of a command, which can be empty.</summary>
    public static string? Word(string text, out string value)
    {
        value = text;
        return text.Contains('\0', StringComparison.Ordinal) ? "The value contains a NUL character."
            : text.Length > CommandTemplate.MaxWordLength
                ? $"{Quote(text)} is longer than {CommandTemplate.MaxWordLength} characters."
            : null;
    }

    /// <summary>Reads yes or no.</summary>
    public static string? YesOrNo(string text, out bool value)
    {
        value = text == "yes";
        return text is "yes" or "no" ? null : $"{Quote(text)} is not yes or no.";
    }

    /// <summary>Reads an IPv4 address.</summary>
    public static string? Address(string text, out IPAddress value)
    {
        bool isAddress = IPv4Address.TryParse(text, out IPv4Address address);
        value = address.ToIPAddress();
        return isAddress ? null : $"{Quote(text)} is not an IPv4 address, such as 194.0.1.1.";
    }

    /// <summary>Reads an IPv4 address or prefix of clients.</summary>
    public static string? Prefix(string text, out EndPointPattern value)
    {
        string? fault = $"{Quote(text)} is too long for an IPv4 address or prefix.";
        value = default;
        return text.Length <= MaxQuoted && EndPointPattern.TryParseAddresses(text, out value, out fault)
            ? value.FindClientFault()
            : fault;
    }

    /// <summary>Reads an IPv4 address and a port.</summary>
    public static string? EndPoint(string text, out IPEndPoint value) => EndPoint(text, "127.0.0.1:9114", out value);

    /// <summary>Reads an IPv4 address and a port. The sentence about a fault has an example.</summary>
    public static string? EndPoint(string text, string example, out IPEndPoint value)
    {
        bool isEndPoint = AddressText.TryReadIPv4EndPoint(text, out IPEndPoint? endPoint);
        value = endPoint ?? new IPEndPoint(IPAddress.Any, 0);
        return isEndPoint ? null : $"{Quote(text)} is not an IPv4 address and port, such as {example}.";
    }

    /// <summary>Reads a port.</summary>
    public static string? Port(string text, out ushort value) =>
        PortOrNone(text, out value) ?? (value == 0 ? "Port 0 cannot receive queries. Use 1 to 65535." : null);

    /// <summary>Reads a port, or 0 for no port.</summary>
    public static string? PortOrNone(string text, out ushort value) =>
        NumberText.TryRead(text, out value) ? null : $"{Quote(text)} is not a port. A port is 1 to 65535.";

    /// <summary>Reads a range of ports.</summary>
    public static string? Ports(string text, out PortRange? value)
    {
        bool isRange = PortRange.TryParse(text, out PortRange range);
        value = isRange ? range : null;
        return isRange ? null : $"{Quote(text)} is not a range of ports. A range is such as 32768-65535.";
    }

    /// <summary>Reads the secret. The message does not repeat the text, which may be nearly the secret.</summary>
    public static string? Secret(string text, out uint value) =>
        NumberText.TryRead(text, out value) ? null : "The secret must be a number from 0 to 4294967295.";

    /// <summary>Reads a number of queries a second.</summary>
    public static string? Rate(string text, out int value) =>
        NumberText.TryRead(text, out value) && value <= AnswerRules.MaxRate
            ? null
            : $"{Quote(text)} is not a rate. A rate is 0 (no limit) to {AnswerRules.MaxRate}.";

    /// <summary>Reads a number of threads.</summary>
    public static string? Workers(string text, out int value) =>
        NumberText.TryRead(text, out value) && value is >= 1 and <= ListenOptions.MaxWorkers
            ? null
            : $"{Quote(text)} is not a number of workers, 1 to {ListenOptions.MaxWorkers}.";

    /// <summary>Reads a number of seconds above 0, with or without a fraction.</summary>
    public static string? Seconds(string text, out TimeSpan value) =>
        ReadSeconds(text, out value)
            ?? (value > TimeSpan.Zero && value <= AnswerRules.LongestQueueDelay
                ? null
                : $"{Quote(text)} is not above 0 and at most {AnswerRules.LongestQueueDelay.TotalSeconds} seconds.");

    /// <summary>Reads a number of seconds, with or without a fraction, or 0 to turn the setting off.</summary>
    public static string? SecondsOrNone(string text, out TimeSpan value) =>
        ReadSeconds(text, out value)
            ?? (value <= AnswerRules.LongestGrace
                ? null
                : $"{Quote(text)} is not 0 (off) to {AnswerRules.LongestGrace.TotalSeconds} seconds.");

    /// <summary>Reads the maximum age of a table in seconds.</summary>
    public static string? TableAge(string text, out TimeSpan value) =>
        ReadSeconds(text, out value) ?? TableResolver.FindAgeFault(value);

    /// <summary>Reads the format of the user's name in a reply.</summary>
    public static string? Ident(string text, out IdentFormat value)
    {
        (value, bool isFormat) = text switch
        {
            "address" => (IdentFormat.Address, true),
            "endpoint" => (IdentFormat.Endpoint, true),
            "none" => (IdentFormat.None, true),
            _ => (default, false),
        };
        return isFormat ? null : $"{Quote(text)} is not address, endpoint or none.";
    }

    internal static string? ReadSeconds(string text, out TimeSpan value) =>
        NumberText.TryReadSeconds(text, _longest, out value)
            ? null
            : $"{Quote(text)} is not a number of seconds, such as 0.5.";

    internal static string Quote(string text) => $"'{PrintableText.From(text, MaxQuoted)}'";
}
