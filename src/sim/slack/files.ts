import type { Message, UploadedFile, Workspace } from "./workspace.ts";

/** What hangs on a message. */
export function filesOf(workspace: Workspace, { files = [] }: Message): readonly UploadedFile[] {
  return files.flatMap((id) => workspace.file(id) ?? []);
}

/** A file as messages and answers carry it. */
export function fileJson({ id, name, title, size }: UploadedFile): Record<string, unknown> {
  return { id, name, title, size, mode: "hosted" };
}

/** Takes the bytes of a file that was announced with that many; false for any others. */
export function takeFile(workspace: Workspace, id: string, bytes: Buffer): boolean {
  const file = workspace.file(id);
  if (!file || file.shared || file.size !== bytes.length) return false;
  workspace.putFile({ ...file, content: bytes.toString("base64") });
  return true;
}

export function sayBytes(size: number): string {
  return size < 1_000 ? `${size} bytes` : `${Math.round(size / 1_000)} kB`;
}
