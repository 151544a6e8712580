using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>Holds the mappings of one table, and looks them up by the rule of their system.</summary>
internal abstract class MappingIndex
{
    /// <summary>Adds a mapping. A report from the past is never added.</summary>
    public abstract void Add(NatMapping mapping);

    /// <summary>Adds a fault of the text. The fault can hide a mapping that a look-up needs.</summary>
    public virtual void Add(TableFault fault)
    {
    }

    /// <summary>Looks a connection up. Only a single answer is an answer: any doubt is a reason for none.</summary>
    public abstract TableAnswer Find(in MappingQuery query);
}
