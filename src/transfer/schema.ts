/**
 * The definitions of a database as pg_dump writes them, by what they are of. The order in which they come, and who dumped what
 * when, is no difference.
 */
function blocksOf(dump: string): ReadonlyMap<string, string> {
  const [whole = ""] = dump.split(/^--\n-- PostgreSQL database dump complete\n/m);
  // The part before the first heading sets up a session, and a token in it is another one each time.
  const [, ...parts] = whole.split(/^--\n-- Name: (.+)\n--\n/m);
  const blocks = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) {
    const name = parts[index] ?? "";
    // Said once for all the entries that follow, so that it stands with another one where the order is another.
    const body = (parts[index + 1] ?? "").replaceAll(/^SET default_\w+ = .*;$/gm, "");
    const lines = body.split("\n").filter((line) => line !== "");
    // A privilege is the same wherever in the list it stands.
    const text = (/; Type: (?:DEFAULT )?ACL;/.test(name) ? lines.sort() : lines).join("\n");
    const known = blocks.get(name);
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
