import { copyFileSync } from "node:fs";
import { bundle, bundleNames, faultsOf, partsOf } from "./bundle.ts";

/** Makes dist/slack, dist/worker, dist/probe and dist/transfer, says what they weigh, and fails where one must not be deployed. */
const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} KB`;

const bundles = await Promise.all(bundleNames.map((name) => bundle(name)));
// Beside the module, since an image is made of one folder.
copyFileSync("infra/transfer-image/Dockerfile", "dist/transfer/Dockerfile");
for (const made of bundles) {
  const [...largest] = partsOf(made).slice(0, 5);
  const parts = largest.map(([part, bytes]) => `${part} ${kilobytes(bytes)}`);
  console.log(`${made.name.padEnd(8)} ${kilobytes(made.bytes).padStart(8)}  of it ${parts.join(", ")}`);
}
const faults = bundles.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
