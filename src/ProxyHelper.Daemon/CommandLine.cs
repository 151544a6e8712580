using System.Globalization;
using System.Net;
using ProxyHelper.Responders;

namespace ProxyHelper.Daemon;

/// <summary>The options of proxy-helper: those of the helper of 2010, and who may ask, how often, and with which secret.</summary>
/// <param name="Responder">What to answer on, and how.</param>
/// <param name="PidFile">Where to write the process's number, or null.</param>
/// <param name="SecretFile">Where to read the secret, or null.</param>
internal sealed record CommandLine(ResponderOptions Responder, string? PidFile, string? SecretFile)
{
    /// <summary>How it is called.</summary>
    public const string Usage = """
        usage: proxy-helper -I ADDRESS [-I ADDRESS ...] [-P PORT] [--origin-port PORT] [-s SECRET | --secret-file FILE] [-p PIDFILE]
                            [--allow ADDRESS[/BITS] ...] [--trust ADDRESS[/BITS] ...] [--rate QUERIES-A-SECOND] [--workers N]
        """;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ArgumentException">They do not fit; the message says how.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var addresses = new List<IPAddress>();
        var allowed = new List<AddressPrefix>();
        var trusted = new List<AddressPrefix>();
        var options = new ResponderOptions { Addresses = addresses, AllowedProxies = allowed, TrustedClients = trusted };
        string? pidFile = null, secretFile = null;
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string option = arguments[i];
            string value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"{option} needs a value.");
            switch (option)
            {
                case "-I":
                    addresses.Add(IPAddress.TryParse(value, out IPAddress? address) ? address : throw new ArgumentException($"'{value}' is not an address."));
                    break;
                case "-P":
                    options = options with { Port = (ushort)ReadNumber(value, ushort.MaxValue, $"'{value}' is not a port.") };
                    break;
                case "--origin-port":
                    options = options with { OriginPort = (ushort)ReadNumber(value, ushort.MaxValue, $"'{value}' is not a port.") };
                    break;
                case "-s":
                    // What was given is not repeated: it may be nearly the secret.
                    options = options with { Secret = ReadNumber(value, uint.MaxValue, "The secret is a number from 0 to 4294967295.") };
                    break;
                case "--secret-file":
                    secretFile = value;
                    break;
                case "-p":
                    pidFile = value;
                    break;
                case "--allow":
                    allowed.Add(ReadPrefix(value));
                    break;
                case "--trust":
                    trusted.Add(ReadPrefix(value));
                    break;
                case "--rate":
                    options = options with { MaximumQueriesPerSecond = (int)ReadNumber(value, ResponderOptions.HighestRate, $"'{value}' is not a rate.") };
                    break;
                case "--workers":
                    options = options with { Workers = (int)ReadNumber(value, ResponderOptions.MaximumWorkers, $"'{value}' is not a number of workers.") };
                    break;
                default:
                    throw new ArgumentException($"There is no option {option}.");
            }
        }

        options.Validate();
        return new CommandLine(options, pidFile, secretFile);
    }

    private static uint ReadNumber(string value, uint largest, string otherwise) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= largest ? number : throw new ArgumentException(otherwise);

    private static AddressPrefix ReadPrefix(string value)
    {
        try
        {
            return AddressPrefix.Parse(value);
        }
        catch (FormatException mistake)
        {
            throw new ArgumentException(mistake.Message, mistake);
        }
    }
}
