/** What hangs on a database and is carried over, and what stands against that. */
export const attachedProblems = {
  "attached.not-enrolled": {
    why: "{attached} hang on {name} and nobody has enrolled them: the bot may not change what its owner has not given it.",
    fix: "If they may be changed, tag each of them: `aws rds add-tags-to-resource --resource-name ARN --tags Key={tag},Value=true`.",
  },
  "attached.proxy-secret": {
    why: "The RDS Proxy {attached} logs in to {name} with the managed master secret; the replacement gets another one, which the proxy may not read.",
    fix: "Give the proxy a login and a secret of its own (`aws rds modify-db-proxy --auth`), then try again.",
  },
  "attached.proxy-shape": {
    why: "The RDS Proxy {attached} leads to single instances of {name} and not to the cluster.",
    fix: "Register the cluster at the proxy in their place (`aws rds register-db-proxy-targets --db-cluster-identifiers {name}`).",
  },
  "attached.endpoint-member": {
    why: "The custom endpoint {attached} of {name} names instances that the replacement will not have: autoscaling made them.",
    fix: "Take them out of it (`aws rds modify-db-cluster-endpoint`), then try again.",
  },
  "attached.scaled-writer": {
    why: "{attached} writes in {name}, and autoscaling made it: it would not be made again.",
    fix: "Let another instance write (`aws rds failover-db-cluster`), then try again.",
  },
  "attached.missing": {
    why: "The replacement of {name} lacks what hung on the source: {missing}. It was there when it was made.",
    fix: "See in CloudTrail who took it away. Retry when it is there again, or roll back.",
  },
  "attached.proxy-refused": {
    why: "The RDS Proxy {proxy} reaches the replacement of {name} and is refused ({reason}); clients of the endpoint are served.",
    fix: "See that its secrets hold logins of the database, and that its role may read them; then retry.",
  },
  "attached.taken": {
    why: "The custom endpoint {endpoint} now is {cluster}'s, which no step of this migration made it.",
    fix: "Decide whose it should be. Delete it there, then retry, or roll back.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const attachedSentences = {
  "step.suspend-scaling":
    "Suspend the autoscaling of readers of {name}, which would act on whoever has the name",
  "step.suspend-scaling.undo": "Let the autoscaling of {name} go on as before",
  "step.detach-proxies": "Take {name} away from {proxies}, which would go on leading to the old cluster",
  "step.detach-proxies.undo": "Let {proxies} lead to {name} again",
  "step.data-api-off": "Turn the Data API of {name} off, which reaches it past every security group",
  "step.data-api-off.undo": "Turn the Data API of {name} on again",
  "step.free-endpoints": "Delete {endpoints}, so that the replacement can have the names",
  "step.free-endpoints.undo": "Make {endpoints} of {name} again",
  "step.attach-roles": "Give the replacement the IAM roles of the source",
  "step.attach-endpoints": "Make {endpoints} on the replacement",
  "step.attach-endpoints.undo": "Delete {endpoints} of the replacement",
  "step.attach-secret": "Let Secrets Manager manage the replacement's master password: a new secret",
  "step.attach-stream": "Start the activity stream of the replacement, into a new Kinesis stream",
  "step.attach-proxies": "Let {proxies} lead to the replacement",
  "step.attach-proxies.undo": "Take the replacement away from {proxies}",
  "step.verify-attached": "Verify that everything that hung on the source hangs on the replacement",
  "step.proxies-lead": "Check that {proxies} reach the replacement",
  "step.data-api-on": "Turn the Data API of {name} on",
  "step.data-api-on.undo": "Turn the Data API of the replacement off",
  "step.resume-scaling": "Let the autoscaling of {name} go on",
  "step.resume-scaling.undo": "Suspend the autoscaling of {name} again",
  "step.proxies-lead-back": "Check that {proxies} reach {name}",

  "event.new-secret":
    "The master password now is in {secret}. Whoever uses {old} must be given the new one before the opening.",
  "event.new-stream": "The activity stream goes to {kinesis}. Whoever reads {old} must be given the new one.",
  "event.iam-policies":
    "Logins by IAM need policies for `rds-db:connect` that name {resourceId} as well as {old}: add it before the opening.",

  "skip.no-scaling": "its readers are not scaled automatically",
  "skip.no-proxies": "no RDS Proxy leads to it",
  "skip.no-data-api": "the Data API is off",
  "skip.no-endpoints": "it has no custom endpoint",
  "skip.no-roles": "it has no IAM roles",
  "skip.no-secret": "its master password is not managed",
  "skip.no-stream": "it has no activity stream",
  "skip.nothing-attached": "nothing hangs on it",

  "saw.scaling-suspended": "The autoscaling of {name} is suspended",
  "saw.scaling-as-before": "The autoscaling of {name} is as it was",
  "saw.scaling-gone": "The autoscaling of {name} was taken away by somebody else",
  "saw.proxy-detached": "{proxy} leads nowhere",
  "saw.proxy-attached": "{proxy} is registered to {name}",
  "saw.proxy-leads": "{proxy} reaches {name}",
  "saw.proxy-gone": "{proxy} was deleted by somebody else",
  "saw.data-api": "The Data API of {name} is {state}",
  "saw.endpoint-free": "The name {endpoint} is free, or about to be",
  "saw.endpoint-made": "{endpoint} is available at {name}",
  "saw.role": "{role} is active for {feature}",
  "saw.secret":
    "The replacement's master password is in {secret}; the old secret, {old}, stays with the old cluster",
  "saw.stream": "The activity stream goes to {kinesis}; the old one, {old}, stays with the old cluster",
  "saw.attached": "{what} is as on the source",

  "wait.scaling": "{name} is not listed among what is scaled",
  "wait.proxy": "{proxy} does not reach {name} yet ({state})",
  "wait.endpoint": "The custom endpoint {endpoint} is {status}",
  "wait.role": "The role {role} is not active yet",
  "wait.secret": "The new secret is not ready yet",
  "wait.stream": "The activity stream has not started yet",

  "check.attached-enrolled": "Whatever hangs on it is enrolled, too",
  "check.proxy-secret": "No RDS Proxy logs in with the managed master secret",
  "check.proxy-shape": "RDS Proxies lead to the cluster as a whole",
  "check.endpoint-member": "Custom endpoints name no instance that autoscaling made",
  "check.scaled-writer": "No instance that autoscaling made writes",

  "remark.secret":
    "The master password gets a new secret with a new ARN and a new password: whoever uses {secret} must be given the new one, and it is named once it is there.",
  "remark.stream":
    "The activity stream gets a new Kinesis stream: whoever reads {kinesis} must be given the new one, and it is named once it is there.",
  "remark.roles":
    "These IAM roles are attached to the replacement, for which the bot must be allowed to pass them: {roles}.",
  "remark.subscriptions":
    "These event subscriptions go by the name and go on with the replacement: {subscriptions}.",
  "remark.alarms":
    "CloudWatch alarms go by the name: they go on with the replacement and fire during the downtime.",
  "remark.scaled-readers":
    "These readers were made by autoscaling and are not made again; it adds others after the opening: {readers}.",
  "remark.proxies":
    "Clients of {proxies} are kept out from the fence until the opening and can reach the replacement some seconds after it.",
} as const satisfies Record<string, string>;
