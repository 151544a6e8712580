using CsCheck;
using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Linux;

public sealed class AccessListTests
{
    // u::rw- u:65534:rw- g::r-- g:7:rwx m::r-- o::---
    private static readonly byte[] _list =
    [
        2, 0, 0, 0,
        1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,
        2, 0, 6, 0, 0xfe, 0xff, 0, 0,
        4, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
        8, 0, 7, 0, 7, 0, 0, 0,
        16, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
        32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
    ];

    [Fact]
    public void The_mask_limits_named_users_and_groups_only() => Assert.Equal(
        [
            new AccessEntry(AccessTag.Owner, AccessRights.Read | AccessRights.Write, uint.MaxValue),
            new AccessEntry(AccessTag.User, AccessRights.Read, 65534),
            new AccessEntry(AccessTag.OwningGroup, AccessRights.Read, uint.MaxValue),
            new AccessEntry(AccessTag.Group, AccessRights.Read, 7),
            new AccessEntry(AccessTag.Others, AccessRights.None, uint.MaxValue),
        ],
        AccessList.TryParse(_list)!.Entries);

    [Fact]
    public void A_part_of_a_list_is_valid_only_at_the_end_of_an_entry()
    {
        for (int length = 0; length < _list.Length; length++)
        {
            bool isValid = length % 8 == 4;
            Assert.Equal(isValid, AccessList.TryParse(_list.AsSpan(0, length)) is not null);
        }
    }

    [Fact]
    public void Random_bytes_give_no_list_or_one_entry_for_every_eight_bytes() => Gen.Byte.Array[0, 100].Sample(bytes =>
    {
        Assert.Null(AccessList.TryParse([1, 0, 0, 0, .. bytes])); // another version
        AccessList? list = AccessList.TryParse([2, 0, 0, 0, .. bytes]);
        return (list is not null) == (bytes.Length % 8 == 0)
            && (list is null || list.Entries.Count <= bytes.Length / 8);
    });
}
