import { Accounts } from "./accounts.ts";
import type { DataPlane } from "./data-plane.ts";
import { type Address, admits, certificateNames, resolve } from "./dns.ts";
import { type Durations, durations as realistic } from "./durations.ts";
import { AwsFault, faultOfCode, NoAnswer, type Service, unmodelled } from "./fault.ts";
import { authorize, type Identity, identityOf } from "./iam/identities.ts";
import { invoke, type LambdaFunction } from "./lambda.ts";
import { type CoveredOperation, operations } from "./operations.ts";
import { happen } from "./schedule.ts";
import { type AccountState, emptyState, type Instant } from "./state.ts";
import type { Origin } from "./surroundings.ts";
import type { Touched, Turn } from "./turn.ts";
import { assertComplete } from "./wire/schemas.ts";

export interface AccountOptions {
  readonly accountId: string;
  readonly region: string;
  readonly clock: { now(): Instant };
  readonly data: DataPlane;
  /** Of the world that the account is in; one alone in its world has no neighbours. */
  readonly accounts?: Accounts;
  /** Where to go on from; a new account is empty. */
  readonly state?: AccountState;
  /** Called after every change, before anybody hears of it. */
  readonly save?: (state: AccountState) => void;
  /** Told of every call once it is over: what the ledger holds, for those outside of the process. */
  readonly heard?: (call: Call) => void;
  /** From 0 up to 1, as Math.random. */
  readonly random?: () => number;
  readonly durations?: Partial<Durations>;
}

/** What a call is made to suffer: before its effect, after it with the answer lost, or a stale look. */
export type InjectedFault =
  | "throttle"
  | "timeout-before"
  | "timeout-after"
  | "error-after"
  | "stale-describe"
  | { readonly code: string; readonly status?: number };

export interface PendingCall {
  readonly at: Instant;
  readonly service: Service;
  readonly operation: string;
  readonly input: object;
  readonly mutates: boolean;
  readonly callerArn: string;
}

/** One line of the ledger. The outcome is what the account did, which the caller may not have heard. */
export interface Call extends PendingCall {
  readonly outcome: "ok" | "not received" | (string & {});
  readonly injected?: InjectedFault;
  /** The resources that the call named or made, as they were then. */
  readonly touched: readonly Touched[];
}

type Note = (outcome: string, touched?: readonly Touched[]) => void;

/** How long a stale Describe may lag behind, in milliseconds. */
const staleness = 10_000;

