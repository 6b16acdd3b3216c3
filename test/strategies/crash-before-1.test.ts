import { testDeathsBefore } from "./deaths-before.ts";

testDeathsBefore(0);
