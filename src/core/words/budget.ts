/** What the approver of a cutover signs, and what comes of it inside the downtime. */
export const budgetProblems = {
  "terms.missing": {
    why: "The cutover is approved with its terms, and there were none with that.",
    fix: "Press the button of the newest message in this thread, which has them beside it.",
  },
  "terms.length": {
    why: "A downtime can be signed of a minute at least and {longest:duration} at most.",
    fix: "Choose another length.",
  },
  "terms.too-short": {
    why: "The downtime is expected to take {expected:duration}. With at most {longest:duration} it would roll back by itself as soon as it was fenced.",
    fix: "Sign a longer downtime, or that a rollback is offered only.",
  },
  "terms.past": {
    why: "{notBefore:instant} is past.",
    fix: "Choose a time that is ahead; to begin now, one in a minute or two.",
  },
  "terms.too-far": {
    why: "The time not to begin before is more than {furthest:duration} ahead.",
    fix: "Approve it nearer to that time: the database will have changed until then.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const budgetSentences = {
  "remark.cost-cluster":
    "It costs twice the database from the restore until somebody deletes the source: {instances} more ({perDay} instance-hours a day) and the storage of the whole volume again. Snapshots that stay: at most {snapshots}, billed by GiB-month. Prices are not looked up.",
  "remark.cost-instance":
    "It costs twice the database from the restore until somebody deletes the source: {instances} more ({perDay} instance-hours a day) and {gibibytes} GiB of storage again. Snapshots that stay: at most {snapshots}, of at most {most} GiB-months a month together. Prices are not looked up.",

  "terms.at-once": "a downtime of at most {longest:duration}; {opening}; {whenLate}",
  "terms.later":
    "a downtime of at most {longest:duration}, not before {notBefore:instant}; {opening}; {whenLate}",

  "said.terms":
    "Your approval of the cutover is recorded: a downtime of at most {longest:duration}; {opening}; {whenLate}.",
  "said.terms-later":
    "Your approval of the cutover is recorded: a downtime of at most {longest:duration}, not before {notBefore:instant}; {opening}; {whenLate}. Until then another approval takes its place.",

  "wait.not-before": "{until:instant}, before which {person} did not want it to begin",

  "event.terms":
    "{person} approved the cutover, and signed a downtime of at most {longest:duration}; {opening}; {whenLate}.",
  "event.terms-later":
    "{person} approved the cutover, and signed a downtime of at most {longest:duration}, not before {notBefore:instant}; {opening}; {whenLate}.",
  "event.budget-offer":
    "{name} is expected to be down for {forecast:duration}, longer than the {longest:duration} that {person} signed. It goes on by itself. Going back takes about {price:duration}, loses 0 writes, and fits into what was signed until {until:instant}.",
  "event.budget-offer-waiting":
    "{name} is down and waits for somebody. Going back takes about {price:duration}, loses 0 writes, and fits into the {longest:duration} that {person} signed until {until:instant}.",
  "event.budget-forward":
    "{name} will be down for longer than the {longest:duration} that {person} signed, whatever is done. Going on is faster: it opens in about {rest:duration}, and going back takes about {price:duration}.",
  "event.budget-back":
    "{name} will be down for longer than the {longest:duration} that {person} signed, whatever is done. Going back is faster: it takes about {price:duration} and loses 0 writes, and going on takes about {rest:duration}.",
  "event.budget-waiting":
    "{name} waits for somebody, and will be down for longer than the {longest:duration} that {person} signed. Going back takes about {price:duration} and loses 0 writes.",
  "event.budget-opening":
    "{name} will be down for longer than the {longest:duration} that {person} signed. It is being opened, in about {rest:duration}: going back would be no faster, and clients may have written already.",
  "event.budget-opening-waiting":
    "{name} waits for somebody while it is being opened, and will be down for longer than the {longest:duration} that {person} signed. Clients may have written already: going back counts their writes first.",
  "event.rollback-signed":
    "The approval of {person} rolls {name} back: it was expected to be down for {forecast:duration}, longer than the {longest:duration} that were signed. It takes about {price:duration} and loses 0 writes.",
  "event.rollback-signed-waiting":
    "The approval of {person} rolls {name} back: it was waiting for somebody, and later it would not have fitted into the {longest:duration} that were signed. It takes about {price:duration} and loses 0 writes.",
} as const satisfies Record<string, string>;
