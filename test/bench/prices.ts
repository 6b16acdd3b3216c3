/**
 * List prices of us-east-1 in US dollars as of November 2026, without any free tier: aws.amazon.com/lambda/pricing (arm64),
 * /dynamodb/pricing/on-demand, /cloudwatch/pricing, /kms/pricing, /secrets-manager/pricing. A scheduled rule of EventBridge costs
 * nothing.
 */
export const prices = {
  gigabyteSecond: 0.0000133334,
  invocation: 0.2e-6,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** Per gigabyte that is written to a log. */
  logs: 0.5,
  /** A month each. */
  alarm: 0.1,
  ownMetric: 0.3,
  key: 1,
  secret: 0.4,
};

/** What is not counted but taken, since the world's clock stands still for it. */
export const taken = {
  /** Seconds of an idle run: two calls of DynamoDB and what the runtime adds. */
  idleRun: 0.06,
  /** Seconds of one question to the probe beyond what it watches for: a login over TLS takes some 20 ms. */
  probeQuestion: 0.05,
  /** Seconds from a request of Slack to its acknowledgement, now and then with a cold start. */
  acknowledgement: 0.3,
  /** Bytes that Lambda itself writes to the log for every run. */
  logOfRun: 300,
};

export const runsPerMonth = 30 * 24 * 60;