/** One AWS account in one Region: a value with a turned clock. */
export class Account {
  /** Asked before every call; a property test draws faults here. */
  faults: ((call: PendingCall) => InjectedFault | undefined) | undefined;
  /** What calls are given and the account takes without a word and drops, as `Operation.Member`. */
  readonly dropped = new Set<string>();
  readonly functions = new Map<string, LambdaFunction>();
  readonly #options: AccountOptions;
  readonly #durations: Durations;
  readonly #ledger: Call[] = [];
  readonly #accounts: Accounts;
  #state: AccountState;
  /** States that were replaced within the staleness, oldest first. */
  #past: { readonly until: Instant; readonly state: AccountState }[] = [];
  #lookups = 0;
  #busy = false;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.#durations = { ...realistic, ...options.durations };
    // A state that was saved by an earlier version knows less.
    this.#state = { ...emptyState(options.accountId, options.region), ...options.state };
    this.#accounts = options.accounts ?? new Accounts();
    this.#accounts.join(this);
  }

  get state(): AccountState {
    return this.#state;
  }

  get ledger(): readonly Call[] {
    return this.#ledger;
  }

  /** The account that a call with this key is answered by: whichever gave it out, and this one for a key that nobody knows. */
  answering(accessKeyId: string | undefined): Account {
    return this.#accounts.giverOf(accessKeyId) ?? this;
  }

  /** Answers one call after everything that is due has happened. Throws AwsFault or NoAnswer. */
  handle(service: Service, operation: string, input: object, accessKeyId?: string): Promise<object> {
    const asked = this.answering(accessKeyId);
    if (asked !== this) return asked.handle(service, operation, input, accessKeyId);
    if (service === "lambda" && operation === "Invoke") return this.#invoke(input, accessKeyId);
    return this.#accounts.alone(() => this.#answer(service, operation, input, accessKeyId));
  }

  /** Lets everything happen that is due, in order of time, here and in the accounts of the same world. */
  advance(): Promise<void> {
    return this.#accounts.alone(() => this.#catchUp());
  }

  /** Of all the accounts of the world. */
  nextEventAt(): Instant | undefined {
    return this.#accounts.nextToHappen()?.state.schedule[0]?.at;
  }

  /** Changes the account from outside of its API: seeds, and what other people do. Not while it answers a call. */
  alter<T>(change: (turn: Turn) => T): T {
    return this.alterAt({ now: this.#options.clock.now(), caller: this.#caller() }, change);
  }

  /** The same at the moment of another account's turn. */
  alterAt<T>(at: { readonly now: Instant; readonly caller: Identity }, change: (turn: Turn) => T): T {
    if (this.#busy) throw new Error("the account is answering a call, which would undo this change");
    const turn = this.#turn(at.now, at.caller);
    const result = change(turn);
    this.#keep(turn);
    return result;
  }

  resolve(host: string): Address | undefined {
    return resolve(this.#state, host, this.#lookups++);
  }

  admits(instanceId: string, origin: Origin): boolean {
    return admits(this.#state, instanceId, origin);
  }

  certificateNames(instanceId: string): string[] {
    return certificateNames(this.#state, instanceId);
  }

  #caller(accessKeyId?: string): Identity {
    return identityOf(this.#state, accessKeyId);
  }

  /** From a look at the state to what is made of it. */
  async #busily<T>(work: () => Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  #turn(now: Instant, caller: Identity, state = this.#state, seen = state): Turn {
    const { data, random = Math.random } = this.#options;
    return {
      state,
      seen,
      now,
      data,
      random,
      durations: this.#durations,
      caller,
      touched: [],
      neighbours: this.#accounts,
    };
  }

  #keep(turn: Turn): void {
    if (turn.state === this.#state) return;
    this.#options.save?.(turn.state);
    this.#past = this.#past.filter(({ until }) => until > turn.now - staleness);
    this.#past.push({ until: turn.now, state: this.#state });
    this.#state = turn.state;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const next = this.#accounts.nextToHappen();
      if (next === undefined || !(await next.#busily(() => next.#happen()))) return;
    }
  }

  /** Lets the next thing happen; false where nothing is due yet. */
  async #happen(): Promise<boolean> {
    const [due, ...schedule] = this.#state.schedule;
    if (due === undefined || due.at > this.#options.clock.now()) return false;
    const turn = this.#turn(due.at, this.#caller(), { ...this.#state, schedule });
    await happen(turn, due.event);
    this.#keep(turn);
    return true;
  }

  async #answer(service: Service, operation: string, input: object, accessKeyId?: string): Promise<object> {
    const covered = operations[service].get(operation);
    if (covered === undefined) {
      throw new Error(`the simulated account does not cover ${service} ${operation}`);
    }
    await this.#catchUp();
    const at = this.#options.clock.now();
    const caller = this.#caller(accessKeyId);
    const call = { at, service, operation, input, mutates: covered.mutates, callerArn: caller.arn };
    const injected = this.faults?.(call);
    const note: Note = (outcome, touched = []) => {
      this.#enter({ ...call, outcome, touched, ...(injected && { injected }) });
    };
    this.#suffer(service, injected, note);
    const seen = injected === "stale-describe" ? this.#stale(at) : this.#state;
    const turn = this.#turn(at, caller, this.#state, seen);
    const output = await this.#busily(() => this.#run(covered, turn, call, note));
    await this.#catchUp();
    if (injected === "timeout-after") throw new NoAnswer();
    if (injected === "error-after") throw unmodelled("InternalFailure", "An internal error occurred.", 500);
    return output;
  }

  /** What a refused call has changed is dropped. */
  async #run(covered: CoveredOperation, turn: Turn, call: PendingCall, note: Note): Promise<object> {
    try {
      assertComplete(call.service, call.operation, call.input);
      authorize(turn, call.service, call.operation, call.input);
      const output = await covered.run(turn, this.#withoutDropped(call) as never);
      this.#keep(turn);
      note("ok", turn.touched);
      return output;
    } catch (error) {
      if (error instanceof AwsFault) note(error.code, turn.touched);
      throw error;
    }
  }

  #withoutDropped({ operation, input }: PendingCall): object {
    if (this.dropped.size === 0) return input;
    const kept = Object.entries(input).filter(([member]) => !this.dropped.has(`${operation}.${member}`));
    return Object.fromEntries(kept);
  }

  #suffer(service: Service, injected: InjectedFault | undefined, note: Note): void {
    if (injected === "timeout-before") {
      note("not received");
      throw new NoAnswer();
    }
    if (injected !== "throttle" && typeof injected !== "object") return;
    const refusal =
      injected === "throttle"
        ? unmodelled("Throttling", "Rate exceeded")
        : faultOfCode(service, injected.code, "An injected fault.", injected.status);
    note(refusal.code);
    throw refusal;
  }

  #enter(call: Call): void {
    this.#ledger.push(call);
    this.#options.heard?.(call);
  }

  #stale(now: Instant): AccountState {
    return this.#past.find(({ until }) => until > now - staleness)?.state ?? this.#state;
  }

  /** Outside of the turns: a function may itself call the account. */
  async #invoke(input: object, accessKeyId?: string): Promise<object> {
    const operation = "Invoke";
    const at = this.#options.clock.now();
    const caller = this.#caller(accessKeyId);
    const callerArn = caller.arn;
    const call = { at, service: "lambda", operation, input, mutates: false, callerArn } as const;
    const injected = this.faults?.(call);
    const note: Note = (outcome, touched = []) => {
      this.#enter({ ...call, outcome, touched, ...(injected && { injected }) });
    };
    this.#suffer("lambda", injected, note);
    assertComplete("lambda", operation, input);
    authorize(this.#turn(at, caller), "lambda", operation, input);
    const output = await invoke(this.functions, input as never, (error) => note(`failed later: ${error}`));
    note("ok");
    if (injected === "timeout-after") throw new NoAnswer();
    return output;
  }
}
