import { describe, expect, it } from "vitest";
import { acme } from "../../../src/sim/slack/acme.ts";
import { formatDate } from "../../../src/sim/slack/dates.ts";
import { markupText } from "../../../src/sim/slack/page/markup.ts";
import { mrkdwnHtml, plainTextHtml } from "../../../src/sim/slack/page/text-html.ts";
import { plainTextOf } from "../../../src/sim/slack/plain-text.ts";
import { Workspace } from "../../../src/sim/slack/workspace.ts";

const now = Date.UTC(2026, 10, 22, 4, 0, 0);
const workspace = new Workspace(acme(), { now: () => now });
const viewer = { workspace, person: "U0BOB0001", timeZone: "UTC", now };
const html = (source: string) => markupText(mrkdwnHtml(viewer, source));
const text = (source: string) => plainTextOf(workspace, { type: "mrkdwn", text: source });

describe("Slack's markup", () => {
  it.each([
    ["*bold* and _italic_ and ~gone~", "<strong>bold</strong> and <em>italic</em> and <s>gone</s>"],
    ["*_both_*", "<em><strong>both</strong></em>"],
    ["`*code*`", "<code>*code*</code>"],
    ["orders_prod_old and 2*3*4", "orders_prod_old and 2*3*4"],
    ["* no bold *", "* no bold *"],
    ["*not\nacross lines*", "*not\nacross lines*"],
    ["*T1 is 02:19:09 UTC*", "<strong>T1 is 02</strong><strong>:19:</strong><strong>09 UTC</strong>"],
    [":warning: :nonsense:", '<span class="emoji" title=":warning:">⚠️</span> :nonsense:'],
    [
      "<https://example.com/?a=1&amp;b=2|here>",
      '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>',
    ],
    [
      "<@U0BOB0001> <@U0CAROL01>",
      '<span class="mention me">@Bob Okafor</span> <span class="mention">@Carol Lindqvist</span>',
    ],
    ["<!subteam^S0APPROVE>", '<span class="mention me">@db-approvers</span>'],
    ["<#C0DBOPS01>", '<span class="mention">#db-operations</span>'],
    ["<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"],
    ["a &lt; b &amp;amp; c", "a &lt; b &amp;amp; c"],
  ])("%j", (source, expected) => {
    expect(html(source)).toBe(`<p>${expected}</p>`);
  });

  it("has quotations and preformatted text between its lines", () => {
    expect(html("why:\n&gt; one\n&gt; two\n```x < y\n*z*```\nend")).toBe(
      "<p>why:</p><blockquote>one\ntwo</blockquote><pre>x &lt; y\n*z*</pre><p>end</p>",
    );
  });

  it("means nothing in plain text but emoji", () => {
    expect(markupText(plainTextHtml(viewer, "*a* <@U0BOB0001> :lock:"))).toBe(
      '*a* &lt;@U0BOB0001&gt; <span class="emoji" title=":lock:">🔒</span>',
    );
  });

  it("reads the same in a terminal, without its stress", () => {
    expect(text("*Approve* `x`, <@U0BOB0001>? ~no~ <https://example.com|docs> :lock:\n&gt; why")).toBe(
      "Approve `x`, @Bob Okafor? ~no~ docs (https://example.com) 🔒\n> why",
    );
  });
});

describe("hostile text", () => {
  it.each([
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<img src=x onerror=alert(1)>",
    "<javascript:alert(1)|click>",
    "<JaVaScRiPt:alert(1)|click>",
    "<data:text/html,<script>alert(1)</script>|x>",
    '<https://example.com/"onmouseover="alert(1)|x>',
    "<https://example.com|<img src=x onerror=alert(1)>>",
    "<!date^1^{time}^javascript:alert(1)|x>",
    '<!date^1^{nope}|"><script>alert(1)</script>>',
    "<!date^99999999999999999999^{date}|then>",
    '<@U0"onclick="alert(1)>',
    "```</pre><script>alert(1)</script>```",
    "`</code><script>alert(1)</script>`",
    ':lock"onclick="alert(1):',
    "*<b>*_<i>_~<s>~",
  ])("becomes text: %s", (source) => {
    const made = html(source);
    const tags = made.match(/<[^>]*>/g) ?? [];
    for (const tag of tags) {
      expect(tag).toMatch(/^<\/?(?:p|pre|code|blockquote|strong|em|s|span|time|a)(?: [a-z]+="[^"<>]*")*>$/);
      expect(tag).not.toMatch(/ on\w+="|href="(?!https?:|mailto:)/);
    }
  });
});

describe("dates", () => {
  const at = Date.UTC(2026, 10, 22, 3, 5, 9) / 1000;
  it.each([
    ["{date_num} {time}", "2026-11-22 03:05"],
    ["{date_slash}", "22/11/2026"],
    ["{date}", "November 22nd"],
    ["{date_short}", "Nov 22, 2026"],
    ["{date_long}", "Sunday, November 22nd, 2026"],
    ["{date_short_pretty} at {time_secs}", "today at 03:05:09"],
    ["{ago}", "54 minutes ago"],
  ])("%s", (format, expected) => {
    expect(formatDate(at, format, viewer)).toBe(expected);
  });

  it("follow the clock and the day of whoever looks", () => {
    const tokyo = { timeZone: "Asia/Tokyo", now };
    const losAngeles = { timeZone: "America/Los_Angeles", now };
    expect(formatDate(at, "{date_pretty} {time}", tokyo)).toBe("today 12:05");
    expect(formatDate(at + 5 * 3600, "{date_pretty} {time}", losAngeles)).toBe("tomorrow 00:05");
    expect(formatDate(at - 86_400, "{date_pretty}", viewer)).toBe("yesterday");
    expect(formatDate(at - 2 * 86_400, "{date_pretty}", viewer)).toBe("November 20th");
    expect(formatDate(at + 3600, "{ago}", viewer)).toBe("in 5 minutes");
    expect(formatDate(Date.UTC(2025, 0, 3) / 1000, "{date}", viewer)).toBe("January 3rd, 2025");
  });

  it("show the fallback when the format has an unknown word or the moment does not exist", () => {
    expect(text("<!date^1795320000^{when}|22 November, 04:00 UTC>")).toBe("22 November, 04:00 UTC");
    expect(text("<!date^99999999999999999999^{date}|never>")).toBe("never");
    expect(text("<!date^1795320000^{date_num} at {time}|x>")).toBe("2026-11-22 at 04:00");
  });
});
