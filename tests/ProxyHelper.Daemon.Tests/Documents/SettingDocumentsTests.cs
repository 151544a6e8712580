using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Daemon.Helper;
using ProxyHelper.Daemon.Relay;
using Xunit;

namespace ProxyHelper.Daemon.Documents;

/// <summary>Tests that the documents describe the settings as the program has them.</summary>
public sealed class SettingDocumentsTests
{
    private const string HelperPage = "The helper", RelayPage = "The relay"; // sections of the page
    private const string HelperManual = "proxy-helper.conf.5", RelayManual = "proxy-helper-relay.conf.5";

    /// <summary>Gets the documents.</summary>
    public static TheoryData<string> Documents => [HelperPage, RelayPage, HelperManual, RelayManual];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Each_setting_is_described_and_no_other(string document)
    {
        ISettingComparison comparison = Compare(document);

        Assert.Equal(comparison.Names.Order(), comparison.DocumentedNames.Order());
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void What_a_reload_changes_and_what_can_be_repeated_is_right(string document) =>
        Assert.Empty(Compare(document).FindKindFaults());

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_defaults_are_right(string document) => Assert.Empty(Compare(document).FindDefaultFaults());

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_valid_values_are_right(string document) => Assert.Empty(Compare(document).FindValueFaults());

    private static ISettingComparison Compare(string document)
    {
        IReadOnlyList<DocumentedSetting> documented =
            document is HelperPage or RelayPage ? SettingDocument.ReadPage(document)
            : SettingDocument.ReadManual(document);
        return document is HelperPage or HelperManual
            ? Compare(HelperCommand.Instance, "address = 194.0.1.1\n", documented)
            : Compare(RelayCommand.Instance, RelaySettingsTests.Needed, documented);
    }

    private static SettingComparison<TSettings> Compare<TSettings>(
        DaemonCommand<TSettings> command, string needed, IReadOnlyList<DocumentedSetting> documented)
        where TSettings : ProcessSettings =>
        new(command, needed, documented);
}
