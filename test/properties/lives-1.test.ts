import { testSeeds } from "./seeds.ts";

testSeeds({ from: 1, count: 1_000 });
