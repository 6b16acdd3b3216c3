import type {
  BackupSelection,
  CreateBackupSelectionInput,
  DeleteBackupSelectionInput,
  GetBackupSelectionInput,
  ListBackupSelectionsInput,
} from "@aws-sdk/client-backup";
import { fault } from "../fault.ts";
import { present, refuseUncovered } from "../parameters.ts";
import type { Turn } from "../turn.ts";
import { invalidValue, newId, notFound, page, putPlan } from "./keeping.ts";
import { planNamed } from "./plans.ts";
import type { Plan, Selection } from "./state.ts";
import { backedUp, isCluster, isMultiAz, type Subject, subjectOf } from "./subject.ts";

/** Names are each plan's own. Whether a resource that is selected exists is not asked. */
export function createBackupSelection(turn: Turn, input: CreateBackupSelectionInput) {
  const plan = planNamed(turn, input.BackupPlanId);
  const given = input.BackupSelection as BackupSelection;
  refuseUncovered("CreateBackupSelection", given, [
    "SelectionName",
    "IamRoleArn",
    "Resources",
    "NotResources",
    "ListOfTags",
  ]);
  const { SelectionName: name = "", Resources = [], ListOfTags = [] } = given;
  if (!/^[\w.-]{1,50}$/.test(name)) throw invalidValue(`${name} is no valid name of a selection.`);
  if (Resources.length === 0 && ListOfTags.length === 0)
    throw invalidValue("A selection must select something.");
  // "The asterisk (*) must appear at the end of the ARN string" ([API] Resources).
  const odd = Resources.find((pattern) => pattern.slice(0, -1).includes("*"));
  if (odd !== undefined) throw invalidValue(`The asterisk must be at the end: ${odd}`);
  const { CreatorRequestId: request } = input;
  const all = Object.values(plan.selections);
  const same = all.find(({ creatorRequestId }) => request !== undefined && creatorRequestId === request);
  if (same === undefined && all.some(({ selection }) => selection.SelectionName === name)) {
    throw fault(
      "backup",
      "AlreadyExistsException",
      `Backup selection with the same name already exists: ${name}`,
    );
  }
  const selection: Selection = same ?? {
    id: newId(turn),
    createdAt: turn.now,
    selection: given,
    ...present({ creatorRequestId: request }),
  };
  putPlan(turn, {
    ...(turn.state.backup.plans[plan.id] ?? plan),
    selections: { ...plan.selections, [selection.id]: selection },
  });
  return { SelectionId: selection.id, BackupPlanId: plan.id, CreationDate: new Date(selection.createdAt) };
}

function selectionNamed(plan: Plan, id: string | undefined): Selection {
  const selection = plan.selections[id ?? ""];
  if (selection === undefined) throw notFound(`There is no selection ${id} in the plan ${plan.id}.`);
  return selection;
}

export function getBackupSelection(turn: Turn, input: GetBackupSelectionInput) {
  const plan = planNamed(turn, input.BackupPlanId);
  const { id, selection, createdAt, creatorRequestId } = selectionNamed(plan, input.SelectionId);
  return {
    BackupSelection: selection,
    SelectionId: id,
    BackupPlanId: plan.id,
    CreationDate: new Date(createdAt),
    ...present({ CreatorRequestId: creatorRequestId }),
  };
}

export function listBackupSelections(turn: Turn, input: ListBackupSelectionsInput) {
  const plan = planNamed(turn, input.BackupPlanId);
  const { records, ...token } = page(Object.values(plan.selections), input);
  return {
    BackupSelectionsList: records.map(({ id, selection, createdAt, creatorRequestId }) => ({
      SelectionId: id,
      SelectionName: selection.SelectionName,
      BackupPlanId: plan.id,
      CreationDate: new Date(createdAt),
      IamRoleArn: selection.IamRoleArn,
      ...present({ CreatorRequestId: creatorRequestId }),
    })),
    ...token,
  };
}

export function deleteBackupSelection(turn: Turn, input: DeleteBackupSelectionInput): object {
  const plan = planNamed(turn, input.BackupPlanId);
  const { id } = selectionNamed(plan, input.SelectionId);
  const { [id]: _, ...selections } = plan.selections;
  putPlan(turn, { ...plan, selections });
  return {};
}

/**
 * What a selection means at this moment: an ARN whatever has the name in it now, a tag whatever has it now, such as a renamed source
 * that kept its tags. Without the opt-in only what is named by its ARN. Where ARNs and tags stand together, either will do: which of
 * the two AWS means is not documented.
 */
export function selected(
  turn: Turn,
  { Resources = [], NotResources = [], ListOfTags = [] }: BackupSelection,
): readonly Subject[] {
  const { clusters, instances, backup } = turn.state;
  const named = new Set(Resources.map((arn) => subjectOf(turn, arn)?.resourceId));
  const all: readonly Subject[] = [
    ...Object.values(clusters).filter((cluster) => !isMultiAz(cluster)),
    ...Object.values(instances).filter(({ cluster }) => cluster === undefined),
  ];
  return all.filter((subject) => {
    const { arn, type } = backedUp(turn, subject);
    if (NotResources.some((pattern) => fits(pattern, arn))) return false;
    if (named.has(subject.resourceId)) return true;
    const byPattern = Resources.some((pattern) => pattern.endsWith("*") && fits(pattern, arn));
    const byTag = ListOfTags.some(({ ConditionKey: key, ConditionValue: value }) =>
      subject.settings.TagList.some(({ Key, Value }) => Key === key && Value === value),
    );
    return (byPattern || byTag) && backup.optIn[type] !== false && !isReplica(subject);
  });
}

const isReplica = (subject: Subject) => !isCluster(subject) && subject.replicaOf !== undefined;

const fits = (pattern: string, arn: string) =>
  pattern.endsWith("*") ? arn.startsWith(pattern.slice(0, -1)) : arn === pattern;
