import * as z from "zod";
import { channelToWriteIn, checkRoot } from "./chat-methods.ts";
import { fileJson } from "./files.ts";
import { Arguments, type Method, SlackError } from "./method.ts";
import type { UploadedFile, Workspace } from "./workspace.ts";

const completed = z.array(z.looseObject({ id: z.string(), title: z.string().optional() })).min(1);

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal and files.completeUploadExternal. */
export const fileMethods: Readonly<Record<string, Method>> = {
  "files.getUploadURLExternal": {
    scopes: ["files:write"],
    handle(workspace, args) {
      const name = args.required("filename", "invalid_arguments");
      const size = Number(args.required("length", "invalid_arguments"));
      if (!Number.isInteger(size) || size < 1) throw new SlackError("invalid_arguments");
      const id = `F0${workspace.nextId()}`;
      workspace.putFile({ id, name, title: name, size });
      return { upload_url: `${workspace.url}/upload/v1/${id}`, file_id: id };
    },
  },

  "files.completeUploadExternal": {
    scopes: ["files:write"],
    handle(workspace, args) {
      const read = completed.safeParse(args.json("files", "invalid_arguments"));
      if (!read.success) throw new SlackError("invalid_arguments");
      const files = read.data.map(({ id, title }) => arrived(workspace, id, title));
      // Without a channel they would stay private to the bot, which has no use for that.
      const channel_id = args.required("channel_id", "invalid_arguments");
      const channel = channelToWriteIn(workspace, new Arguments({ channel: channel_id }));
      const threadTs = args.text("thread_ts");
      if (threadTs !== undefined) checkRoot(workspace, channel, threadTs);
      for (const file of files) workspace.putFile({ ...file, shared: true });
      workspace.post({
        channel: channel.id,
        author: workspace.state.app.botUserId,
        text: args.text("initial_comment") ?? "",
        files: files.map(({ id }) => id),
        ...(threadTs !== undefined && { threadTs }),
      });
      return { files: files.map(fileJson) };
    },
  },
};

/** Slack does not say how it refuses what was not uploaded, or was shared before; whoever does that has made a mistake. */
function arrived(workspace: Workspace, id: string, title: string | undefined): UploadedFile {
  const file = workspace.file(id);
  if (file?.content === undefined || file.shared) throw new SlackError("file_not_found");
  return title === undefined ? file : { ...file, title };
}
