using System.Globalization;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Collects the time of an event in XML, which is local time: year, month, day, hour, min and sec.</summary>
internal struct FlowTime
{
    private int? _year;
    private int? _month;
    private int? _day;
    private int? _hour;
    private int? _minute;
    private int? _second;

    /// <summary>Reads a value. A value of another name is ignored.</summary>
    public void Read(string name, string value)
    {
        int? number = NumberText.TryRead(value, out int read) ? read : null;
        switch (name)
        {
            case "year":
                _year = number;
                break;
            case "month":
                _month = number;
                break;
            case "day":
                _day = number;
                break;
            case "hour":
                _hour = number;
                break;
            case "min":
                _minute = number;
                break;
            case "sec":
                _second = number;
                break;
        }
    }

    /// <summary>Returns the time, or null if a value is missing or the values are not a time.</summary>
    public readonly DateTimeOffset? ToTime(TimeZoneInfo zone)
    {
        if (_year is null || _month is null || _day is null || _hour is null || _minute is null || _second is null)
        {
            return null;
        }

        string text = string.Create(
            CultureInfo.InvariantCulture, $"{_year:0000}-{_month:00}-{_day:00} {_hour:00}:{_minute:00}:{_second:00}");
        return LocalTimeText.TryReadSortable(text, zone, out DateTimeOffset time) ? time : null;
    }
}
