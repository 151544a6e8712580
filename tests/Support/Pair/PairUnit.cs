namespace ProxyHelper.TestSupport.Pair;

/// <summary>Reads the shipped units of a router and runs their commands, as systemd does.</summary>
/// <param name="machine">The machine, where the units are installed.</param>
/// <param name="name">The name of the unit, without its type.</param>
internal sealed class PairUnit(PairMachine machine, string name)
{
    private const string Folder = "/etc/systemd/system";

    /// <summary>Runs the commands of a key, such as "ExecStartPost". A command that fails ends the run.</summary>
    /// <param name="key">The key.</param>
    /// <param name="environment">Variables that the commands get in addition, such as "NAME=VALUE".</param>
    public void Run(string key, params string[] environment)
    {
        foreach (string command in Read(key))
        {
            machine.Run(["env", .. environment, .. command.TrimStart('-').Split(' ')]);
        }
    }

    /// <summary>Returns the words of the only command of a key.</summary>
    public string[] ReadOne(string key) => Read(key).Single().Split(' ');

    private IEnumerable<string> Read(string key) => Files()
        .SelectMany(File.ReadLines)
        .Where(line => line.StartsWith($"{key}=", StringComparison.Ordinal))
        .Select(line => line[(key.Length + 1)..].Trim());

    /// <summary>Returns the files that the pair installs. The package of the service has another file.</summary>
    private string[] Files()
    {
        string unit = machine.PathOf($"{Folder}/{name}.service");
        return File.Exists(unit) ? [unit] : Directory.GetFiles($"{unit}.d", "*.conf");
    }
}
