using System.Globalization;
using System.Management.Automation;
using System.Security;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Whatever can be seen of a responder or of an error, the secret is not in it.</summary>
public sealed class SecretDisclosureTests
{
    private const uint Secret = 3141592653;
    private const string Question = "Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Retries 1 -TimeoutSeconds 0.05";

    [Fact]
    public void No_property_of_a_job_nor_anything_below_it_is_the_secret() => ClassicRouter.Run(session =>
    {
        object job = session.Run("Start-ProxyHelper 194.0.1.1 -Secret $args[0]", Secret)[0].BaseObject;
        session.Run($"{Question} -Secret $args[0]; {Question} -Secret 1; Stop-ProxyHelper *", Secret);
        string text = ObjectText.Of(job);
        Assert.Contains("ResponderJob.Command = Start-ProxyHelper 194.0.1.1", text, StringComparison.Ordinal);
        Assert.Contains("with a wrong secret", text, StringComparison.Ordinal); // the streams were walked, too
        AssertNotIn(text);
    });

    [Theory]
    [InlineData("3141592653x")]
    [InlineData("0xbb40e64d")]
    [InlineData(31415926535L)]
    [InlineData(-3141592653L)]
    [InlineData(3141592653.5)]
    public void No_property_of_an_error_nor_anything_below_it_is_what_was_given(object wrong) => ClassicRouter.Run(session =>
    {
        foreach (object given in (object[])[wrong, Secure(Convert.ToString(wrong, CultureInfo.InvariantCulture)!)])
        {
            foreach (string command in (string[])["Start-ProxyHelper 194.0.1.1", Question])
            {
                ErrorRecord error = session.Failure($"{command} -Secret $args[0]", given);
                Assert.StartsWith("ParameterArgumentTransformationError,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
                AssertNotIn(ObjectText.Of(error));
            }
        }
    });

    [Theory]
    [InlineData("Start-ProxyHelper 192.0.2.1")]
    [InlineData("Test-ProxyHelper -Source 194.0.1.1:1 -Destination '[2001:db8::1]:25' -ErrorAction Stop")]
    public void No_property_of_another_error_is_the_secret_that_was_right(string command) => ClassicRouter.Run(session =>
        AssertNotIn(ObjectText.Of(session.Failure($"{command} -Secret $args[0]", Secret))));

    [Theory]
    [InlineData("Start-ProxyHelper")]
    [InlineData("Test-ProxyHelper")]
    public void What_the_engine_keeps_and_logs_of_a_bound_secret_is_a_SecureString(string command)
    {
        using var session = new EngineSession();
        Assert.Equal(typeof(SecureString), session.One<CmdletInfo>($"Get-Command {command}").Parameters["Secret"].ParameterType);
    }

    private static void AssertNotIn(string text)
    {
        Assert.DoesNotContain("3141592653", text, StringComparison.Ordinal);
        Assert.DoesNotContain("bb40e64d", text, StringComparison.OrdinalIgnoreCase);
    }

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (char one in text)
        {
            secure.AppendChar(one);
        }

        return secure;
    }
}
