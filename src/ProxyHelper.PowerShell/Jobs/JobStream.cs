using System.Collections;
using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>Adds records to the streams of a job. A stream keeps the newest hundred records.</summary>
/// <remarks>
/// The streams belong to the readers of the job. A reader can complete or replace a stream, read its records at any
/// time, dispose of the job, and throw in an event handler. Each of these costs a record and nothing else.
/// </remarks>
internal static class JobStream
{
    private const int MaxRecords = 100;

    /// <summary>Adds a record, if the stream takes it.</summary>
    /// <typeparam name="T">The type of the record.</typeparam>
    /// <param name="stream">Returns the stream.</param>
    /// <param name="record">The record. Null adds nothing.</param>
    public static void Add<T>(Func<PSDataCollection<T>> stream, T? record)
        where T : class
    {
        if (record is null)
        {
            return;
        }

        try
        {
            PSDataCollection<T> records = stream();
            lock (((ICollection)records).SyncRoot) // the lock of all methods of the collection, so no reader interferes
            {
                while (records.Count >= MaxRecords)
                {
                    records.RemoveAt(0);
                }
            }

            records.Add(record);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The record is lost. The helper goes on.
        }
    }
}
