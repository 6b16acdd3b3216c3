import type { DescribeEventsMessage } from "@aws-sdk/client-rds";
import type { Turn } from "../turn.ts";
import { page } from "./paging.ts";

/** The last hour unless the call says otherwise; fourteen days at most. */
export function describeEvents(turn: Turn, input: DescribeEventsMessage) {
  const until = input.EndTime?.getTime() ?? turn.now;
  const from = input.StartTime?.getTime() ?? until - (input.Duration ?? 60) * 60_000;
  const found = turn.state.events
    .filter(({ at }) => at >= from && at <= until)
    .filter(({ sourceType }) => input.SourceType === undefined || sourceType === input.SourceType)
    .filter(({ sourceId }) => input.SourceIdentifier === undefined || sourceId === input.SourceIdentifier);
  const { records, ...marker } = page(found, input);
  return {
    Events: records.map((event) => ({
      SourceIdentifier: event.sourceId,
      SourceType: event.sourceType,
      SourceArn: event.arn,
      Message: event.message,
      EventCategories: [...event.categories],
      Date: new Date(event.at),
    })),
    ...marker,
  };
}
