import { testFrozen } from "./frozen-seeds.ts";

testFrozen({ from: 2501, count: 2500 });
