using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.Protocol;

namespace ProxyHelper.Daemon;

/// <summary>Options, and how their values are read; what does not fit is a <see cref="FormatException"/> with words for whoever wrote it.</summary>
internal static class OptionValue
{
    /// <summary>An option that can be given once.</summary>
    public static Option<T> One<T>(string name, string? alias, string valueName, string description, Func<string, T> read) =>
        new(name, Aliases(alias))
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Read(result, tokens => read(tokens[0].Value)),
        };

    /// <summary>An option that can be given any number of times.</summary>
    public static Option<T[]> Several<T>(string name, string? alias, string valueName, string description, Func<string, T> read) =>
        new(name, Aliases(alias))
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => Read<T[]>(result, tokens => [.. tokens.Select(token => read(token.Value))]),
        };

    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string? alias, string description) => new(name, Aliases(alias))
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne, // true or false; the configuration file says it so
    };

    /// <summary>An option that there is not, and that --help does not show; whoever gives it is told why.</summary>
    public static Option<bool> Missing(string name, string alias, string why) => new(name, alias)
    {
        Hidden = true,
        Arity = ArgumentArity.Zero,
        CustomParser = result => Read<bool>(result, _ => throw new FormatException(why)),
    };

    /// <summary>Takes a text as it is.</summary>
    public static string Text(string value) => value.Length > 0 ? value : throw new FormatException("There is nothing in it.");

    /// <summary>Reads an address.</summary>
    public static IPAddress Address(string value) =>
        IPAddress.TryParse(value, out IPAddress? address) ? address : throw new FormatException($"'{value}' is not an address.");

    /// <summary>Reads a port; whether it can be 0 is the responder's to say.</summary>
    public static ushort Port(string value) => (ushort)Number(value, ushort.MaxValue, $"'{value}' is not a port.");

    /// <summary>Reads an address and a port.</summary>
    public static IPEndPoint EndPoint(string value) =>
        IPEndPoint.TryParse(value, out IPEndPoint? endPoint) && endPoint is { AddressFamily: AddressFamily.InterNetwork, Port: not 0 }
            ? endPoint
            : throw new FormatException($"'{value}' is not an IPv4 address and port, such as 127.0.0.1:9114.");

    /// <summary>Reads a number.</summary>
    public static uint Number(string value, uint largest, string otherwise) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= largest
            ? number
            : throw new FormatException(otherwise);

    /// <summary>Reads a number of seconds; whether it is too long is the responder's to say.</summary>
    public static TimeSpan Seconds(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds < int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{value}' is not a number of seconds.");

    /// <summary>Reads what replies give as the user's name.</summary>
    public static IdentFormat Ident(string value) => value switch
    {
        "address" => IdentFormat.Address,
        "endpoint" => IdentFormat.Endpoint,
        "none" => IdentFormat.None,
        _ => throw new FormatException($"'{value}' is not address, endpoint or none."),
    };

    private static string[] Aliases(string? alias) => alias is null ? [] : [alias];

    private static T? Read<T>(ArgumentResult result, Func<IReadOnlyList<Token>, T> read)
    {
        try
        {
            return read(result.Tokens);
        }
        catch (FormatException mistake)
        {
            result.AddError(mistake.Message);
            return default;
        }
    }
}
