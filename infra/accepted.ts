import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** A finding of cdk-nag that is as it should be, with the reason, beside what it is about. */
export function accepted(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: finding, reason });
}
