import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bare, code, cut, escaped, mention, sayInstant, sayMinute } from "../../src/slack/text.ts";

describe("text from elsewhere", () => {
  it("has what Slack parses escaped", () => {
    expect(escaped("a < b & c > d <!channel>")).toBe("a &lt; b &amp; c &gt; d &lt;!channel&gt;");
  });

  it("cannot end the code it stands in, nor its line", () => {
    expect(code("a`b\n```c")).toBe("`a'b '''c`");
  });

  it("loses controls and the characters that turn the direction of writing", () => {
    expect(escaped("a\u0000\u001B[31m\u202Eb\r\nc")).toBe("a [31m b c");
  });

  it("is cut by itself, so that it cannot crowd out the rest", () => {
    expect(escaped("x".repeat(20_000)).length).toBe(500);
    expect(bare("x".repeat(200), 75)).toHaveLength(75);
  });

  it("is a mention only where it is one of Slack's ids", () => {
    expect(mention({ id: "p", user: "U0ALICE01", name: "Alice" })).toBe("<@U0ALICE01>");
    expect(mention({ id: "p", user: "U1><!channel", name: "<!here>" })).toBe("&lt;!here&gt;");
  });
});

describe("an instant", () => {
  it("is in the viewer's time zone, and in UTC where that cannot be", () => {
    const at = Date.UTC(2026, 10, 24, 12, 38, 4, 700);
    expect(sayInstant(at)).toBe("<!date^1795523884^{date_short_pretty} {time_secs}|2026-11-24 12:38:04 UTC>");
    expect(sayMinute(at)).toBe("<!date^1795523884^{date_short_pretty} {time}|2026-11-24 12:38 UTC>");
  });

  it("that no calendar has is shown as the number it is", () => {
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) expect(sayInstant(at)).toBe(String(at));
  });
});

describe("cut", () => {
  it("never leaves half an entity, half a date or half a character", () => {
    const pieces = fc.constantFrom("word ", "&amp;", "&lt;", "<!date^1^{time}|1970 UTC>", "💥", "\n");
    fc.assert(
      fc.property(fc.array(pieces), fc.integer({ min: 2, max: 60 }), (parts, longest) => {
        const kept = cut(parts.join(""), longest);
        expect(kept.length).toBeLessThanOrEqual(longest);
        const rest = kept.replaceAll("<!date^1^{time}|1970 UTC>", "").replace(/&(?:amp|lt);/g, "");
        expect(rest).not.toMatch(/[<>&]/);
        expect(Buffer.from(kept).toString()).toBe(kept);
      }),
    );
  });
});
