import type { webApi } from "@slack/bolt";
import { ChannelFault, type PostedFile } from "../engine/deps.ts";
import type { SlackAddresses } from "./addresses.ts";
import { calling, httpFault } from "./web-client.ts";

/** Milliseconds. A few hundred kilobytes go up. */
const patience = 5_000;

/**
 * Brings a file to Slack, where nobody sees it until it is shared: what is not shared, Slack forgets. Throws `ChannelFault`.
 * Source: docs.slack.dev/messaging/working-with-files, "Uploading files".
 */
export async function upload(
  client: webApi.WebClient,
  addresses: SlackAddresses,
  { name, title, text }: PostedFile,
): Promise<{ readonly id: string; readonly title: string }> {
  const bytes = new TextEncoder().encode(text);
  const { upload_url: url = "", file_id: id = "" } = await calling(() =>
    client.files.getUploadURLExternal({ filename: name, length: bytes.length }),
  );
  if (!URL.canParse(url) || new URL(url).origin !== addresses.files) {
    throw new ChannelFault("refused", "not one of Slack's addresses for files");
  }
  const response = await post(url, bytes);
  await response.body?.cancel();
  if (!response.ok) throw httpFault(response.status, null);
  return { id, title };
}

async function post(url: string, body: Uint8Array<ArrayBuffer>): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body,
      // A redirect would lead past the check of the address.
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new ChannelFault("unanswered", "Slack did not take the file", null, error);
  }
}
