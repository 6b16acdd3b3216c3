import { randomUUID } from "node:crypto";
import type { Account } from "./account.ts";
import { AwsFault, clients, type Service, speaksQuery } from "./fault.ts";

/** The clients as the SDK names them in a middleware's context. */
const serviceOfClient: Readonly<Record<string, Service>> = {
  RDSClient: "rds",
  BackupClient: "backup",
  KMSClient: "kms",
  STSClient: "sts",
  ApplicationAutoScalingClient: "application-autoscaling",
  RAMClient: "ram",
  LambdaClient: "lambda",
  IAMClient: "iam",
};

const metadata = (httpStatusCode: number) => ({
  httpStatusCode,
  requestId: randomUUID(),
  attempts: 1,
  totalRetryDelay: 0,
});

type ExceptionClass = new (options: object) => Error;

/** The exception that the SDK's client would have thrown after reading the fault from the wire. */
function exceptionOf(service: Service, fault: AwsFault): Error {
  const exported = clients[service] as Readonly<Record<string, unknown>>;
  const base = Object.keys(exported).find(
    (name) => name.endsWith("ServiceException") && `${name}$` in exported,
  );
  const Exception = exported[fault.shape ?? base ?? ""] as ExceptionClass;
  const details = speaksQuery(service) ? queryDetails(fault) : {};
  const exception = new Exception({
    ...(fault.shape === undefined && { name: fault.code }),
    $fault: fault.status < 500 ? "client" : "server",
    message: fault.message,
    $metadata: metadata(fault.status),
  });
  return Object.assign(exception, details);
}

function queryDetails({ code, message, status }: AwsFault) {
  const Type = status < 500 ? "Sender" : "Receiver";
  return { Type, Code: code, Error: { Type, Code: code, Message: message } };
}

interface Context {
  readonly clientName?: string;
  readonly commandName?: string;
}

type Handler = (args: { input: object }) => Promise<{ response: unknown; output: never }>;

/** As much of the SDK's middleware stack as a plugin needs; every client's stack is one. */
interface Stack {
  add(
    middleware: (next: unknown, context: Context) => Handler,
    options: { step: "initialize"; name: string; priority: "high" },
  ): void;
}

/** The account as the `plugin` of the product's clients, which tell it whose credentials they use. */
export function accountPlugin(account: Account, hold?: Hold) {
  return (credentials: unknown) => ({
    ...sdkMiddleware(account, keyIn(credentials), hold),
    answer: async (service: string, operation: string, input: object) => {
      const named = service as Service;
      await hold?.(operation);
      try {
        return await account.handle(named, operation, input, keyIn(credentials));
      } catch (error) {
        throw error instanceof AwsFault ? exceptionOf(named, error) : error;
      }
    },
  });
}

/** Awaited when a call leaves its process and before the account hears of it. */
export type Hold = (operation: string) => Promise<void>;

function keyIn(credentials: unknown): string | undefined {
  const given = credentials as { accessKeyId?: string } | undefined;
  return given?.accessKeyId;
}

/**
 * The account behind SDK clients, without HTTP: `client.middlewareStack.use(sdkMiddleware(account))`. It
 * ends every call at the stack's first step, so neither retries nor serialisation take place.
 */
export function sdkMiddleware(
  account: Account,
  accessKeyId?: string,
  hold?: Hold,
): { applyToStack(stack: Stack): void } {
  return {
    applyToStack: (stack) => {
      stack.add(
        (_next, { clientName = "", commandName = "" }) =>
          async ({ input }) => {
            const service = serviceOfClient[clientName];
            if (service === undefined) throw new Error(`the simulated account has no ${clientName}`);
            const operation = commandName.replace(/Command$/, "");
            await hold?.(operation);
            try {
              const output = await account.handle(service, operation, input, accessKeyId);
              return { response: {}, output: { ...output, $metadata: metadata(200) } as never };
            } catch (error) {
              throw error instanceof AwsFault ? exceptionOf(service, error) : error;
            }
          },
        { step: "initialize", name: "simulatedAccount", priority: "high" },
      );
    },
  };
}
