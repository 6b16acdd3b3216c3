import { chown, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";
import * as z from "zod";
import { replaceFile, type ServerUser } from "./directories.ts";

/** The world's certificate authority, which stands for the RDS certificate bundle. */
export interface Authority {
  readonly key: string;
  readonly cert: string;
}

const day = 86_400_000;
const kind = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;
const authoritySchema = z.object({ key: z.string(), cert: z.string() });

// Clients judge certificates by the real clock, whatever the world's clock says.
const validity = () => ({
  notBeforeDate: new Date(Date.now() - day),
  notAfterDate: new Date(Date.now() + 3650 * day),
});

/** The authority of the world in `directory`, made at its first start: clients keep what they trust. */
export async function openAuthority(directory: string): Promise<Authority> {
  const path = join(directory, "authority.json");
  const saved = await readFile(path, "utf8").catch(() => undefined);
  if (saved !== undefined) return authoritySchema.parse(JSON.parse(saved));
  const made = await generate([{ name: "commonName", value: "encrypt-db embedded world" }], {
    ...kind,
    ...validity(),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const authority = { key: made.private, cert: made.cert };
  await replaceFile(path, JSON.stringify(authority), { mode: 0o600 });
  return authority;
}

/** Puts a certificate for `names` where a server on `dataDirectory` looks for it when it starts. */
export async function writeCertificate(
  authority: Authority,
  dataDirectory: string,
  instance: { readonly id: string; readonly names: readonly string[] },
  user: ServerUser | undefined,
): Promise<void> {
  const made = await generate([{ name: "commonName", value: instance.id }], {
    ...kind,
    ...validity(),
    ca: authority,
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [instance.id, ...instance.names].map((value) => ({ type: 2, value })),
      },
    ],
  });
  for (const [file, text] of [
    ["server.key", made.private],
    ["server.crt", made.cert],
  ] as const) {
    const path = join(dataDirectory, file);
    await writeFile(path, text, { mode: 0o600 });
    if (user) await chown(path, user.uid, user.gid);
  }
}
