import type { World } from "../../src/sim/world.ts";

/** Keeps the simulated account in a state for as long as somebody looks at it. */
export interface Brake {
  /** From the moment that the channel says this, the account answers nothing more. */
  at(text: string): void;
  /** Lets everything go on. */
  release(): void;
}

export function brakeOn({ account, workspace }: World): Brake {
  const answer = account.handle.bind(account);
  let stopAt: string | undefined;
  let open = Promise.resolve();
  let release = () => {};
  account.handle = async (...call) => {
    if (stopAt !== undefined && JSON.stringify(workspace.state.messages).includes(stopAt)) {
      stopAt = undefined;
      open = new Promise((resolve) => {
        release = resolve;
      });
    }
    await open;
    return answer(...call);
  };
  return {
    at(text) {
      stopAt = text;
    },
    release: () => release(),
  };
}
