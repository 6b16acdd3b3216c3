/**
 * The definitions of a database as pg_dump writes them, by what they are of. The order in which they come, and who dumped what
 * when, is no difference.
 */
export function blocksOf(dump: string): ReadonlyMap<string, string> {
  // The part before the first heading sets up a session, and a token in it is another one each time.
  const [, ...parts] = dump.split(/^--\n-- Name: (.+)\n--\n/m);
  const blocks = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) {
    const name = parts[index] ?? "";
    // Only the first of several entries of a kind says them, whatever it is of.
    const body = (parts[index + 1] ?? "").replaceAll(/^SET default_\w+ = .*;$|^\\unrestrict .*$/gm, "");
    const known = blocks.get(name);
    const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("-- "));
    // A privilege is the same wherever in the list it stands.
    const text = (/; Type: (?:DEFAULT )?ACL;/.test(name) ? lines.sort() : lines).join("\n");
    blocks.set(name, known === undefined ? text : [known, text].sort().join("\n"));
  }
  return blocks;
}

/** What differs, in words: `TABLE public.items`. */
export function differencesOfSchemas(source: string, target: string): string[] {
  const [mine, theirs] = [blocksOf(source), blocksOf(target)];
  const all = new Set([...mine.keys(), ...theirs.keys()]);
  return [...all].filter((name) => mine.get(name) !== theirs.get(name)).map(inWords);
}

/** `items; Type: TABLE; Schema: public; Owner: app` */
function inWords(heading: string): string {
  const [, name, type, schema] = /^(.*); Type: (.*); Schema: (.*); Owner: /.exec(heading) ?? [];
  if (name === undefined) return heading;
  return schema === "-" ? `${type} ${name}` : `${type} ${schema}.${name}`;
}
