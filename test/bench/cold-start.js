import { readFileSync } from "node:fs";

/**
 * One container of a function: `node cold-start.js <bundle> <event>` loads a bundle, gives it a command that Slack signed, and
 * prints what that took from the start of the process. Without arguments it is Node alone.
 */
const [bundle, event] = process.argv.slice(2);
const warmRequests = 60;

/** Milliseconds of processor time, the process's start included. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function acknowledge(handler, request) {
  const { statusCode } = await handler(request, {}, () => {});
  if (statusCode !== 200) throw new Error(`it answered ${statusCode}`);
}

async function warm(handler, request) {
  const before = processorTime();
  for (let count = 0; count < warmRequests; count++) await acknowledge(handler, request);
  return (processorTime() - before) / warmRequests;
}

if (bundle === undefined) {
  console.log(JSON.stringify({ wall: performance.now(), processor: processorTime(), warm: 0 }));
} else {
  const request = JSON.parse(readFileSync(event, "utf8"));
  const { handler } = await import(bundle);
  await acknowledge(handler, request);
  const [wall, processor] = [performance.now(), processorTime()];
  console.log(JSON.stringify({ wall, processor, warm: await warm(handler, request) }));
}
process.exit(0);
