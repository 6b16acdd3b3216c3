import { describe, expect, test } from "vitest";
import { type Budget, bar, callOf, lastCall } from "../../src/core/budget.ts";
import { minutes } from "../../src/core/time.ts";
import { seeded } from "../../src/sim/fast-world.ts";

const bob = { id: "bob", user: "UBOB", name: "bob" };

/** Twenty of ninety minutes are used, thirty more are expected, and going back takes five. */
function budget(change: Partial<Budget> = {}): Budget {
  const used = change.used ?? minutes(20);
  const longest = change.longest ?? minutes(90);
  return {
    longest,
    signer: bob,
    whenLate: "offer",
    used,
    left: longest - used,
    forecast: minutes(50),
    price: minutes(5),
    backUntil: 0,
    isOpening: false,
    ...change,
  };
}

const late = { forecast: minutes(100) };

describe("what the signed terms call for", () => {
  test("is nothing as long as the forecast keeps to them", () => {
    expect(callOf(budget({ forecast: minutes(90) }), "nothing")).toBeUndefined();
    expect(callOf(budget({ forecast: minutes(90), whenLate: "roll-back" }), "nothing")).toBeUndefined();
  });

  test("is the offer of a rollback, once, where the forecast passes them and going back fits", () => {
    expect(callOf(budget(late), "nothing")).toBe("offer");
    expect(callOf(budget(late), "offered")).toBeUndefined();
  });

  test("is the rollback itself where that was signed, whatever was said before", () => {
    expect(callOf(budget({ ...late, whenLate: "roll-back" }), "nothing")).toBe("roll-back");
    expect(callOf(budget({ ...late, whenLate: "roll-back" }), "offered")).toBe("roll-back");
  });

  test("is to say, once, that they can no longer be kept where going back does not fit either", () => {
    const gone = { ...late, used: minutes(86), whenLate: "roll-back" as const };
    expect(callOf(budget(gone), "nothing")).toBe("passed");
    expect(callOf(budget(gone), "offered")).toBe("passed");
    expect(callOf(budget(gone), "passed")).toBeUndefined();
  });

  test("is the last moment at which going back fits: to the very end of what was signed", () => {
    expect(callOf(budget({ ...late, used: minutes(85), whenLate: "roll-back" }), "nothing")).toBe(
      "roll-back",
    );
    expect(callOf(budget({ ...late, used: minutes(85) + 1, whenLate: "roll-back" }), "nothing")).toBe(
      "passed",
    );
  });

  test("is no rollback once it is being opened", () => {
    const opening = { ...late, isOpening: true, whenLate: "roll-back" as const };
    expect(callOf(budget(opening), "nothing")).toBe("passed");
  });

  test("waits, while only people are waited for, until going back is about to fit no longer", () => {
    const waiting = { forecast: null, whenLate: "roll-back" as const };
    const last = minutes(85) - lastCall;
    expect(callOf(budget({ ...waiting, used: last }), "nothing")).toBeUndefined();
    expect(callOf(budget({ ...waiting, used: last + 1 }), "nothing")).toBe("roll-back");
    expect(callOf(budget({ ...waiting, used: last + 1, whenLate: "offer" }), "nothing")).toBe("offer");
    expect(callOf(budget({ ...waiting, used: minutes(86) }), "nothing")).toBe("passed");
  });
});

test("a rollback that nobody asked for always ends within what was signed, and going on would not", () => {
  const random = seeded(7);
  const some = (most: number) => Math.floor(random() * minutes(most));
  let taken = 0;
  for (let round = 0; round < 5_000; round++) {
    const given = budget({
      longest: some(120) + 1,
      used: some(150),
      forecast: random() < 0.2 ? null : some(200),
      price: some(60),
      isOpening: random() < 0.2,
      whenLate: random() < 0.5 ? "offer" : "roll-back",
    });
    if (callOf(given, "nothing") !== "roll-back") continue;
    taken++;
    const back = given.used + given.price;
    expect(given).toMatchObject({ whenLate: "roll-back", isOpening: false });
    expect(back).toBeLessThanOrEqual(given.longest);
    expect(given.forecast ?? Number.POSITIVE_INFINITY).toBeGreaterThan(back);
  }
  expect(taken).toBeGreaterThan(100);
});

describe("the bar", () => {
  test.each([
    [{ used: 0, forecast: minutes(45) }, "▒▒▒▒▒▒▒▒▒▒░░░░░░░░░░"],
    [{ used: minutes(45), forecast: minutes(67.5) }, "██████████▒▒▒▒▒░░░░░"],
    [{ used: minutes(45), forecast: minutes(180) }, "██████████▒▒▒▒▒▒▒▒▒▒!"],
    [{ used: minutes(45), forecast: null }, "██████████░░░░░░░░░░"],
    [{ used: minutes(120), forecast: null }, "████████████████████!"],
  ])("of %o is %s", (change, shown) => {
    expect(bar(budget(change))).toBe(shown);
  });
});
