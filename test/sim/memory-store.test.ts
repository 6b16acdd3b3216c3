import { createMemoryStore } from "../../src/sim/memory-store.ts";
import { storeContract } from "../contracts/store-contract.ts";

storeContract("the store in memory", async () => createMemoryStore());
