import type { Account } from "../../src/sim/aws/account.ts";

/** Keeps a simulated account in a state for as long as somebody looks at it. */
export interface Brake {
  /** The next time this operation has been answered, nothing more is answered. */
  after(operation: string): void;
  /** Resolves once that has happened. */
  reached(): Promise<void>;
  /** Lets everything go on. */
  release(): void;
}

export function brakeOn(account: Account): Brake {
  const answer = account.handle.bind(account);
  let stopAfter: string | undefined;
  let held = gate();
  let open = gate();
  open.open();
  account.handle = async (service, operation, ...rest) => {
    await open.passed;
    const output = await answer(service, operation, ...rest);
    if (operation === stopAfter) {
      stopAfter = undefined;
      open = gate();
      held.open();
    }
    return output;
  };
  return {
    after(operation) {
      stopAfter = operation;
      held = gate();
    },
    reached: () => held.passed,
    release: () => open.open(),
  };
}

function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
