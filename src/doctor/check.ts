import { CloudFault } from "../core/cloud.ts";
import type { Deployment } from "./deployment.ts";

/** Something that was found, and what to do about it. */
export interface Finding {
  /**
   * `error`: the product cannot do its work, or can do what it must not. `warning`: it works until something else goes wrong.
   * `note`: somebody may want to know.
   */
  readonly severity: "error" | "warning" | "note";
  readonly what: string;
  readonly why: string;
  /** A command that can be copied, or the page where it is mended. */
  readonly remedy: string;
}

export interface Check {
  /** What holds where nothing is found. */
  readonly claim: string;
  /** Absent: every deployment has what is looked at. */
  readonly concerns?: (of: Deployment) => boolean;
  /** May throw: then it is not known whether the claim holds. */
  readonly look: (of: Deployment) => Promise<readonly Finding[]>;
}

/** What became of a check. `unchecked` is the reason why nobody knows, and how it could be known. */
export type Result = { readonly claim: string } & (
  | { readonly findings: readonly Finding[] }
  | { readonly unchecked: string; readonly remedy: string }
);

/** Makes every check that concerns the deployment, all at once, in the order of the list. */
export function examine(checks: readonly Check[], deployment: Deployment): Promise<readonly Result[]> {
  const concerning = checks.filter(({ concerns }) => concerns?.(deployment) ?? true);
  return Promise.all(
    concerning.map(async ({ claim, look }) => {
      try {
        return { claim, findings: await look(deployment) };
      } catch (fault) {
        return { claim, ...reasonOf(fault) };
      }
    }),
  );
}

function reasonOf(fault: unknown): { unchecked: string; remedy: string } {
  const unchecked = fault instanceof Error ? fault.message : String(fault);
  const remedy = "Run the doctor again once that is mended.";
  if (!(fault instanceof CloudFault)) return { unchecked, remedy };
  return {
    unchecked: `${fault.operation}, ${fault.code}: ${unchecked}`,
    remedy: isDenied(fault) ? "Run the doctor with credentials that may make this call." : remedy,
  };
}

/** EC2 has a code of its own for it, and Lambda passes on that of KMS. */
export function isDenied({ code }: CloudFault): boolean {
  return /^(?:KMS)?AccessDenied|^UnauthorizedOperation/.test(code);
}

/** 0: every check was made, and nothing worse than a warning was found. 1: an error, or something that could not be checked. */
export function exitCodeOf(results: readonly Result[]): 0 | 1 {
  const isGood = (result: Result) =>
    "findings" in result && result.findings.every(({ severity }) => severity !== "error");
  return results.every(isGood) ? 0 : 1;
}
