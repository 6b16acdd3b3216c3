import type { Filter } from "@aws-sdk/client-rds";
import { unmodelled } from "../fault.ts";

interface PageInput {
  readonly MaxRecords?: number | undefined;
  readonly Marker?: string | undefined;
}

/** One page of 20 to 100 records (default 100); the marker is opaque to callers. */
export function page<T>(records: readonly T[], input: PageInput): { records: T[]; Marker?: string } {
  const size = input.MaxRecords ?? 100;
  if (size < 20 || size > 100) {
    throw unmodelled(
      "InvalidParameterValue",
      `Invalid value ${size} for MaxRecords. Must be between 20 and 100`,
    );
  }
  const start = input.Marker === undefined ? 0 : decode(input.Marker);
  const end = start + size;
  return { records: records.slice(start, end), ...(end < records.length && { Marker: encode(end) }) };
}

const encode = (start: number) => Buffer.from(`start ${start}`).toString("base64url");

function decode(marker: string): number {
  const [, start] = /^start (\d+)$/.exec(Buffer.from(marker, "base64url").toString()) ?? [];
  if (start === undefined) throw unmodelled("InvalidParameterValue", "The marker is not valid");
  return Number(start);
}

/** By filter name: the values of a record that the filter compares. */
export type Filters<T> = Readonly<Record<string, (record: T) => readonly (string | undefined)[]>>;

/** What all filters admit. A filter that finds nothing gives an empty list, never NotFound. */
export function filtered<T>(
  records: readonly T[],
  given: readonly Filter[] | undefined,
  filters: Filters<T>,
): readonly T[] {
  return (given ?? []).reduce((left, { Name, Values }) => {
    const valuesOf = filters[Name ?? ""];
    if (valuesOf === undefined) {
      throw unmodelled("InvalidParameterValue", `Unrecognized filter name: ${Name}`);
    }
    const wanted = new Set(Values);
    if (wanted.size === 0) throw unmodelled("InvalidParameterValue", `The filter ${Name} has no values.`);
    return left.filter((record) => valuesOf(record).some((value) => wanted.has(value ?? "")));
  }, records);
}
