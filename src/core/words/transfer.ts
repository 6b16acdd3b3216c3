/** What can stand in the way of a dump and its restore. The source is only read, so that it is intact in each of these. */
export const transferProblems = {
  "transfer.no-tools": {
    why: "pg_dump and pg_restore are not installed where the dump runs.",
    fix: "Install them in version {wanted} (Debian: `postgresql-client-{wanted}`), then `/encrypt-db retry {name}`.",
  },
  "transfer.wrong-tools": {
    why: "pg_dump is there in version {found} only. It must not be older than the source ({source}), and what a newer one writes need not load into the target ({target}).",
    fix: "Install version {wanted} beside it (Debian: `postgresql-client-{wanted}`), then `/encrypt-db retry {name}`.",
  },
  "transfer.unreachable": {
    why: "The {side} cannot be asked: {message} ({code}).",
    fix: "Put that right, then `/encrypt-db retry {name}`.",
  },
  "transfer.ended": {
    why: "The run of the transfer ended without a word ({reason}).",
    fix: "Nothing half-restored has its name. `/encrypt-db retry {name}` goes on with the first database that is not whole.",
  },

  // Found before the downtime.
  "transfer.cannot-read": {
    why: "The login {user} may not read {what} in {database}, so that the dump would stop there.",
    fix: "Grant it what is missing: pg_read_all_data for tables, membership in the owner for large objects and for tables with row security.",
  },
  "transfer.database-closed": {
    why: "Nobody may connect to the database {database}, so that it cannot be dumped.",
    fix: "Open it (`ALTER DATABASE … ALLOW_CONNECTIONS true`) or drop it.",
  },
  "transfer.subscription": {
    why: "{database} subscribes to a publication ({subscription}), and a dump carries no subscriptions.",
    fix: "Drop the subscription, move the database, and subscribe again; or move it by a snapshot.",
  },
  "transfer.membership": {
    why: "The target's master may not make {member} a member of {role}.",
    fix: "Grant the master {role} with ADMIN OPTION on the target, or revoke the membership on the source.",
  },
  "transfer.role-missing": {
    why: "{entry} in {database} needs the role {role}, which the target does not have.",
    fix: "It is a role of the service or of an extension: switch on on the target what brings it, or take the grant away on the source.",
  },
  "transfer.extension": {
    why: "The target's master may not make or own the extension {extension} of {database}.",
    fix: "See whether the target's version and parameter group allow it (`rds.allowed_extensions`, shared_preload_libraries); else move the database by a snapshot.",
  },
  "transfer.not-allowed": {
    why: "The target's master may not make {entry} of {database}.",
    fix: "Remove it from the source, or move the database by a snapshot, which asks no rights.",
  },
  "transfer.target-not-empty": {
    why: "The target has a database {database} already, and there is something in it that this migration did not put there.",
    fix: "Find out whose it is. The bot drops nothing that it has not made.",
  },
  "transfer.target-database": {
    why: "The target's own {database} belongs to a role of the service, so that what the source has in it cannot take its place.",
    fix: "Move its contents into a database of your own first; or move the server by a snapshot.",
  },
  "transfer.login-without-password": {
    why: "{roles} log in with passwords that nobody can read on RDS, so that they could not log in to the replacement.",
    fix: "Give the passwords to the bot (DATABASE_LOGINS), which tries them on the source first; or let their owners set them on the new server before the downtime and say so in the approval; or use IAM authentication.",
  },
  "transfer.password-wrong": {
    why: "The source refuses the password that the bot was given for {role}.",
    fix: "Correct DATABASE_LOGINS.",
  },

  // On the way.
  "transfer.login-refused": {
    why: "{role} cannot log in to the target: {message} ({code}).",
    fix: "See what the target demands of a login (`rds.force_ssl`, pg_hba, connection limits), then `/encrypt-db retry {name}`.",
  },
  "transfer.tool-failed": {
    why: "{tool} stopped at {database}: {entry}.",
    fix: "The log of the transfer has its own words. `/encrypt-db retry {name}` makes that database anew.",
  },
  "transfer.tool-ended": {
    why: "{tool} was ended by {signal} while it was at {database}.",
    fix: "Most often memory ran out. `/encrypt-db retry {name}` makes that database anew.",
  },
  "transfer.disk-full": {
    why: "There is no room for the dump of {database}.",
    fix: "Give the transfer a larger disk (`transfer.diskGiB` in infra/settings.json), then `/encrypt-db retry {name}`.",
  },
  "transfer.target-full": {
    why: "The target's storage is full at {database}.",
    fix: "Give the new instance more storage, wait until it is available, then `/encrypt-db retry {name}`.",
  },
  "transfer.schema-differs": {
    why: "After the restore {database} does not define the same things as on the source: {differences}.",
    fix: "The database was not given its name. Look at the log; `/encrypt-db retry {name}` makes it anew.",
  },
  "transfer.content-differs": {
    why: "After the restore {database} does not hold the same as on the source: {differences}.",
    fix: "Something wrote to the source after T1, or the restore is not whole. The database was not given its name. Roll back: `/encrypt-db rollback {name}`.",
  },
  "transfer.server-differs": {
    why: "The target's roles and settings are not those of the source: {differences}.",
    fix: "Somebody changed them meanwhile. `/encrypt-db retry {name}` sets them anew.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;
