/** From where and when somebody looks at a date. */
export interface Viewpoint {
  /** An IANA name. */
  readonly timeZone: string;
  /** Epoch milliseconds of the world's clock; makes "today" and "3 minutes ago". */
  readonly now: number;
}

const halfAYear = 182 * 86_400_000;

/**
 * Shows a date the way Slack shows `<!date^…>` and dates in rich text. Gives nothing when the format has a
 * token that Slack does not know; then the fallback is shown.
 */
export function formatDate(seconds: number, format: string, from: Viewpoint): string | undefined {
  const at = seconds * 1000;
  let known = !Number.isNaN(new Date(at).getTime());
  if (!known) return undefined;
  const text = format.replaceAll(/\{([a-z_]+)\}/g, (_, token: string) => {
    const shown = showToken(token, at, from);
    known &&= shown !== undefined;
    return shown ?? "";
  });
  return known ? text : undefined;
}

function showToken(token: string, at: number, from: Viewpoint): string | undefined {
  const pretty = /^(date|date_short|date_long)_pretty$/.exec(token)?.[1];
  if (pretty !== undefined) return nearDay(at, from) ?? showToken(pretty, at, from);
  const parts = partsOf(at, from.timeZone);
  switch (token) {
    case "date_num":
      return `${parts.year}-${parts.month2}-${parts.day2}`;
    case "date_slash":
      return `${parts.day2}/${parts.month2}/${parts.year}`;
    case "date":
      return `${parts.month} ${ordinal(parts.day)}${Math.abs(at - from.now) < halfAYear ? "" : `, ${parts.year}`}`;
    case "date_short":
      return `${parts.month.slice(0, 3)} ${parts.day}, ${parts.year}`;
    case "date_long":
      return `${parts.weekday}, ${parts.month} ${ordinal(parts.day)}, ${parts.year}`;
    case "time":
      return `${parts.hour}:${parts.minute}`;
    case "time_secs":
      return `${parts.hour}:${parts.minute}:${parts.second}`;
    case "ago":
      return ago(at, from.now);
    default:
      return undefined;
  }
}

// Making one costs more than using it, and a page shows hundreds of dates.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  formatters.set(timeZone, made);
  return made;
}

const months = "January February March April May June July August September October November December".split(
  " ",
);

function partsOf(at: number, timeZone: string) {
  const parts = formatterFor(timeZone).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return {
    year: part("year"),
    month: months[Number(part("month")) - 1] ?? "",
    month2: part("month"),
    day: Number(part("day")),
    day2: part("day"),
    weekday: part("weekday"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}

function nearDay(at: number, from: Viewpoint): string | undefined {
  const day = (instant: number) => {
    const { year, month2, day2 } = partsOf(instant, from.timeZone);
    return Date.parse(`${year}-${month2}-${day2}`) / 86_400_000;
  };
  const names: Readonly<Record<number, string>> = { [-1]: "yesterday", 0: "today", 1: "tomorrow" };
  return names[day(at) - day(from.now)];
}

function ordinal(day: number): string {
  const tens = day % 100;
  const suffix = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${suffix}`;
}

function ago(at: number, now: number): string {
  const seconds = Math.round(Math.abs(now - at) / 1000);
  const [count, unit] =
    seconds < 60
      ? [seconds, "second"]
      : seconds < 3600
        ? [Math.floor(seconds / 60), "minute"]
        : seconds < 86_400
          ? [Math.floor(seconds / 3600), "hour"]
          : [Math.floor(seconds / 86_400), "day"];
  const amount = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return at > now ? `in ${amount}` : `${amount} ago`;
}
