using System.Globalization;
using System.Net;
using ProxyHelper.Responders;

namespace ProxyHelper.Daemon;

/// <summary>The options of proxy-helper: those of the helper of 2010, and the port and the secret.</summary>
/// <param name="Responder">What to answer on, and how.</param>
/// <param name="PidFile">Where to write the process's number, or null.</param>
internal sealed record CommandLine(ResponderOptions Responder, string? PidFile)
{
    /// <summary>How it is called.</summary>
    public const string Usage = "usage: proxy-helper -I ADDRESS [-I ADDRESS ...] [-P PORT] [-s SECRET] [-p PIDFILE]";

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ArgumentException">They do not fit; the message says how.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var addresses = new List<IPAddress>();
        ushort port = ResponderOptions.DefaultPort;
        uint secret = 0;
        string? pidFile = null;
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
                    port = ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out port) ? port : throw new ArgumentException($"'{value}' is not a port.");
                    break;
                case "-s":
                    // What was given is not repeated: it may be nearly the secret.
                    secret = uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out secret) ? secret : throw new ArgumentException("The secret is a number from 0 to 4294967295.");
                    break;
                case "-p":
                    pidFile = value;
                    break;
                default:
                    throw new ArgumentException($"There is no option {option}.");
            }
        }

        var options = new ResponderOptions { Addresses = addresses, Port = port, Secret = secret };
        options.Validate();
        return new CommandLine(options, pidFile);
    }
}
