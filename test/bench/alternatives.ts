import { mock } from "node:test";
import { RDSClient, waitUntilDBClusterAvailable } from "@aws-sdk/client-rds";
import { type Duration, hours, minutes, seconds } from "../../src/core/time.ts";

/** When somebody who waits in another way would have gone on, after a wait of that length. */
export type Waiter = (took: Duration) => Promise<Duration>;

/** Looks at once and then at intervals, and makes the next call as soon as a look shows that it can. */
const lookingEvery =
  (interval: Duration): Waiter =>
  async (took) =>
    Math.ceil(took / interval) * interval;

export const minutePoller = lookingEvery(minutes(1));

/** `aws rds wait`: thirty seconds between two looks (botocore, waiters-2.json). Whoever runs it begins anew after its 60 looks. */
export const cliWaiter = lookingEvery(seconds(30));

/**
 * The SDK's own waiter with its own defaults, made to look at a cluster that becomes available after `took`. The clock and the
 * timers are turned meanwhile: nothing else may wait in this process.
 */
export const sdkWaiter: Waiter = async (took) => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  try {
    let noticed: Duration | undefined;
    const waiting = waitUntilDBClusterAvailable(
      { client: clusterAvailableAt(took), maxWaitTime: hours(24) / seconds(1) },
      { DBClusterIdentifier: "orders-prod" },
    ).then(() => {
      noticed = Date.now();
    });
    while (noticed === undefined) {
      // What the waiter does before it sets its timer takes a turn of the event loop.
      await Promise.race([waiting, new Promise((resolve) => setImmediate(resolve))]);
      if (noticed === undefined) mock.timers.tick(seconds(1));
    }
    return noticed;
  } finally {
    mock.timers.reset();
  }
};

function clusterAvailableAt(at: Duration): RDSClient {
  const client = new RDSClient({ region: "eu-west-1" });
  client.middlewareStack.add(
    () => async () => {
      const Status = Date.now() >= at ? "available" : "creating";
      return { response: {}, output: { DBClusters: [{ Status }], $metadata: {} } as never };
    },
    { step: "initialize", name: "simulatedCluster", priority: "high" },
  );
  return client;
}
