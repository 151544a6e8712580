using ProxyHelper.Daemon.Configuration;

namespace ProxyHelper.Daemon.Documents;

/// <summary>Compares the settings of a command with a document that describes them.</summary>
internal interface ISettingComparison
{
    /// <summary>Gets the names of the settings that the document describes.</summary>
    IEnumerable<string> DocumentedNames { get; }

    /// <summary>Gets the names of the settings of the command.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>Finds settings for which the document is wrong about reloads or about several values.</summary>
    IEnumerable<string> FindKindFaults();

    /// <summary>Finds settings whose default is another value.</summary>
    IEnumerable<string> FindDefaultFaults();

    /// <summary>Finds settings that accept other values, or more values.</summary>
    IEnumerable<string> FindValueFaults();
}

/// <summary>Compares the settings of a command with a document that describes them.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <param name="command">The command.</param>
/// <param name="needed">The lines of a configuration file that the command needs.</param>
/// <param name="documented">The settings that the document describes.</param>
internal sealed class SettingComparison<TSettings>(
    DaemonCommand<TSettings> command, string needed, IReadOnlyList<DocumentedSetting> documented)
    : ISettingComparison
    where TSettings : ProcessSettings
{
    private readonly SettingsText<TSettings> _text = new(command);

    /// <inheritdoc/>
    public IEnumerable<string> DocumentedNames => documented.Select(setting => setting.Name);

    /// <inheritdoc/>
    public IEnumerable<string> Names => command.Settings.Select(setting => setting.Name);

    private IEnumerable<(DocumentedSetting Documented, Setting<TSettings> Setting)> Pairs =>
        documented.Select(setting => (setting, command.Find(setting.Name)!));

    /// <inheritdoc/>
    public IEnumerable<string> FindKindFaults() =>
        from pair in Pairs
        where pair.Documented.IsReloaded != pair.Setting.IsReloaded
            || pair.Documented.IsRepeatable != pair.Setting.IsRepeatable
        select $"{pair.Documented}";

    /// <inheritdoc/>
    public IEnumerable<string> FindDefaultFaults()
    {
        TSettings defaults = _text.Read(needed);
        foreach ((DocumentedSetting one, Setting<TSettings> setting) in Pairs)
        {
            bool isDefault = one.HasDefaultValue
                ? setting.Read(one.DefaultValue, out object? value) is null
                    && setting.HasSameValue(defaults, setting.Apply(defaults, [value]))
                : !setting.Help.Contains("The default is", StringComparison.Ordinal) || setting.IsRepeatable;
            if (!isDefault)
            {
                yield return $"{one.Name}: the default is not {one.Default}";
            }

            if (one.Default == "required" != needed.Contains($"{one.Name} = ", StringComparison.Ordinal))
            {
                yield return $"{one.Name}: is it required?";
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> FindValueFaults()
    {
        foreach ((DocumentedSetting one, Setting<TSettings> setting) in Pairs)
        {
            if (one.HasDefaultValue && !one.Samples.Any())
            {
                yield return $"{one.Name}: the document states no range";
            }

            foreach ((string text, bool isValid) in one.Samples)
            {
                if (setting.Read(text, out _) is null != isValid)
                {
                    yield return $"{one.Name} = {text}: valid is not {isValid}";
                }
            }

            if (one.MaxCount is { } max && (!IsAccepted(one.Name, max) || IsAccepted(one.Name, max + 1)))
            {
                yield return $"{one.Name}: the largest number of values is not {max}";
            }
        }
    }

    private bool IsAccepted(string name, int count)
    {
        string others = string.Concat(needed.Split('\n')
            .Where(line => !line.StartsWith($"{name} =", StringComparison.Ordinal)).Select(line => $"{line}\n"));
        IEnumerable<string> lines = Enumerable.Range(1, count).Select(number => $"{name} = {ValueOf(name, number)}\n");
        return _text.TryRead(others + string.Concat(lines), [], out _, out _);
    }

    private static string ValueOf(string name, int number) => name switch
    {
        "allow-port" => $"{number}",
        "resolver-command" => "word",
        _ => $"10.0.{number / 250}.{(number % 250) + 1}",
    };
}
