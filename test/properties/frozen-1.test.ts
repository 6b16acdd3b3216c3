import { testFrozen } from "./frozen-seeds.ts";

testFrozen({ from: 1, count: 1250 });
