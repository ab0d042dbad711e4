import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { TimeZone } from "./time-zone.ts";

test.each([
  ["Europe/Rome", "2026-01-31T08:00:00", "2026-01-31T07:00:00.000Z"],
  ["Europe/Rome", "2026-07-31T08:00:00", "2026-07-31T06:00:00.000Z"],
  // On 29 March 2026 the clocks of Rome go from 2 to 3 o'clock, on 25 October from 3 to 2.
  ["Europe/Rome", "2026-03-29T01:59:59", "2026-03-29T00:59:59.000Z"],
  ["Europe/Rome", "2026-03-29T02:30:00", null],
  ["Europe/Rome", "2026-03-29T03:00:00", "2026-03-29T01:00:00.000Z"],
  ["Europe/Rome", "2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z"],
  ["Europe/Rome", "2026-10-25T03:00:00", "2026-10-25T02:00:00.000Z"],
  ["America/New_York", "2026-01-01T00:00:00", "2026-01-01T05:00:00.000Z"],
  ["Asia/Kolkata", "2026-01-01T05:30:00", "2026-01-01T00:00:00.000Z"],
  // There the clocks go by half an hour.
  ["Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00.000Z"],
  ["+01:00", "2026-07-31T08:00:00", "2026-07-31T07:00:00.000Z"],
  ["-03:30", "2026-07-31T08:00:00", "2026-07-31T11:30:00.000Z"],
  ["UTC", "2026-07-31T08:00:00", "2026-07-31T08:00:00.000Z"],
])("the clocks of %s show %s at %s", (name, local, moment) => {
  const found = TimeZone.named(name)?.momentOf(Date.parse(`${local}Z`)) ?? null;
  expect(found === null ? null : new Date(found).toISOString()).toBe(moment);
});

test.each(["Europe/Rom", "", "+1:00", "+25:00", "CET+1"])("there is no zone %j", (name) => {
  expect(TimeZone.named(name)).toBeNull();
});

test("what is shown at a moment is that moment again, or an hour before it", () => {
  const zone = TimeZone.named("Europe/Rome");
  const clock = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Rome",
    dateStyle: "short",
    timeStyle: "medium",
  });
  const years = { min: Date.UTC(1980, 0), max: Date.UTC(2040, 0) };
  const moments = fc.integer(years).map((ms) => Math.floor(ms / 1_000) * 1_000);
  fc.assert(
    fc.property(moments, (moment) => {
      const shown = Date.parse(`${clock.format(moment).replace(" ", "T")}Z`);
      expect([moment, moment - 3_600_000]).toContain(zone?.momentOf(shown));
    }),
  );
});
