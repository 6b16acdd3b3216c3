/** Where Slack is. Anything else is a stand-in for it. */
export interface SlackAddresses {
  /** Of the Web API, with a slash at the end. */
  readonly api: string;
  /** The origin of response URLs: an answer goes nowhere else, whatever a payload says. */
  readonly answers: string;
  /** The origin of upload URLs: a file goes nowhere else. */
  readonly files: string;
}

export const slackItself: SlackAddresses = {
  api: "https://slack.com/api/",
  answers: "https://hooks.slack.com",
  files: "https://files.slack.com",
};
