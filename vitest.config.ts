import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // On two cores the default is one worker, and two thousand lives are then lived one after another.
    maxWorkers: 2,
    // The SDK is pinned; its word about Node 20 would stand above every test.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
});
