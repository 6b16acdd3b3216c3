import { testFrozen } from "./frozen-seeds.ts";

testFrozen({ from: 1251, count: 1250 });
