import { testSeeds } from "./seeds.ts";

testSeeds({ from: 1001, count: 1_000 });
