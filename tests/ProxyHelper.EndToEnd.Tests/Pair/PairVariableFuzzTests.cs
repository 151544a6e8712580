using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests install.sh of a pair of routers with random variable files.</summary>
public sealed class PairVariableFuzzTests
{
    private const int Files = 40;

    private const string AcceptFiles = """
        nft --check --file /etc/proxy-helper-pair/rules.nft
        nft --check --file /etc/proxy-helper-pair/hold.nft
        for name in $(grep -o 'interface [^ ]*' /etc/keepalived/keepalived.conf | cut -d' ' -f2) \
            $(grep -o 'dev [^ ]*' /etc/keepalived/keepalived.conf | cut -d' ' -f2); do
            ip link add "$name" type veth 2>/dev/null || ip link show dev "$name" >/dev/null
        done
        keepalived --config-test
        """;

    private static readonly string[] _values =
    [
        "", "0", "1", "114", "65535", "65536", "-1", "0x10", "1e3", "10.1.0.1", "10.1.0.1/16", "194.0.22.9", "0.2",
        "194.0.22.9,194.0.22.10", "1024-65535", "2000-30000", "users", "eth0.100", "*", "\"", "'", "users\" accept;",
        "$(id)", "`id`", "}", "};", "@FILES@", "@VRRP_ID@", "&", "\\1", "a b", "ä", "a=b", "# c", "'a # b'", "\t",
    ];

    [Fact]
    public async Task No_variable_file_makes_a_file_that_its_program_refuses()
    {
        const int Seed = 20261126;
        var random = new Random(Seed);
        int installed = 0;
        for (int file = 0; file < Files; file++)
        {
            using var router = new PairRouter();
            if (file % 8 == 0)
            {
                WriteNoise(router.Variables, random);
            }
            else
            {
                Change(router.Variables, random);
            }

            (int status, string output) = await router.InstallAsync();
            string text = await File.ReadAllTextAsync(router.Variables, Patience.Token());
            string place = $"file {file} of seed {Seed}: {output}\n{text}";

            Assert.True(status is 0 or 1, place);
            if (status == 1)
            {
                Assert.Contains("No file was changed.", output, StringComparison.Ordinal);
                Assert.True(router.Snapshot().Length == 0, place);
                continue;
            }

            installed++;
            (status, output) = await router.RunOnRouterAsync(AcceptFiles);
            Assert.True(status == 0, $"{output}\n{place}");
        }

        // Both outcomes were tried.
        Assert.InRange(installed, 1, Files - 1);
    }

    // Replaces, repeats, removes, joins and damages some lines.
    private static void Change(string path, Random random)
    {
        List<string> lines = [.. File.ReadAllLines(path).Where(line => !line.StartsWith('#') && line.Length > 0)];
        for (int change = random.Next(4); change >= 0; change--)
        {
            int place = random.Next(lines.Count), other = random.Next(lines.Count);
            string name = lines[place].Split('=')[0];
            switch (random.Next(8))
            {
                case 0: lines.RemoveAt(place); break;
                case 1: lines.Insert(place, lines[other]); break;
                case 2: lines[place] = $"{name}={lines[other].Split('=').Last()}"; break;
                case 3: lines[place] = lines[place][..random.Next(lines[place].Length)]; break;
                case 4: lines[place] = Damage(lines[place], random); break;
                case 5: (lines[place], lines[other]) = (lines[other], lines[place]); break;
                case 6: lines[place] += random.Next(2) == 0 ? " # comment" : " "; break;
                default: lines[place] = $"{name}={_values[random.Next(_values.Length)]}"; break;
            }
        }

        File.WriteAllText(path, string.Join('\n', lines));
    }

    private static void WriteNoise(string path, Random random)
    {
        byte[] bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
    }

    private static string Damage(string line, Random random)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return Encoding.Latin1.GetString(bytes);
    }
}
