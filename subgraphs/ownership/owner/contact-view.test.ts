import { expect, test } from "@jest/globals";
import type { CallerRole } from "../../../shared/caller.ts";
import { contactViewOf, maskEmail, maskPhone, viewContact } from "./contact-view.ts";

test.each<[roles: CallerRole[], isHimself: boolean, view: string]>([
  [["support"], false, "MASKED"],
  [["recall_manager"], false, "FULL"],
  [["admin"], false, "FULL"],
  [["support", "recall_manager"], false, "FULL"],
  [["owner"], true, "FULL"],
  [["owner"], false, "NOTHING"],
  [["owner", "support"], false, "MASKED"],
  [["compliance"], false, "NOTHING"],
  [["analyst", "engineering", "line"], false, "NOTHING"],
  [["service"], false, "NOTHING"],
])("%j (himself: %s) see %s", (roles, isHimself, view) => {
  expect(contactViewOf(roles, isHimself)).toBe(view);
});

test.each([
  ["john.smith@example.com", "j•••@e•••.com"],
  ["a@b.io", "a•••@b•••.io"],
  ["élise@mail.example.co.uk", "é•••@m•••.uk"],
  ["𝒥@𝒳.com", "𝒥•••@𝒳•••.com"],
])("%s is masked as %s", (email, masked) => {
  expect(maskEmail(email)).toBe(masked);
});

test.each([
  ["+39 055 123456", "•••56"],
  ["+1 (555) 010-99 9", "•••99"],
])("%s is masked as %s", (phone, masked) => {
  expect(maskPhone(phone)).toBe(masked);
});

test("of an address only the country is left", () => {
  const data = { displayName: "Ada", email: null, phone: null, address: "Via Roma 1, Firenze" };
  expect(viewContact(data, "IT", "MASKED")).toEqual({ email: null, phone: null, address: "IT" });
  expect(viewContact(data, null, "MASKED")?.address).toBeNull();
  expect(viewContact(data, "IT", "FULL")?.address).toBe("Via Roma 1, Firenze");
  expect(viewContact({ ...data, address: null }, "IT", "MASKED")?.address).toBeNull();
});

test("of an erased owner nothing is left", () => {
  expect(viewContact(null, "IT", "FULL")).toBeNull();
});
