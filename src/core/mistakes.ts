/**
 * What the text of a command can get wrong by itself: the part of the catalogue of problems that the front answers with. Whoever
 * starts within a second does not carry the rest.
 */
export const mistakes = {
  "command.unknown": {
    why: "There is no command “{word}”.",
    fix: "{suggestion}",
  },
  "command.reason-missing": {
    why: "halt stops the steps of every migration, so everybody must see why.",
    fix: "Say it: `/encrypt-db halt REASON`.",
  },
  "command.name-missing": {
    why: "`{verb}` needs the name of a database.",
    fix: "For example `/encrypt-db {verb} {example}`; `/encrypt-db list` shows every database.",
  },
  "command.bad-name": {
    why: "“{name}” cannot be the name of a database: RDS names are 1 to 63 letters, digits and hyphens, start with a letter, and have no two hyphens together and none at the end.",
    fix: "Check the spelling with `/encrypt-db list`.",
  },
  "command.too-much": {
    why: "I do not know what to do with “{rest}”.",
    fix: "The form is `/encrypt-db {usage}`.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export type MistakeCode = keyof typeof mistakes;
